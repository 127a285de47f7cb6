"""Faults, and exactly who is told of what: the fault table of the monitor first, then what must stay silent."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import yaml

from monitor.alerts import Settings, rules
from tests.monitor.alerts import federation as sim
from tests.monitor.alerts.federation import BREAKS, LAB, MENDED, Fault, Federation, Labels, Server, labels, of_singles

if TYPE_CHECKING:
    from collections.abc import Mapping

RULES: Final = [rule for rule in yaml.safe_load(rules(Settings()))["groups"][0]["rules"] if "alert" in rule]

Told = dict[str, str]


def told(alertname: str, owner: str, **more: str) -> Told:
    """Return the whole labels of a firing alert: what the rule fixes, and what the expression brings."""
    fixed = [
        {key: value for key, value in rule["labels"].items() if "{{" not in value}
        for rule in RULES
        if rule["alert"] == alertname
    ]
    given = {"owner": owner, **more}
    fitting = [one for one in fixed if all(given.get(key, value) == value for key, value in one.items())]
    found = [one for index, one in enumerate(fitting) if one not in fitting[:index]]
    assert len(found) == 1, f"{alertname} {given}: {len(found)} rules"
    return {"alertname": alertname, **found[0], **given}


def unreachable(home: str, owner: str = "") -> Told:
    return told("HomeBoroughUnreachable", owner or home, home=home)


def isolated(visited: str) -> Told:
    return told("VisitedBoroughIsolated", visited, visited=visited)


def pair_down(visited: str, home: str) -> Told:
    return told("PairDown", visited, visited=visited, home=home)


def hub_down(server: str, left: str) -> Told:
    return told("HubDown", "operator", server=server, hubs_left=left)


def slow(home: str, over: str = "3s") -> Told:
    return told("AuthLatencyHigh", home, home=home, over=over)


def ap_down(owner: str, site: str, name: str) -> Told:
    return told("AccessPointDown", owner, site=site, access_point=name)


def stale(missing: str, **more: str) -> Told:
    return told("ProbeStale", "operator", missing=missing, **more)


def certificate(kind: str, server: str, owner: str, severity: str) -> Told:
    return told("CertificateExpiring", owner, kind=kind, server=server, severity=severity)


def burn(window: str) -> Told:
    return told("FederationBudgetBurn", "operator", window=window)


WATCHDOG: Final = told("Watchdog", "operator")


@dataclass(frozen=True)
class Case:
    """One story. `fired` is all that ever fires; `hushed` are those among it that nobody is told of.

    `extra` puts other values in the place of series, or adds some; None removes one. `blind` makes an agent each: it is
    the borough whose agent sees no hub. `at_step` are all that fire at a step, besides Watchdog.
    """

    name: str
    faults: tuple[Fault, ...]
    fired: tuple[Told, ...]
    hushed: tuple[Told, ...] = ()
    there: Federation = LAB
    extra: Mapping[tuple[str, Labels], list[float | None] | None] = field(default_factory=dict)
    at_step: Mapping[int, tuple[Told, ...]] = field(default_factory=dict)
    steps: int = sim.END
    scale: float = 1
    evaluated_s: float = 60
    blind: str = ""

    @property
    def step_s(self) -> float:
        return max(60 * self.scale, 1)


def _steps(*parts: tuple[int, float | None]) -> list[float | None]:
    return [value for count, value in parts for _ in range(count)]


_ALL = sim.END + 1
_DURING = MENDED - BREAKS
_AFTER = _ALL - MENDED


FAULT_TABLE: Final = (
    Case("healthy", (), ()),
    Case("the only home server of a borough", (sim.home_stopped(LAB, "hackney"),), (unreachable("hackney"),)),
    Case(
        "one of two home servers",
        (sim.one_of_two_stopped("camden", "camden-rad-1"),),
        (told("HomeServerDown", "camden", server="camden-rad-1"),),
    ),
    Case("the proxy blackholed", (sim.proxy_blackholed(LAB, "hackney"),), (isolated("hackney"),)),
    Case(
        "home and proxy in one",
        (sim.server_stopped(LAB, "islington"),),
        (unreachable("islington"), isolated("islington")),
    ),
    Case("hub-east", (sim.hubs_stopped("hub-east"),), (hub_down("hub-east", "some"),)),
    Case("hub-west", (sim.hubs_stopped("hub-west"),), (hub_down("hub-west", "some"),)),
    Case(
        "both hubs",
        (sim.hubs_stopped("hub-east", "hub-west"),),
        (hub_down("hub-east", "none"), hub_down("hub-west", "none")),
    ),
    Case(
        "an access point",
        (sim.access_points_stopped("camden-th-ap1"),),
        (ap_down("camden", "town-hall", "camden-th-ap1"),),
    ),
    Case(
        "all of a site",
        (sim.access_points_stopped("camden-th-ap1", "camden-th-ap2"),),
        (
            ap_down("camden", "town-hall", "camden-th-ap1"),
            ap_down("camden", "town-hall", "camden-th-ap2"),
            told("SiteDown", "camden", site="town-hall"),
        ),
        hushed=(
            ap_down("camden", "town-hall", "camden-th-ap1"),
            ap_down("camden", "town-hall", "camden-th-ap2"),
        ),
    ),
    Case("a slow home", (sim.slow_home("hackney"),), (slow("hackney"),)),
    Case("a slow link of home and proxy in one", (sim.slow_server("islington"),), (slow("islington"),)),
    Case(
        "a very slow home",
        (sim.slow_home("hackney", 16),),
        (slow("hackney"), slow("hackney", "10s")),
        hushed=(slow("hackney"),),
    ),
    Case(
        "an expired certificate",
        (sim.expired("hackney"),),
        (certificate("eap", "hackney", "hackney", "page"), unreachable("hackney")),
    ),
    Case(
        "an expiring certificate",
        (sim.expired("hackney", 20),),
        (certificate("eap", "hackney", "hackney", "ticket"),),
    ),
    Case(
        "wrong RadSec key material",
        (sim.wrong_key(LAB, "islington"),),
        (unreachable("islington"), isolated("islington")),
    ),
    Case(
        "the prober paused",
        (sim.prober_paused(*LAB.boroughs),),
        tuple(stale("results", visited=one) for one in LAB.boroughs),
    ),
)

_APART: Final = Federation(
    ("b1", "b2", "b3"),
    (),
    (
        *sim.HUBS,
        Server("b1-proxy", "b1", "proxy"),
        Server("b1-home", "b1", "home"),
        Server("b2-rad", "b2", "both"),
        Server("b3-rad", "b3", "both"),
    ),
)

TWO_AT_ONCE: Final = (
    Case(
        "two homes",
        (sim.home_stopped(LAB, "hackney"), sim.server_stopped(LAB, "islington")),
        (unreachable("hackney"), unreachable("islington"), isolated("islington")),
    ),
    Case(
        "a proxy and a home",
        (sim.proxy_blackholed(LAB, "hackney"), sim.server_stopped(LAB, "islington")),
        (isolated("hackney"), unreachable("islington"), isolated("islington")),
    ),
    Case(
        "a wrong key and a home",
        (sim.wrong_key(LAB, "islington"), sim.home_stopped(LAB, "hackney")),
        (unreachable("islington"), isolated("islington"), unreachable("hackney")),
    ),
    Case(
        "two singles, nobody outside",
        (sim.server_stopped(of_singles(3), "b1"), sim.server_stopped(of_singles(3), "b2")),
        (unreachable("b1"), isolated("b1"), unreachable("b2"), isolated("b2")),
        there=of_singles(3),
    ),
    Case(
        "two homes, nobody outside",
        (Fault(fails=lambda _, home: home == "b1"), Fault(fails=lambda _, home: home == "b2")),
        (unreachable("b1"), unreachable("b2")),
        there=of_singles(3),
    ),
    Case(
        "a home and a proxy, nobody outside",
        (sim.home_stopped(_APART, "b1"), sim.proxy_blackholed(_APART, "b2")),
        (unreachable("b1"), isolated("b2")),
        there=_APART,
    ),
    Case(
        "two slow singles",
        (sim.slow_server("camden"), sim.slow_server("islington")),
        (slow("camden"), slow("islington")),
    ),
    Case(
        "two slow links",
        (sim.slow_home("hackney"), sim.slow_server("islington")),
        (slow("hackney"), slow("islington")),
    ),
    Case(
        "one of two servers, and a home",
        (sim.one_of_two_stopped("camden", "camden-rad-1"), sim.home_stopped(LAB, "hackney")),
        (told("HomeServerDown", "camden", server="camden-rad-1"), unreachable("hackney")),
    ),
    Case(
        "an access point, and a proxy",
        (sim.access_points_stopped("camden-th-ap1"), sim.proxy_blackholed(LAB, "hackney")),
        (ap_down("camden", "town-hall", "camden-th-ap1"), isolated("hackney")),
    ),
    Case(
        "a hub, and a home",
        (sim.hubs_stopped("hub-east"), sim.home_stopped(LAB, "hackney")),
        (hub_down("hub-east", "some"), unreachable("hackney")),
    ),
    Case(
        "expired, and slow",
        (sim.expired("hackney"), sim.slow_server("islington")),
        (certificate("eap", "hackney", "hackney", "page"), unreachable("hackney"), slow("islington")),
    ),
)

_LARGE = of_singles(6)


def _some_fail(home: str, count: int) -> Fault:
    return Fault(fails=lambda visited, at: at == home and visited in _LARGE.boroughs[:count])


def _certificate_key(kind: str, server: str, owner: str, days: float) -> Fault:
    return Fault(expiry_days={(kind, server, owner): days})


def _refused(
    refused_a_minute: int, accepted_a_minute: int, source: str = "log", home: str = "camden"
) -> dict[tuple[str, Labels], list[float | None] | None]:
    key = {"source": source, "visited": "other", "home": home}
    refused = [float(max(0, min(minute, MENDED) - BREAKS) * refused_a_minute) for minute in range(_ALL)]
    accepted = [float(minute * accepted_a_minute) for minute in range(_ALL)]
    return {
        ("roaming_auth_total", labels(**key, result="reject")): list(refused),
        ("roaming_auth_total", labels(**key, result="accept")): list(accepted),
    }


def _lone_loss(minute: int) -> Fault:
    foreign = [(visited, home) for visited in LAB.boroughs for home in LAB.homes if visited != home]
    pair = foreign[minute // 2 % len(foreign)]
    return Fault(fails=lambda visited, home: (visited, home) == pair, starts=minute, ends=minute + 1)


def _lone_losses(visited: str, home: str) -> bool:
    return visited != home


_PROBED: Final = (
    "roaming_probe_failures",
    "roaming_probe_success",
    "roaming_probe_timestamp_seconds",
    "roaming_auth_pair_seconds_sum",
    "roaming_auth_pair_seconds_count",
)


def _without(
    visited: str, gone: range, steps: int = sim.END, step_s: float = 60
) -> dict[tuple[str, Labels], list[float | None] | None]:
    """Return the series of a borough's pairs without those steps."""
    shown = sim.series(LAB, (), steps, step_s)
    return {
        (name, key): [None if step in gone else value for step, value in enumerate(numbers)]
        for (name, key), numbers in shown.items()
        if name in _PROBED and ("visited", visited) in key
    }


