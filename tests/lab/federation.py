"""A lab that is up, as the tests speak to it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lab.evidence import home_servers
from lab.faults import Faults
from lab.scenarios.verification import Verifier
from lab.topology import CONTROL, container
from roaming.load import load

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lab.engine import Engine, Result
    from lab.folder import Folder
    from lab.topology import Topology
    from roaming.verify import Report, Verdict


@dataclass
class Federation:
    """A lab; `printed` keeps all that any command in it said, for the test that looks for secrets."""

    engine: Engine
    folder: Folder
    topology: Topology
    printed: list[str] = field(default_factory=list)

    @property
    def verifier(self) -> Verifier:
        return Verifier(self.engine, self.topology, home_servers(load(self.folder.inventory).network))

    @property
    def faults(self) -> Faults:
        return Faults(self.engine, self.topology, self.folder)

    def on(self, node: str, *words: str, stdin: str | None = None) -> Result:
        """Run a command on a device."""
        return self.engine.exec(container(self.topology, self.topology.node(node)), words, stdin=stdin, timeout_s=300)

    def shell(self, node: str, script: str) -> str:
        """Run a script on a device; it must succeed."""
        result = self.on(node, "sh", "-c", script)
        assert result.ok, f"{node}: {script}: {result.out}{result.err}"
        return result.out

    def roam(self, *words: str) -> Result:
        """Run `roam` in the control container, and keep what it said."""
        result = self.on(CONTROL, "roam", *words)
        self.printed += [result.out, result.err]
        return result

    def json(self, *words: str) -> Any:  # noqa: ANN401  whatever the command prints
        result = self.roam(*words, "--json")
        assert result.out, result.err
        return json.loads(result.out)

    def verify(self, *words: str) -> Report:
        return self.verifier.verify(*words)

    def secret(self, name: str) -> str:
        return (self.folder.secrets / name).read_text().rstrip("\n")


def failures(report: Report) -> list[str]:
    return [f"{one.identity} at {one.visited}: {one.sentence}" for one in report.results if not one.passed]


def reasons(results: Sequence[Verdict]) -> set[str]:
    return {str(result.reason) for result in results}
