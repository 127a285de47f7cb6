"""The demo on a federation in memory: it is green only when every promise was kept."""

from __future__ import annotations

import io
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from lab.engine import FakeEngine, Result, State
from lab.errors import LabError
from lab.folder import Folder
from lab.scenarios.demo import tell
from lab.topology import Topology, container, lay_out, rewrite
from tests.lab.verdicts import verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from roaming.model.network import Network

HOMES = {
    "camden": "camden-rad-1",
    "hackney": "hackney-home-1",
    "islington": "islington-rad-1",
    "leeds.gov.uk": "nrps-1",
}
PREFERRED = {"camden": "hub-east", "hackney": "hub-west", "islington": "hub-east"}
DONE = Result(0, "", "")


@dataclass
class World:
    """Answers the commands of the control container as a federation would; `sins` say what it does wrong."""

    sins: frozenset[str] = frozenset()
    pushed: bool = False
    lost: str = ""
    runs: int = 0
    homes: dict[str, list[str]] = field(default_factory=dict)
    hubs: dict[str, list[str]] = field(default_factory=dict)

    def answer(self, where: str, argv: Sequence[str], stdin: str | None, env: Mapping[str, str]) -> Result:
        del stdin, env
        node = where.removeprefix("x-")
        if argv[0] == "cat":
            return Result(0, "\n".join(self.homes.get(node, []) + self.hubs.get(node, [])), "")
        if argv[:2] == ["roam", "push"]:
            self.pushed = "broken push" not in self.sins
            return DONE if self.pushed else Result(1, "", "no way in")
        if argv[:2] == ["roam", "diff"]:
            return DONE
        if argv[0] == "sh":
            self.lost = node if "stop &&" in argv[-1] or "-N lab" in argv[-1] else ""
            return DONE
        return self._verify(list(argv))

    def _verify(self, argv: list[str]) -> Result:
        self.runs += 1
        methods = ["tls"] if "--method" in argv else ["tls", "peap-mschapv2"]
        pairs = [(at, of, how) for at in PREFERRED for of in HOMES for how in methods]
        results = [self._result(number, *pair, argv) for number, pair in enumerate(pairs)]
        document = {"run": str(self.runs), "passed": True, "seconds": 0.1, "results": results}
        return Result(0, json.dumps(document), "")

    def _result(self, number: int, visited: str, home: str, method: str, argv: list[str]) -> dict[str, object]:
        identity = f"roam-{self.runs}-{number}@{home}"
        reason = self._reason(argv)
        if reason == "accepted":
            self._log(visited, home, identity)
        return verdict(visited, home, method, reason, identity)

    def _reason(self, argv: list[str]) -> str:
        if "--expect" in argv:
            return "accepted" if "lax home" in self.sins else "rejected-at-home"
        if "--identity" in argv:
            return "rejected-by-hub" if "@" in argv[argv.index("--identity") + 1] else "rejected-locally"
        return "accepted" if self.pushed or "open before" in self.sins else "no-answer"

    def _log(self, visited: str, home: str, identity: str) -> None:
        line = f"result=accept user={identity}"
        self.homes.setdefault(HOMES[home], []).extend([line] * (2 if "logs twice" in self.sins else 1))
        if visited != home:
            over = PREFERRED[visited]
            if over == self.lost and "ghost hub" not in self.sins:
                over = "hub-west" if self.lost == "hub-east" else "hub-east"
            self.hubs.setdefault(over, []).append(f"Access-Accept for user {identity} stationid 02")


@pytest.fixture
def where(tmp_path: Path, repository: Path, network: Network) -> Folder:
    found = Folder(tmp_path, "x")
    layout = lay_out(network, "x")
    rewrite(repository / "lab" / "inventory", found.inventory, layout.places)
    return found


@pytest.fixture
def topology(network: Network) -> Topology:
    return lay_out(network, "x").topology


def _tell(world: World, where: Folder, topology: Topology) -> tuple[bool, str]:
    names = [container(topology, node) for node in topology.nodes]
    running = {name: State(name, "running", 0, 1, "image") for name in names}
    engine, out = FakeEngine(running=running, answer=world.answer), io.StringIO()
    kept = tell(engine, where, topology, Console(file=out, width=200))
    return kept, out.getvalue()


def test_the_story_ends_well_when_every_promise_is_kept(where: Folder, topology: Topology) -> None:
    kept, text = _tell(World(), where, topology)
    assert kept, text
    assert "✓ nobody gets in anywhere (0 of 24)" in text
    assert "✓ both hubs carry their share (hub-east carried 6, hub-west carried 3)" in text
    for hub in ("hub-east", "hub-west"):
        assert f"✓ 24 of 24 get in without {hub}" in text
        assert re.search(rf"{hub} blackholed: everybody in again after 0\.5 s", text)
    assert text.rstrip().splitlines()[-2] == "✓ every promise was kept"


@pytest.mark.parametrize(
    ("sin", "broken"),
    [
        ("open before", "✗ nobody gets in anywhere (24 of 24)"),
        ("logs twice", "✗ each home logged exactly one Accept for each of them"),
        ("lax home", "✗ a wrong password is rejected at home"),
        ("ghost hub", "hub-east carried it, though it was lost"),
    ],
)
def test_a_broken_promise_is_told_and_the_demo_fails(where: Folder, topology: Topology, sin: str, broken: str) -> None:
    kept, text = _tell(World(sins=frozenset({sin})), where, topology)
    assert not kept
    assert broken in text
    assert "every promise was kept" not in text


def test_a_push_that_fails_ends_the_story(where: Folder, topology: Topology) -> None:
    with pytest.raises(LabError, match="the push failed: no way in"):
        _tell(World(sins=frozenset({"broken push"})), where, topology)
