"""A walk held against its scenario: what each step was, and whether it is what was expected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lab.radio.diagnosis import diagnose
from lab.radio.journal import read_attempts
from lab.radio.scenario import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lab.radio.journal import Attempt
    from lab.radio.plan import Plan
    from lab.radio.scenario import Step

_FT = (Kind.FT_AIR, Kind.FT_DS)


@dataclass(frozen=True, slots=True)
class Roam:
    """One step of a walk as it went. `ms` is from the supplicant's log; `faults` is empty when all is as expected."""

    client: str
    start: str
    to: str
    kind: Kind
    expected: Kind
    ms: float | None
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
                    "ms": roam.ms,
                    "vlan": roam.vlan or None,
                    "passed": roam.passed,
                    "faults": list(roam.faults),
                }
                for roam in self.roams
            ],
        }


def judge_roams(plan: Plan, steps: Sequence[Mapping[str, Any]], logs: Mapping[str, str]) -> tuple[Roam, ...]:
    """Hold each step against the attempts that its client's supplicant logged while it lasted."""
    attempts = {name: read_attempts(logs.get(f"{name}.wpa_supplicant.log", "")) for name in plan.macs}
    at: dict[str, str] = {}
    roams = []
    for step, seen in zip(plan.scenario.walk, steps, strict=True):
        attempt = _attempt(plan, step, seen, attempts[step.client])
        start = at.get(step.client, "")
        kind = attempt.kind if attempt and attempt.ended and seen["connected"] else Kind.FAILED
        faults = tuple(_faults(plan, step, start, kind, seen, logs))
        ms = attempt.ms if attempt and kind is not Kind.FAILED else None
        roams.append(Roam(step.client, start, step.to, kind, step.expect, ms, seen["vlan"], faults))
        at[step.client] = step.to if kind is not Kind.FAILED else plan.at(seen["at"])
    return tuple(roams)


def _attempt(plan: Plan, step: Step, seen: Mapping[str, Any], attempts: Sequence[Attempt]) -> Attempt | None:
    """Return the last attempt at an access point that began while a step lasted."""
    bssid = plan.station(step.to).bssid
    during = [one for one in attempts if one.bssid == bssid and seen["began"] <= one.began <= seen["ended"]]
    return during[-1] if during else None


def _faults(
    plan: Plan, step: Step, start: str, kind: Kind, seen: Mapping[str, Any], logs: Mapping[str, str]
) -> Iterator[str]:
    if kind is not step.expect:
        where = f"from {start} to {step.to}" if start else f"at {step.to}"
        yield f"{step.client} {where}: {kind}, not {step.expect}"
        if step.expect in _FT and start:
            yield from diagnose(plan, plan.station(start), plan.station(step.to), logs)
    if kind is not Kind.FAILED:
        home = next(client.home for client in plan.scenario.clients if client.name == step.client)
        vlan = str(plan.station(step.to).vlan(home))
        if seen["vlan"] != vlan:
            yield f"{step.client} at {step.to}: in VLAN {seen['vlan'] or 'none'}, not {vlan}"
