"""A walk held against its scenario: what each step was, and whether it is what was expected."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from math import inf
from typing import TYPE_CHECKING, Any

from lab.radio.air import beside, disagreements
from lab.radio.diagnosis import unlike, unread
from lab.radio.journal import hostapd_ms, read_attempts
from lab.radio.scenario import FAST, Kind
from lab.radio.summary import lost, tallies
from lab.radio.way import Going, wrong_way

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lab.radio.air import Air
    from lab.radio.journal import Attempt
    from lab.radio.plan import Plan
    from lab.radio.scenario import Step
    from monitor.passive.captures import Roam as Captured


@dataclass(frozen=True, slots=True)
class Roam:
    """One step of a walk as it went; `faults` is empty when all is as expected.

    `attempt` is what the supplicant logged of it, `air` what the capture has of that, `hostapd_ms` D2 as the access
    point logged it. `overtaken` names the access points that the client tried on the way and gave up for another,
    `mishaps` what was lost before it. `pmf`: the access point has it with protected management frames.
    """

    client: str
    start: str
    to: str
    kind: Kind
    expected: Kind
    vlan: str
    faults: tuple[str, ...]
    attempt: Attempt | None = None
    air: Captured | None = None
    hostapd_ms: float | None = None
    overtaken: tuple[str, ...] = ()
    pmf: bool = False
    mishaps: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether the roam is what the scenario expects."""
        return not self.faults

    @property
    def d1_ms(self) -> float | None:
        """The service gap in milliseconds, from the capture."""
        return self.air.d1_ms if self.air else None

    @property
    def d2_ms(self) -> float | None:
        """The reassociation time in milliseconds, from the capture."""
        return self.air.d2_ms if self.air else None

    @property
    def log_ms(self) -> float | None:
        """The supplicant's time in milliseconds, which encloses D2; None for a roam that failed."""
        return self.attempt.ms if self.attempt and self.kind is not Kind.FAILED else None

    @property
    def steered(self) -> bool:
        """Whether the client went because its access point had asked it to (802.11v), as it logged."""
        return self.attempt is not None and self.attempt.steered

    def document(self) -> dict[str, Any]:
        """Return it for machines."""
        return {
            "client": self.client,
            "from": self.start or None,
            "to": self.to,
            "kind": self.kind.value,
            "expected": self.expected.value,
            "d1_ms": _rounded(self.d1_ms),
            "d2_ms": _rounded(self.d2_ms),
            "phases": {name: _rounded(ms) for name, ms in self.air.phases.items()} if self.air else {},
            "offsets": {name: _rounded(ms) for name, ms in self.air.offsets.items()} if self.air else {},
            "captured": self.air.kind.value if self.air else None,
            "reassociation": self.air.again if self.air else None,
            "inferred": self.air.inferred if self.air else None,
            "why": self.air.why or None if self.air else None,
            "steered": self.steered,
            "akm": self.air.akm or None if self.air else None,
            "pmf": self.pmf,
            "overtaken": list(self.overtaken),
            "mishaps": list(self.mishaps),
            "hostapd_ms": self.hostapd_ms,
            "log_ms": self.log_ms,
            "vlan": self.vlan or None,
            "passed": self.passed,
            "faults": list(self.faults),
        }


@dataclass(frozen=True, slots=True)
class Judgement:
    """A walk judged; `supposed` is what the scenario supposes of the inventory."""

    scenario: str
    emulated: bool
    seconds: float
    roams: tuple[Roam, ...]
    supposed: tuple[str, ...] = ()

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
            "lost": lost(self.roams),
            "kinds": {tally.kind.value: tally.document() for tally in tallies(self.roams)},
            "supposed": list(self.supposed),
            "roams": [roam.document() for roam in self.roams],
        }


def judge_roams(plan: Plan, steps: Sequence[Mapping[str, Any]], logs: Mapping[str, str], air: Air) -> tuple[Roam, ...]:
    """Hold each step against what its client's supplicant logged while it lasted, and that against the capture."""
    return tuple(_Judge(plan, logs, air).roams(steps))


def _rounded(ms: float | None) -> float | None:
    return None if ms is None else round(ms, 3)