def _flapping(server: Server, steps: int) -> dict[tuple[str, Labels], list[float | None] | None]:
    """Return the series of a server that is well at every other step while the faults last, and well after that."""
    up = [0.0 if BREAKS <= step < MENDED and step % 2 == 0 else 1.0 for step in range(steps + 1)]
    key = labels(server=server.name, owner=server.owner, role=server.role)
    names = ("roaming_radsec_up",) if server.role == "hub" else ("roaming_server_up", "roaming_radsec_up")
    return {(name, key): list(up) for name in names}


def _restarts(hub: str, *minutes: int) -> tuple[Fault, ...]:
    """Return a hub that is gone for a minute, and each time one borough cut off until its ways have changed."""
    names = frozenset({hub})
    gone = [Fault(dark=names, starts=minute, ends=minute + 1) for minute in minutes]
    lost = [
        Fault(fails=lambda visited, home: visited == "camden" != home, starts=minute, ends=minute + sim.CHANGE)
        for minute in minutes
    ]
    return (*gone, *lost)


EDGES: Final = (
    # One end, and the shares
    Case("four of five", (_some_fail("b6", 4),), (unreachable("b6"),), there=_LARGE),
    Case(
        "three of five",
        (_some_fail("b6", 3),),
        tuple(pair_down(f"b{number}", "b6") for number in range(1, 4)),
        there=_LARGE,
    ),
    Case(
        "an outside home",
        (Fault(fails=lambda _, home: home == "leeds.gov.uk"),),
        (unreachable("leeds.gov.uk", "operator"),),
    ),
    Case(
        "one pair",
        (Fault(fails=lambda visited, home: (visited, home) == ("camden", "hackney")),),
        (pair_down("camden", "hackney"),),
    ),
    Case(
        "a pair for six minutes",
        (Fault(fails=lambda visited, home: (visited, home) == ("camden", "hackney"), ends=BREAKS + 6),),
        (),
    ),
    Case(
        "two boroughs only",
        (sim.server_stopped(of_singles(2), "b1"),),
        (unreachable("b1"), isolated("b1")),
        there=of_singles(2),
    ),
    Case(
        "one failure is no failure",
        (),
        (),
        extra={
            ("roaming_probe_failures", labels(visited=visited, home="hackney")): _steps(
                (BREAKS, 0), (_DURING, 1), (_AFTER, 0)
            )
            for visited in LAB.boroughs
        },
    ),
    # What is not known
    Case(
        "evidence that is old, from all but one",
        (
            Fault(paused=frozenset(LAB.boroughs[1:]), starts=BREAKS - 5),
            Fault(fails=lambda visited, home: (visited, home) == ("camden", "hackney")),
        ),
        (stale("results", visited="hackney"), stale("results", visited="islington"), burn("1h")),
        evaluated_s=30,
    ),
    Case(
        "one prober paused",
        (sim.prober_paused("hackney"),),
        (stale("results", visited="hackney"),),
    ),
    Case(
        "an agent that never worked, until it is mended",
        (),
        (stale("first-result", visited="hackney"),),
        extra={
            **_without("hackney", range(MENDED)),
            ("roaming_probe_unknown_total", labels(visited="hackney", reason="agent-unreachable")): [
                float(4 * min(minute, MENDED)) for minute in range(_ALL)
            ],
        },
        at_step={BREAKS - 1: (stale("first-result", visited="hackney"),)},
    ),
    Case(
        "an agent that works, but for one realm",
        (),
        (),
        extra={
            ("roaming_probe_unknown_total", labels(visited="hackney", reason="secret-missing")): [
                float(minute) for minute in range(_ALL)
            ],
        },
    ),
    Case(
        "the monitor down",
        (),
        (stale("scrape", job="roam-monitor", instance="monitor:9800"),),
        extra={
            ("up", labels(job="roam-monitor", instance="monitor:9800")): _steps((BREAKS, 1), (_DURING, 0), (_AFTER, 1)),
        },
    ),
    Case(
        "no monitor",
        (),
        (stale("monitor"),),
        extra={("roaming_probe_interval_seconds", ()): _steps((BREAKS, 60), (_DURING, None), (_AFTER, 60))},
    ),
    # Hops
    Case(
        "a hub that shows no certificate, while everybody gets in",
        (Fault(dark=frozenset({"hub-west"})),),
        (hub_down("hub-west", "some"),),
    ),
    Case(
        "a proxy's certificate",
        (_certificate_key("radsec", "hackney-proxy", "hackney", 6.5),),
        (certificate("radsec", "hackney-proxy", "hackney", "page"),),
    ),
    Case(
        "a hub's certificate",
        (_certificate_key("radsec", "hub-east", "federation", 29),),
        (certificate("radsec", "hub-east", "operator", "ticket"),),
    ),
    Case("a certificate that holds", (_certificate_key("radsec", "hub-east", "federation", 31),), ()),
    Case(
        "a home server for a moment",
        (Fault(silent=frozenset({"camden-rad-2"}), ends=BREAKS + 1),),
        (),
    ),
    Case("a hub for a moment", (Fault(dark=frozenset({"hub-east"}), ends=BREAKS + 1),), ()),
    Case(
        "a hub that flaps, and a home",
        (sim.home_stopped(LAB, "hackney"),),
        (hub_down("hub-east", "changing"), unreachable("hackney")),
        extra=_flapping(sim.HUBS[0], 100),
        steps=100,
    ),
    Case(
        "a home behind a server that flaps",
        (Fault(fails=lambda _, home: home == "camden"),),
        (unreachable("camden"),),
        extra=_flapping(LAB.servers[2], 100),
        steps=100,
    ),
    Case("a hub that was restarted twice", _restarts("hub-east", BREAKS, BREAKS + 7), ()),
    # Buildings
    Case(
        "one access point unknown, the other down",
        (
            Fault(
                access_points=frozenset({"camden-th-ap1"}),
                unknown_access_points=frozenset({"camden-th-ap2"}),
            ),
        ),
        (ap_down("camden", "town-hall", "camden-th-ap1"),),
    ),
    Case(
        "all access points unknown",
        (Fault(unknown_access_points=frozenset({"camden-th-ap1", "camden-th-ap2"})),),
        (),
    ),
    # People
    Case("people refused", (), (told("RejectSpike", "camden", home="camden"),), extra=_refused(3, 4)),
    Case("people of unknown realms refused", (), (), extra=_refused(3, 4, home="other")),
    Case("few refused", (), (), extra=_refused(1, 1)),
    Case("refused among many", (), (), extra=_refused(3, 9)),
    Case("intended rejects of probes", (), (), extra=_refused(6, 1, source="probe")),
    Case(
        "people refused by a home that is down",
        (sim.home_stopped(LAB, "camden"),),
        (unreachable("camden"), told("RejectSpike", "camden", home="camden")),
        hushed=(told("RejectSpike", "camden", home="camden"),),
        extra=_refused(3, 4),
    ),
    Case(
        "slow from three of five",
        (Fault(slow=lambda visited, home: home == "b6" and visited in _LARGE.boroughs[:3]),),
        (),
        there=_LARGE,
    ),
    Case(
        "slow from four of five",
        (Fault(slow=lambda visited, home: home == "b6" and visited in _LARGE.boroughs[:4]),),
        (slow("b6"),),
        there=_LARGE,
    ),
    Case(
        "slow from one borough only",
        (Fault(slow=lambda visited, _: visited == "hackney"),),
        (),
    ),
    # The budget
    Case(
        "losses that nothing explains",
        tuple(Fault(fails=_lone_losses, starts=minute, ends=minute + 1) for minute in range(BREAKS, MENDED, 3)),
        (burn("1h"),),
        evaluated_s=30,
    ),
    Case(
        "the same with nearly no probes",
        tuple(Fault(fails=_lone_losses, starts=minute, ends=minute + 1) for minute in range(BREAKS, MENDED, 3)),
        (),
        extra={
            ("roaming_auth_total", labels(source="probe", visited=visited, home=home, result=result)): None
            for visited in LAB.boroughs
            for home in LAB.homes
            for result in ("accept", "timeout")
        },
        evaluated_s=30,
    ),
    Case(
        "a pair down, and losses elsewhere that nothing explains",
        (
            Fault(fails=lambda visited, home: (visited, home) == ("camden", "hackney")),
            *(
                Fault(fails=lambda visited, home: visited not in (home, "camden"), starts=minute, ends=minute + 1)
                for minute in range(BREAKS, MENDED, 2)
            ),
        ),
        (pair_down("camden", "hackney"), burn("1h")),
        evaluated_s=30,
    ),
    Case("a home for long", (sim.home_stopped(LAB, "hackney"),), (unreachable("hackney"),), evaluated_s=30),
    Case(
        "nobody reaches anybody, and the hubs say they are well",
        (Fault(fails=lambda visited, home: visited != home),),
        (burn("1h"),),
        evaluated_s=30,
    ),
)

