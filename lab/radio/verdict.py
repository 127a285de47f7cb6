"""A walk held against its scenario: what each step was, and whether it is what was expected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lab.radio.diagnosis import unlike, unread
from lab.radio.journal import air_ms, read_attempts
from lab.radio.scenario import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lab.radio.journal import Attempt
    from lab.radio.plan import Plan
    from lab.radio.scenario import Step

_FT = (Kind.FT_AIR, Kind.FT_DS)


@dataclass(frozen=True, slots=True)
class Roam:
    """One step of a walk as it went; `faults` is empty when all is as expected.

    `d2_ms` is from hostapd's log, `log_ms`, which encloses it, from the supplicant's; None for a roam that failed.
    """

    client: str
    start: str
    to: str
    kind: Kind
    expected: Kind
    d2_ms: float | None
    log_ms: float | None
    vlan: str
    faults: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether the roam is what the scenario expects."""
        return not self.faults


@dataclass(frozen=True, slots=True)
class Judgement:
    """A walk judged."""

    scenario: str
    emulated: bool
    seconds: float
    roams: tuple[Roam, ...]

    @property
    def passed(self) -> bool:
        """Whether every roam is what the scenario expects."""
        return all(roam.passed for roam in self.roams)

    def document(self) -> dict[str, Any]:
        """Return it for machines."""
        return {
            "scenario": self.scenario,
            "emulated": self.emulated,
            "passed": self.passed,
            "seconds": round(self.seconds, 1),
            "roams": [
                {
                    "client": roam.client,
                    "from": roam.start or None,
                    "to": roam.to,
                    "kind": roam.kind.value,
                    "expected": roam.expected.value,
                    "d2_ms": roam.d2_ms,
                    "log_ms": roam.log_ms,
                    "vlan": roam.vlan or None,
                    "passed": roam.passed,
                    "faults": list(roam.faults),
                }
                for roam in self.roams
            ],
        }


def judge_roams(plan: Plan, steps: Sequence[Mapping[str, Any]], logs: Mapping[str, str]) -> tuple[Roam, ...]:
    """Hold each step against the attempts that its client's supplicant logged while it lasted."""
    return tuple(_Judge(plan, logs).roams(steps))


class _Judge:
    def __init__(self, plan: Plan, logs: Mapping[str, str]) -> None:
        self.plan = plan
        self.logs = logs
        self.attempts = {name: read_attempts(logs.get(f"{name}.wpa_supplicant.log", "")) for name in plan.macs}

    def roams(self, steps: Sequence[Mapping[str, Any]]) -> Iterator[Roam]:
        at: dict[str, str] = {}
        for step, seen in zip(self.plan.scenario.walk, steps, strict=True):
            start, attempt = at.get(step.client, ""), self._attempt(step, seen)
            came = attempt is not None and attempt.ended is not None and seen["connected"]
            kind = attempt.kind if attempt and came else Kind.FAILED
            faults = (*self._wrong_kind(step, start, kind), *self._wrong_vlan(step, kind, seen["vlan"]))
            took = self._took(step, attempt) if attempt and came else (None, None)
            yield Roam(step.client, start, step.to, kind, step.expect, *took, seen["vlan"], faults)
            at[step.client] = step.to if came else self.plan.at(seen["at"])

    def _attempt(self, step: Step, seen: Mapping[str, Any]) -> Attempt | None:
        """Return the last attempt at an access point that began while a step lasted."""
        bssid = self.plan.station(step.to).bssid
        found = (one for one in self.attempts[step.client] if one.bssid == bssid)
        during = [one for one in found if seen["began"] <= one.began <= seen["ended"]]
        return during[-1] if during else None

    def _took(self, step: Step, attempt: Attempt) -> tuple[float | None, float | None]:
        log = self.logs.get(f"{step.to}.hostapd.log", "")
        return air_ms(log, self.plan.macs[step.client], attempt), attempt.ms

    def _wrong_kind(self, step: Step, start: str, kind: Kind) -> Iterator[str]:
        if kind is not step.expect:
            where = f"from {start} to {step.to}" if start else f"at {step.to}"
            yield f"{step.client} {where}: {kind}, not {step.expect}"
        if start == step.to:
            yield f"{step.client} was at {step.to} already: that is no roam"
        elif step.expect in _FT and start:
            ends = self.plan.station(start), self.plan.station(step.to)
            yield from unlike(self.plan, *ends)
            if kind is not step.expect:
                yield from unread(ends, self.logs)

    def _wrong_vlan(self, step: Step, kind: Kind, found: str) -> Iterator[str]:
        home = next(client.home for client in self.plan.scenario.clients if client.name == step.client)
        wanted = str(self.plan.station(step.to).vlan(home))
        if kind is not Kind.FAILED and found != wanted:
            yield f"{step.client} at {step.to}: in VLAN {found or 'none'}, not {wanted}"
