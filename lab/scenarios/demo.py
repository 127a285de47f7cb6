"""The demo: a federation comes up empty, is configured from its inventory, and loses each of its hubs in each way."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from lab.errors import LabError
from lab.evidence import home_servers
from lab.faults import FaultKind, Faults
from lab.scenarios.verification import Evidence, Verifier
from lab.topology import NodeKind
from roaming.eap import Reason
from roaming.federation import hub_order
from roaming.load import load
from roaming.model.terms import EapMethod
from roaming.verify import render

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

    from lab.engine import Engine
    from lab.folder import Folder
    from lab.topology import Node, Topology
    from roaming.model.network import Network
    from roaming.verify import Report

# A proxy that called a hub dead asks after it again at these times at the latest, and a new hub knocks at each server.
_PATIENCE_S: Final = 150
_PAUSE_S: Final = 3

# What is refused, by whom, within how many milliseconds (home servers hold a refusal back for a second on purpose).
_REFUSALS: Final = (
    (("--expect", "wrong-password"), Reason.REJECTED_AT_HOME, 3000, "a wrong password is rejected at home"),
    (
        ("--expect", "unknown-user"),
        Reason.REJECTED_AT_HOME,
        3000,
        "a name that its home does not know is rejected there",
    ),
    (
        ("--identity", "someone@nowhere.example"),
        Reason.REJECTED_BY_HUB,
        1000,
        "an unknown realm is rejected by the hub",
    ),
    (("--identity", "someone"), Reason.REJECTED_LOCALLY, 3000, "a name without a realm is rejected by the first proxy"),
)


@dataclass
class Story:
    """A demo in progress: what it runs in, where it prints, and every promise that was not kept."""

    topology: Topology
    faults: Faults
    verifier: Verifier
    console: Console
    share: Mapping[str, int]
    broken: list[str] = field(default_factory=list)
    summary: list[str] = field(default_factory=list)

    def tell(self, heading: str) -> None:
        """Open a chapter."""
        self.console.print(f"\n{heading}\n{'─' * len(heading)}", style="bold", markup=False)

    def hold(self, kept: bool, promise: str) -> None:  # noqa: FBT001  the one thing a promise is
        """Note whether a promise was kept."""
        self.console.print(f"{'✓' if kept else '✗'} {promise}", style="green" if kept else "red", markup=False)
        if not kept:
            self.broken.append(promise)


def tell(engine: Engine, folder: Folder, topology: Topology, console: Console) -> bool:
    """Tell the story in a lab that is up and was never pushed to; return whether every promise was kept.

    Raises `LabError` when a step cannot be run at all.
    """
    network = load(folder.inventory).network
    verifier = Verifier(engine, topology, home_servers(network))
    faults = Faults(engine, topology, folder)
    story = Story(topology, faults, verifier, console, share=_wanted_share(network))
    for chapter in (_before, _push, _after, _refusals, _faults):
        chapter(story)
    return _end(story)


def _before(story: Story) -> None:
    story.tell("Before the push: every device is as its package left it")
    report = story.verifier.verify("--timeout", "2")
    story.console.print(render(report))
    story.hold(not any(result.passed for result in report.results), f"nobody gets in anywhere ({_count(report)})")


def _push(story: Story) -> None:
    story.tell("roam push --yes: the inventory becomes the federation")
    started = time.monotonic()
    with story.console.status("pushing"):
        pushed = story.verifier.roam("push", "--yes")
    story.console.print(_without_diff(pushed.out), markup=False)
    if not pushed.ok:
        message = f"the push failed: {pushed.err.strip() or 'see above'}"
        raise LabError(message)
    story.summary.append(f"pushed in {time.monotonic() - started:.0f} s")
    story.hold(story.verifier.roam("diff").ok, "a second look finds no difference")


def _without_diff(text: str) -> str:
    """Leave out the differences from the packaged files, which come before the waves and are long."""
    lines = text.splitlines()
    first = next((number for number, line in enumerate(lines) if line.startswith("wave ")), 0)
    return "\n".join(lines[first:])


def _after(story: Story) -> None:
    story.tell("After the push: officers of each borough, in each borough")
    report = _verify(story, "get in")
    story.summary.append(f"first green {_first(report):.0f} s after the push")
    story.hold(_is_back(story), f"both hubs carry their share ({_spelled(story.share)})")


def _refusals(story: Story) -> None:
    story.tell("Who must not get in, and who says so")
    for words, reason, limit, promise in _REFUSALS:
        results = story.verifier.verify(*words).results
        kept = all(result.reason is reason for result in results)
        slowest = max((result.milliseconds or 0.0 for result in results), default=0.0)
        story.hold(kept and slowest < limit, f"{promise} ({slowest:.0f} ms at most)")


def _faults(story: Story) -> None:
    for hub in story.topology.of_kind(NodeKind.HUB):
        for kind, words in ((FaultKind.HUB_STOPPED, "stopped"), (FaultKind.HUB_BLACKHOLED, "blackholed")):
            story.tell(f"{hub.name} is {words}")
            _lose(story, hub, kind, words)


def _lose(story: Story, hub: Node, kind: FaultKind, words: str) -> None:
    """Take a hub away, see everybody get in over the other, and bring it back."""
    with story.faults.held(f"{kind}:{hub.name}"):
        report = _verify(story, f"get in without {hub.name}", lost=hub.name)
    story.summary.append(f"{hub.name} {words}: everybody in again after {_first(report):.1f} s")
    started = time.monotonic()
    back = _is_back(story)
    seconds = time.monotonic() - started
    story.hold(back, f"{hub.name} carries its share again, {seconds:.0f} s after it was restored")


def _verify(story: Story, words: str, *, lost: str | None = None) -> Report:
    """Verify until everybody gets in, show the matrix, and hold it against the logs."""
    report = story.verifier.verify("--retry-for", str(_PATIENCE_S))
    story.console.print(render(report))
    story.hold(report.passed, f"{_count(report)} {words}")
    evidence = story.verifier.evidence(report, lost=lost)
    story.hold(not evidence.faults, _account(evidence))
    for line in evidence.faults[:5]:
        story.console.print(f"    {line}", markup=False)
    return report


def _wanted_share(network: Network) -> dict[str, int]:
    """Return how many of a verification by EAP-TLS each hub carries when every borough uses the hub it prefers."""
    shares = dict.fromkeys((hub.name for hub in network.hubs), 0)
    outside = [realm for upstream in network.upstreams for realm in upstream.probes]
    homes = [borough.identity.probe for borough in network.boroughs] + [realm.probe for realm in outside]
    for borough in network.boroughs:
        preferred = hub_order(network, network.proxies(borough)[0])[0]
        shares[preferred.name] += sum(probe.tls is not None for probe in homes if probe is not borough.identity.probe)
    return shares


def _is_back(story: Story) -> bool:
    """Verify until each hub carries its share: a proxy that called a hub dead takes its time to ask again."""
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline:
        if _shares(story) == story.share:
            return True
        time.sleep(_PAUSE_S)
    return False


def _shares(story: Story) -> dict[str, int]:
    """Return how many of a quick verification each hub carries."""
    return dict(story.verifier.evidence(story.verifier.verify("--method", EapMethod.TLS)).carried)


def _spelled(share: Mapping[str, int]) -> str:
    return ", ".join(f"{hub} carried {count}" for hub, count in share.items())


def _account(evidence: Evidence) -> str:
    return f"each home logged exactly one Accept for each of them; {_spelled(evidence.carried)}"


def _count(report: Report) -> str:
    return f"{sum(result.passed for result in report.results)} of {len(report.results)}"


def _first(report: Report) -> float:
    """Return when the last of them got in for the first time, in seconds from the start of the verification."""
    return max((result.first_success_s or 0.0 for result in report.results), default=0.0)


def _end(story: Story) -> bool:
    story.tell("In short")
    for line in story.summary:
        story.console.print(f"  {line}", markup=False)
    for line in story.broken:
        story.console.print(f"✗ {line}", style="red", markup=False)
    if not story.broken:
        story.console.print("✓ every promise was kept", style="green")
    story.console.print(
        "The lab stays up: `roam-lab status`, `roam-lab exec -- roam verify`, `make demo-down`.", markup=False
    )
    return not story.broken