# Each borough's agent brings its own series; hackney's sees neither hub, as its line is broken.
AGENTS: Final = (
    Case("healthy, an agent each", (), (), blind="hackney"),
    Case("a proxy, an agent each", (sim.proxy_blackholed(LAB, "hackney"),), (isolated("hackney"),), blind="hackney"),
    Case(
        "home and proxy in one, an agent each",
        (sim.server_stopped(LAB, "islington"),),
        (unreachable("islington"), isolated("islington")),
        blind="hackney",
    ),
    Case(
        "both hubs, an agent each",
        (sim.hubs_stopped("hub-east", "hub-west"),),
        (hub_down("hub-east", "none"), hub_down("hub-west", "none")),
        blind="hackney",
    ),
)

# Roams of one borough, heard by a sensor. Half an hour after the fault, or an hour, nothing of it is left.
_ROAMED: Final = 110
_Extra = dict[tuple[str, Labels], list[float | None] | None]


def _counted(a_minute: float, while_broken: float | None = None) -> list[float | None]:
    """Return a counter that grows by so many a minute, and otherwise while the faults last."""
    values, value = list[float | None](), 0.0
    for minute in range(_ROAMED + 1):
        values.append(value)
        value += a_minute if while_broken is None or not BREAKS <= minute < MENDED else while_broken
    return values


