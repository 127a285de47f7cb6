"""The logs that `serve` follows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.errors import SettingError
from monitor.passive.logs import Follower, LogKind, LogTask, Names, PositionFile, reader, refuse_mixture
from monitor.target import FEDERATION
from roaming.verify.home import homes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from monitor.cli.means import Means
    from monitor.target import Estate
    from roaming.model.network import Network


@dataclass(frozen=True, slots=True)
class LogPlace:
    """A log: of which kind, whose, and where."""

    kind: LogKind
    owner: str
    path: Path


def log_places(words: Iterable[str]) -> tuple[LogPlace, ...]:
    """Read `KIND@OWNER=PATH`; raises `SettingError`, also for logs that would be counted twice."""
    places = tuple(_place(word) for word in words)
    refuse_mixture(place.kind for place in places)
    return places


def _place(word: str) -> LogPlace:
    what, _, path = word.partition("=")
    kind, _, owner = what.partition("@")
    if kind not in set(LogKind) or not owner or not path:
        message = f"--log {word} is not KIND@OWNER=PATH; kinds are {', '.join(LogKind)}"
        raise SettingError(message)
    return LogPlace(LogKind(kind), owner, Path(path))


def log_tasks(network: Network, _: Estate, means: Means) -> tuple[LogTask, ...]:
    """Return what follows the logs; raises `SettingError` for one whose owner is not in the inventory."""
    names = names_of(network)
    return tuple(_task(network, names, means, place) for place in means.logs)


def names_of(network: Network) -> Names:
    """Return the names that logs are read with."""
    boroughs = {realm: borough.slug for borough in network.boroughs for realm in borough.realms}
    known = {realm: home.name for home in homes(network) for realm in home.realms}
    servers = frozenset(network.servers_by_name) | {hub.name for hub in network.hubs}
    return Names(boroughs, known, servers)


def _task(network: Network, names: Names, means: Means, place: LogPlace) -> LogTask:
    if place.owner not in {*network.boroughs_by_slug, FEDERATION}:
        message = f"--log {place.kind}@{place.owner}: the inventory has no {place.owner}"
        raise SettingError(message)
    mangled = str(place.path).strip("/").replace("/", "-")
    kept = means.state_directory / f"log-{mangled}.json" if means.state_directory else None
    return LogTask(
        kind=place.kind,
        owner=place.owner,
        follower=Follower(place.path),
        reader=reader(place.kind, names, place.owner, means.clock.wall),
        kept=PositionFile(kept) if kept else None,
        every_s=means.intervals.logs_s,
    )