class _Judge:
    def __init__(self, plan: Plan, logs: Mapping[str, str], air: Air) -> None:
        self.plan = plan
        self.logs = logs
        self.air = air
        self.attempts = {name: read_attempts(logs.get(f"{name}.wpa_supplicant.log", "")) for name in plan.macs}

    def roams(self, steps: Sequence[Mapping[str, Any]]) -> Iterator[Roam]:
        at: dict[str, str] = {}
        for step, seen in zip(self.plan.scenario.walk, steps, strict=True):
            start, tries = at.get(step.client, ""), self._tries(step, seen)
            attempt, captured = self._last(step, tries)
            came = attempt is not None and attempt.ended is not None and seen["connected"]
            kind = attempt.kind if attempt and came else Kind.FAILED
            faults = [*self._wrong_kind(step, start, kind), *self._wrong_vlan(step, kind, seen["vlan"])]
            faults += wrong_way(self.plan, step, Going(start, attempt if came else None, captured, seen), self.logs)
            for one, heard in tries:
                where = f"{step.client} at {self.plan.at(one.bssid)}"
                faults += disagreements(where, one, heard, back=not start or self._back(step.client, one))
            yield Roam(
                client=step.client,
                start=start,
                to=step.to,
                kind=kind,
                expected=step.expect,
                vlan=seen["vlan"],
                faults=tuple(faults),
                attempt=attempt,
                air=captured,
                hostapd_ms=self._logged(step, start, attempt) if attempt and came else None,
                overtaken=tuple(self.plan.at(one.bssid) for one in self._overtaken(step, tries)),
                pmf=seen.get("pmf", False),
                mishaps=(*(f"{one} killed" for one in step.kill), *(f"{one} cut off" for one in step.cut)),
            )
            at[step.client] = step.to if came else self.plan.at(seen["at"])

    def _tries(self, step: Step, seen: Mapping[str, Any]) -> list[tuple[Attempt, Captured | None]]:
        """Return a client's attempts that began while a step lasted, each with what was captured of it.

        The capture is looked through from the step's beginning to the next attempt: another clock shows then.
        """
        attempts, mac, since = self.attempts[step.client], self.plan.macs[step.client], seen["began"]
        found = []
        for one, after in zip_longest(attempts, attempts[1:]):
            if seen["began"] <= one.began <= seen["ended"]:
                until = after.began if after else inf
                found.append((one, beside(self.air, mac, one.bssid, (since, until))))
                since = until
        return found

    def _back(self, client: str, attempt: Attempt) -> bool:
        """Tell whether a client was last at the access point that an attempt led to."""
        came = [one.bssid for one in self.attempts[client] if one.ended is not None and one.ended < attempt.began]
        return came[-1:] == [attempt.bssid]

    def _overtaken(self, step: Step, tries: list[tuple[Attempt, Captured | None]]) -> Iterator[Attempt]:
        """Yield attempts that were given up for another; one that was to fail was ended by the guest."""
        return (one for one, _ in tries if one.overtaken and step.expect is not Kind.FAILED)

    def _last(self, step: Step, tries: list[tuple[Attempt, Captured | None]]) -> tuple[Attempt | None, Captured | None]:
        """Return the last of these at the access point that the step leads to."""
        bssid = self.plan.station(step.to).bssid
        return next((one for one in reversed(tries) if one[0].bssid == bssid), (None, None))

    def _logged(self, step: Step, start: str, attempt: Attempt) -> float | None:
        log, former = (self.logs.get(f"{name}.hostapd.log", "") for name in (step.to, start))
        return hostapd_ms(log, self.plan.macs[step.client], attempt, former)

    def _wrong_kind(self, step: Step, start: str, kind: Kind) -> Iterator[str]:
        if kind is not step.expect:
            where = f"from {start} to {step.to}" if start else f"at {step.to}"
            yield f"{step.client} {where}: {kind}, not {step.expect}"
        if start == step.to:
            yield f"{step.client} was at {step.to} already: that is no roam"
        elif step.expect in FAST and start:
            ends = self.plan.station(start), self.plan.station(step.to)
            yield from unlike(self.plan, *ends)
            if kind is not step.expect:
                yield from unread(ends, self.logs)

    def _wrong_vlan(self, step: Step, kind: Kind, found: str) -> Iterator[str]:
        wanted = str(self.plan.station(step.to).vlan(self.plan.client(step.client).home))
        if kind is not Kind.FAILED and found != wanted:
            yield f"{step.client} at {step.to}: in VLAN {found or 'none'}, not {wanted}"
