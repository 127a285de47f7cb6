"""A small federation for the monitor's tests: two boroughs, one realm outside."""

from __future__ import annotations

from typing import Final

from monitor.metrics import State
from monitor.sample import Authentication, FakeClock, Phase, Result, Source
from monitor.target import BoroughFacts, Estate, RadiusTarget, SiteFacts

INTERVAL_S: Final = 300.0

ESTATE: Final = Estate(
    name="London",
    operator="LOTI",
    boroughs=(
        BoroughFacts("camden", "Camden", "E09000007", "wifi@camden.example"),
        BoroughFacts("hackney", "Hackney", "E09000012", "wifi@hackney.example"),
    ),
    homes=("camden", "hackney", "outside.example"),
    sites=(SiteFacts("town-hall", "Town Hall", "camden", ("camden",), (51.5, -0.1), access_points=("ap-1", "ap-2")),),
    servers=(
        RadiusTarget("camden-rad-1", "camden", "both", "10.7.0.11", "203.0.113.20", "rad1.camden.example"),
        RadiusTarget("hackney-home", "hackney", "home", "10.8.0.12"),
    ),
    hubs=(RadiusTarget("hub-east", "federation", "hub", "10.0.0.10", "198.51.100.10", "hub-east.roaming.example"),),
)


def state(clock: FakeClock) -> State:
    return State(ESTATE, interval_s=INTERVAL_S, clock=clock)


def probe(clock: FakeClock, **changed: object) -> Authentication:
    """Return an accepted probe of Hackney's people in Camden that ended now."""
    given: dict[str, object] = {
        "source": Source.PROBE,
        "visited": "camden",
        "home": "hackney",
        "result": Result.ACCEPT,
        "at": clock.wall(),
        "seconds": 0.3,
        "method": "tls",
        "passed": True,
        "reason": "accepted",
        "sentence": "hackney accepted the user",
        "path": "camden-rad-1",
        "phases": {Phase.START: 0.02, Phase.TUNNEL: 0.2, Phase.INNER: 0.08},
    }
    return Authentication(**(given | changed))  # type: ignore[arg-type]  # what is changed has the field's type


def failed(clock: FakeClock, **changed: object) -> Authentication:
    """Return the same probe, unanswered."""
    given: dict[str, object] = {
        "result": Result.TIMEOUT,
        "seconds": None,
        "passed": False,
        "reason": "no-answer",
        "sentence": "no answer",
        "phases": {},
    }
    return probe(clock, **(given | changed))