def _roams(kind: str, a_minute: float, in_time: Mapping[str, float]) -> _Extra:
    """Return a histogram of which so many a minute are below an edge while the faults last; all are before."""
    key = {"visited": "b1", "kind": kind}
    found: _Extra = {("roaming_roam_seconds_count", labels(**key)): _counted(a_minute)}
    for edge, below in in_time.items():
        found["roaming_roam_seconds_bucket", labels(**key, le=edge)] = _counted(a_minute, below)
    return found


def _fallbacks(access_point: str, a_minute: float, fell_back: float) -> _Extra:
    key = labels(access_point=access_point, site="town-hall", owner="b1")
    return {
        ("roaming_ft_roams_total", key): _counted(a_minute),
        ("roaming_ft_fallbacks_total", key): _counted(0, fell_back),
    }


def _heard(name: str, extra: _Extra, *fired: Told) -> Case:
    return Case(name, (), fired, there=of_singles(1), extra=extra, steps=_ROAMED)


ROAMS: Final = (
    _heard(
        "fast roams that are slow",
        _roams("ft_air", 20, {"0.15": 18, "2.0": 20}),
        told("RoamSlow", "b1", visited="b1", kind="ft_air", over="150ms"),
    ),
    _heard("fast roams, few of them slow", _roams("ft_ds", 50, {"0.15": 48, "2.0": 50})),
    _heard("fast roams that are slow, but few", _roams("ft_ds", 0.5, {"0.15": 0.2, "2.0": 0.5})),
    _heard(
        "full authentications that are slow",
        _roams("full_eap", 20, {"0.15": 0, "2.0": 15}),
        told("RoamSlow", "b1", visited="b1", kind="full_eap", over="2s"),
    ),
    _heard("full authentications that take their time", _roams("full_eap", 20, {"0.15": 0, "2.0": 20})),
    _heard("cached keys that take their time", _roams("pmk_cached", 20, {"0.15": 0, "2.0": 5})),
    _heard(
        "an access point to which nobody roams fast",
        {**_fallbacks("b1-ap1", 2, 0.2), **_fallbacks("b1-ap2", 1, 0.5)},
        told("FtFallback", "b1", site="town-hall", access_point="b1-ap2"),
    ),
    _heard("a few that fell back", _fallbacks("b1-ap1", 0.1, 0.1)),
)

