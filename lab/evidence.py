"""What the federation's own logs say about a verification: who let whom in, and over which hub.

The parsing is pure; `collect` is the one function that asks the containers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lab.outside import LOG as OUTSIDE_LOG
from lab.topology import NodeKind, container
from roaming.eap import Reason
from roaming.targets import TARGETS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from lab.engine import Engine
    from lab.topology import Topology
    from roaming.model.network import Network
    from roaming.verify import Report

_HOME_LINE: Final = re.compile(r"\bresult=(?P<result>accept|reject)\b.*?\buser=(?P<user>\S+)", re.IGNORECASE)
_HUB_LINE: Final = re.compile(r"\bAccess-(?P<result>Accept|Reject) for user (?P<user>\S+)")
_LOGS: Final = {
    NodeKind.RADIUS_SERVER: TARGETS["freeradius"].log_path,
    NodeKind.UPSTREAM: OUTSIDE_LOG,
    NodeKind.HUB: TARGETS["radsecproxy"].log_path,
}


@dataclass(frozen=True, slots=True)
class Answer:
    """One final answer as a log tells it."""

    user: str
    accepted: bool


@dataclass(frozen=True, slots=True)
class Logs:
    """The answers that each home server and each hub wrote down, by the name of the device."""

    homes: Mapping[str, tuple[Answer, ...]]
    hubs: Mapping[str, tuple[Answer, ...]]


@dataclass(frozen=True, slots=True)
class Probe:
    """One authentication that a verification saw succeed."""

    visited: str
    home: str
    identity: str


def home_answers(text: str) -> tuple[Answer, ...]:
    """Read a home server's log, which has one line for each final answer of an authentication it is home for."""
    return _answers(_HOME_LINE, text)


def hub_answers(text: str) -> tuple[Answer, ...]:
    """Read radsecproxy's log of answers that it passed on."""
    return _answers(_HUB_LINE, text)


def probes(report: Report) -> tuple[Probe, ...]:
    """Return the successes of a verification."""
    good = (result for result in report.results if result.reason is Reason.ACCEPTED)
    return tuple(Probe(result.visited, result.home, result.identity) for result in good)


def home_servers(network: Network) -> dict[str, frozenset[str]]:
    """Return which devices may answer for a home, by the borough's slug or the outside realm."""
    homes = {borough.slug: frozenset(home.name for home in network.homes(borough)) for borough in network.boroughs}
    outside = {realm.realm: frozenset({up.name}) for up in network.upstreams for realm in up.probes}
    return homes | outside


def faults_at_homes(logs: Logs, seen: Iterable[Probe], servers: Mapping[str, frozenset[str]]) -> Iterator[str]:
    """Yield a sentence for each success that its home did not log exactly once, or that another home logged."""
    for probe in seen:
        lines = {name: _accepts(answers, probe.identity) for name, answers in logs.homes.items()}
        at_home = sum(count for name, count in lines.items() if name in servers[probe.home])
        if at_home != 1:
            yield f"{probe.identity}: {probe.home} logged {at_home} Accepts, not one"
        yield from (
            f"{probe.identity}: {name} logged {count} Accepts, and is not home for it"
            for name, count in lines.items()
            if count and name not in servers[probe.home]
        )


def carried(logs: Logs, seen: Iterable[Probe]) -> dict[str, int]:
    """Return how many of the successes each hub carried."""
    wanted = {probe.identity for probe in seen}
    return {
        hub: sum(1 for answer in answers if answer.accepted and answer.user in wanted)
        for hub, answers in logs.hubs.items()
    }


def faults_at_hubs(logs: Logs, seen: Iterable[Probe], *, lost: str | None = None) -> Iterator[str]:
    """Yield a sentence for each success that did not cross exactly one hub, or that the lost hub carried.

    What stays inside a borough crosses none.
    """
    for probe in seen:
        over = {hub: _accepts(answers, probe.identity) for hub, answers in logs.hubs.items()}
        wanted = 0 if probe.visited == probe.home else 1
        if sum(over.values()) != wanted:
            crossed = ", ".join(f"{hub} {count}" for hub, count in over.items())
            yield f"{probe.identity}: {probe.visited} to {probe.home} crossed the hubs {crossed} times, not {wanted}"
        if lost and over.get(lost):
            yield f"{probe.identity}: {lost} carried it, though it was lost"


def collect(engine: Engine, topology: Topology) -> Logs:
    """Read the logs of every home server and hub; a log that is not there yet is empty."""
    texts: dict[str, str] = {}
    for node in topology.of_kind(*_LOGS):
        texts[node.name] = engine.exec(container(topology, node), ["cat", _LOGS[node.kind]]).out
    hubs = {node.name for node in topology.of_kind(NodeKind.HUB)}
    return Logs(
        homes={name: home_answers(text) for name, text in texts.items() if name not in hubs},
        hubs={name: hub_answers(text) for name, text in texts.items() if name in hubs},
    )


def _answers(pattern: re.Pattern[str], text: str) -> tuple[Answer, ...]:
    found = (pattern.search(line) for line in text.splitlines())
    return tuple(Answer(match["user"], match["result"].lower() == "accept") for match in found if match)


def _accepts(answers: Iterable[Answer], identity: str) -> int:
    return sum(1 for answer in answers if answer.accepted and answer.user == identity)
