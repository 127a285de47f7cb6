"""The report as a document for machines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from roaming.verify.report import Report, Verdict


def document(report: Report) -> dict[str, Any]:
    """Return what `verify --json` prints; absent measurements are null, never 0."""
    return {
        "run": report.run,
        "passed": report.passed,
        "seconds": round(report.seconds, 3),
        "results": [_result(verdict) for verdict in report.results],
    }


def _result(verdict: Verdict) -> dict[str, Any]:
    return {
        "visited": verdict.visited,
        "home": verdict.home,
        "method": str(verdict.method),
        "verdict": "pass" if verdict.passed else "fail",
        "reason": str(verdict.reason),
        "sentence": verdict.sentence,
        "milliseconds": _rounded(verdict.milliseconds, 1),
        "identity": verdict.identity,
        "server": verdict.server,
        "skipped": list(verdict.skipped),
        "attempts": verdict.attempts,
        "first_success_s": _rounded(verdict.first_success_s, 3),
        "vlan": verdict.vlan or None,
    }


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
