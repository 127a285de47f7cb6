"""A made-up day in London: the estate of inventory/, and pictures of it, for tests and for docs/screenshots."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from monitor.discover import estate
from monitor.metrics import DeviceState, PairState, Picture, Status
from roaming.load import load

if TYPE_CHECKING:
    from monitor.target import Estate

NOW: Final = 1_795_626_250.0
"""Wednesday 25 November 2026, 17:04:10 in London."""
_REPOSITORY: Final = Path(__file__).parents[3]
_CYCLE_S: Final = 240
_EXPECTED_S: Final = 0.18


def london() -> Estate:
    """Return London as inventory/ has it."""
    return estate(load(_REPOSITORY / "inventory").network)


def healthy(london: Estate, now: float = NOW) -> Picture:
    """Return a day on which everything works, tested in turn over the last minutes, since yesterday."""
    slugs = [borough.slug for borough in london.boroughs]
    pairs = {(visited, home): (visited, home) for visited in slugs for home in london.homes}
    seen = {pair: _good(now - 8 - place * 37 % _CYCLE_S, now) for place, pair in enumerate(pairs)}
    up = DeviceState(Status.UP, now - 20, now - 90_000)
    return Picture(
        at=now - 2,
        pairs=seen,
        servers={one.name: up for one in london.servers},
        radsec={one.name: up for one in (*london.servers, *london.hubs) if one.federation},
        trusted={one.name: up for one in (*london.servers, *london.hubs) if one.federation},
        access_points={name: up for site in london.sites for name in site.access_points},
    )


def _good(at: float, now: float) -> PairState:
    return PairState(Status.UP, at, now - 90_000, at, _EXPECTED_S, reason="accepted")


def without_home(london: Estate, picture: Picture, home: str) -> Picture:
    """Return a picture in which the only sign-in server of a borough has stopped twelve minutes ago."""
    down = PairState(
        Status.DOWN,
        picture.at - 70,
        picture.at - 700,
        picture.at - 900,
        failures=3,
        reason="no-answer-beyond",
        sentence="hub-east and hub-west answer for others, but nothing came back from the home",
    )
    pairs = {
        pair: replace(down, at=state.at, since=picture.at - 700 + index % 120) if pair[1] == home else state
        for index, (pair, state) in enumerate(picture.pairs.items())
    }
    stopped = DeviceState(Status.DOWN, picture.at - 20, picture.at - 690)
    homes = {one.name for one in london.servers if one.owner == home and one.role in {"home", "both"}}
    servers = {name: stopped if name in homes else state for name, state in picture.servers.items()}
    return replace(picture, pairs=pairs, servers=servers)