# At 1/720 three days are six minutes and an hour is five seconds; at 1/1440 a week is seven minutes.
_WEEK_S: Final = 420


def _refused_each_week() -> dict[tuple[str, Labels], list[float | None] | None]:
    """Return a share that is too low to be told, and a week later one that is high, but not three times as high."""
    refused, accepted = [0.0], [0.0]
    for second in range(_WEEK_S + 40):
        share = 28 if second < _WEEK_S else 50
        refused.append(refused[-1] + (share if 10 <= second % _WEEK_S < 30 else 0))
        accepted.append(accepted[-1] + 100 - share)
    key = {"source": "log", "visited": "other", "home": "b1"}
    return {
        ("roaming_auth_total", labels(**key, result="reject")): list(refused),
        ("roaming_auth_total", labels(**key, result="accept")): list(accepted),
    }


SCALED: Final = (
    Case(
        "a hub that flaps, and a home, scaled",
        (sim.home_stopped(LAB, "hackney"),),
        (hub_down("hub-east", "changing"), unreachable("hackney")),
        extra=_flapping(sim.HUBS[0], 110),
        steps=110,
        scale=1 / 20,
    ),
    Case("healthy, scaled", (), (), scale=1 / 60),
    Case("a home, scaled", (sim.home_stopped(LAB, "hackney"),), (unreachable("hackney"),), scale=1 / 60),
    Case(
        "a wrong key, scaled",
        (sim.wrong_key(LAB, "islington"),),
        (unreachable("islington"), isolated("islington")),
        scale=1 / 60,
    ),
    Case("a slow home, scaled", (sim.slow_home("hackney"),), (slow("hackney"),), scale=1 / 60),
    Case(
        "refused as a week ago, scaled",
        (),
        (),
        there=of_singles(1),
        extra=_refused_each_week(),
        steps=_WEEK_S + 40,
        scale=1 / 1440,
    ),
    Case(
        "an agent whose series ended days ago",
        (),
        (stale("results", visited="hackney"),),
        extra=_without("hackney", range(BREAKS, 400), steps=410, step_s=1),
        # A series that ends is still seen for five minutes, whatever the scale.
        at_step={399: (stale("results", visited="hackney"),)},
        steps=410,
        scale=1 / 1440,
    ),
    Case(
        "a few losses all the time",
        tuple(_lone_loss(minute) for minute in range(BREAKS, 205, 2)),
        (burn("1d"), burn("3d")),
        steps=260,
        scale=1 / 720,
    ),
)

CASES: Final = (
    *(replace(case, evaluated_s=30) for case in FAULT_TABLE),
    *TWO_AT_ONCE,
    *EDGES,
    *AGENTS,
    *ROAMS,
    *SCALED,
)
