"""A verification in the lab: `roam verify` in the control container, held against the logs of homes and hubs."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from lab.errors import LabError
from lab.evidence import carried, collect, faults_at_homes, faults_at_hubs, probes
from lab.topology import CONTROL, container
from roaming.eap import Reason
from roaming.model.terms import EapMethod
from roaming.verify import Report, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lab.engine import Engine, Result
    from lab.topology import Topology


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the logs say of one verification: what is wrong with it, and how many successes each hub carried."""

    faults: tuple[str, ...]
    carried: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Verifier:
    """Runs verifications in a lab. `servers` are the devices that may answer for each home."""

    engine: Engine
    topology: Topology
    servers: Mapping[str, frozenset[str]]

    def verify(self, *words: str, timeout_s: float = 400) -> Report:
        """Run `roam verify` with more options and return its report; raises `LabError` when it could not be run."""
        result = self.engine.exec(self._control, ["roam", "verify", "--json", *words], timeout_s=timeout_s)
        if result.rc not in (0, 1) or not result.out.strip():
            message = f"roam verify could not be run (exit status {result.rc}): {result.err.strip()[-500:]}"
            raise LabError(message)
        return read_report(json.loads(result.out))

    def roam(self, *words: str) -> Result:
        """Run another `roam` command."""
        return self.engine.exec(self._control, ["roam", *words], timeout_s=600)

    def evidence(self, report: Report, *, lost: str | None = None) -> Evidence:
        """Hold a report against the logs; with a `lost` hub, nothing may have crossed it."""
        logs, seen = collect(self.engine, self.topology), probes(report)
        faults = (*faults_at_homes(logs, seen, self.servers), *faults_at_hubs(logs, seen, lost=lost))
        return Evidence(faults, carried(logs, seen))

    @property
    def _control(self) -> str:
        return container(self.topology, self.topology.node(CONTROL))


def push(engine: Engine, topology: Topology, *words: str, timeout_s: float) -> None:
    """Run `roam push --yes` with more options; raises `LabError` with its last words when it fails."""
    control = container(topology, topology.node(CONTROL))
    pushed = engine.exec(control, ["roam", "push", "--yes", *words], timeout_s=timeout_s)
    if not pushed.ok:
        message = f"the push failed: {(pushed.err.strip() or pushed.out.strip())[-500:]}"
        raise LabError(message)


def read_report(document: Mapping[str, Any]) -> Report:
    """Read what `roam verify --json` prints."""
    results = tuple(_verdict(result) for result in document["results"])
    return Report(document["run"], results, document["seconds"])


def _verdict(result: Mapping[str, Any]) -> Verdict:
    plain = {field.name: result[field.name] for field in fields(Verdict) if field.name in result}
    typed = {
        "method": EapMethod(result["method"]),
        "passed": result["verdict"] == "pass",
        "reason": Reason(result["reason"]),
        "skipped": tuple(result["skipped"]),
        "vlan": result["vlan"] or "",
    }
    return Verdict(**(plain | typed))
