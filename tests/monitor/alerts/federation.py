"""A federation minute by minute, as the monitor would show it: what the rules are tried on."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from monitor.sample import AUTH_EDGES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

BREAKS: Final = 6
MENDED: Final = 34
END: Final = 46
"""Minutes (steps, when scaled): healthy, then faults, then healthy again."""

QUICK_S: Final = 0.15
CHANGE: Final = 6
"""Minutes until each pair that failed while the ways changed was probed again."""

DAY_S: Final = 86_400

Labels = tuple[tuple[str, str], ...]
Series = dict[tuple[str, Labels], list[float | None]]


@dataclass(frozen=True)
class Server:
    name: str
    owner: str
    role: str


@dataclass(frozen=True)
class Federation:
    boroughs: tuple[str, ...]
    outside: tuple[str, ...]
    servers: tuple[Server, ...]
    access_points: tuple[tuple[str, str, str], ...] = ()

    @property
    def homes(self) -> tuple[str, ...]:
        return self.boroughs + self.outside

    def named(self, *owners: str, roles: str) -> frozenset[str]:
        return frozenset(one.name for one in self.servers if one.owner in owners and one.role in roles.split())


HUBS: Final = (Server("hub-east", "federation", "hub"), Server("hub-west", "federation", "hub"))
LAB: Final = Federation(
    ("camden", "hackney", "islington"),
    ("leeds.gov.uk",),
    (
        *HUBS,
        Server("camden-rad-1", "camden", "both"),
        Server("camden-rad-2", "camden", "both"),
        Server("hackney-proxy", "hackney", "proxy"),
        Server("hackney-home", "hackney", "home"),
        Server("islington-rad-1", "islington", "both"),
    ),
    (
        ("camden", "town-hall", "camden-th-ap1"),
        ("camden", "town-hall", "camden-th-ap2"),
        ("islington", "town-hall", "islington-th-ap1"),
        ("islington", "town-hall", "islington-th-ap2"),
    ),
)


def of_singles(count: int) -> Federation:
    """Return a federation whose boroughs, b1 and on, have one server each."""
    boroughs = tuple(f"b{number}" for number in range(1, count + 1))
    return Federation(boroughs, (), (*HUBS, *(Server(f"{one}-rad", one, "both") for one in boroughs)))


def _no_pair(visited: str, home: str) -> bool:
    del visited, home
    return False


@dataclass(frozen=True)
class Fault:
    """What is wrong between two minutes. `blinks` are pairs that fail only until another way is taken."""

    fails: Callable[[str, str], bool] = _no_pair
    blinks: Callable[[str, str], bool] = _no_pair
    slow: Callable[[str, str], bool] = _no_pair
    slow_s: float = 4.0
    silent: frozenset[str] = frozenset()
    dark: frozenset[str] = frozenset()
    untrusted: frozenset[str] = frozenset()
    access_points: frozenset[str] = frozenset()
    unknown_access_points: frozenset[str] = frozenset()
    expiry_days: Mapping[tuple[str, str, str], float] = field(default_factory=dict)
    paused: frozenset[str] = frozenset()
    starts: int = BREAKS
    ends: int = MENDED

    def now(self, minute: int) -> bool:
        return self.starts <= minute < self.ends


def home_stopped(there: Federation, borough: str) -> Fault:
    return Fault(fails=lambda _, home: home == borough, silent=there.named(borough, roles="home"))


def proxy_blackholed(there: Federation, borough: str) -> Fault:
    return Fault(fails=_away(borough), dark=there.named(borough, roles="proxy both"))


def server_stopped(there: Federation, borough: str) -> Fault:
    every = there.named(borough, roles="home proxy both")
    return Fault(fails=lambda visited, home: borough in (visited, home), silent=every, dark=every)


def one_of_two_stopped(borough: str, server: str) -> Fault:
    name = frozenset({server})
    return Fault(blinks=lambda visited, home: borough in (visited, home), silent=name, dark=name)


def hubs_stopped(*hubs: str) -> Fault:
    names = frozenset(hubs)
    if len(names) == len(HUBS):
        return Fault(fails=lambda visited, home: visited != home, dark=names)
    # Who prefers hub-east tries it first; islington's server is slow to see that hub-west is gone.
    first = {"hub-east": _from("camden", "islington"), "hub-west": lambda _, home: home == "islington"}
    return Fault(blinks=first[hubs[0]], dark=names)


def wrong_key(there: Federation, borough: str) -> Fault:
    return Fault(fails=_away(borough), untrusted=there.named(borough, roles="proxy both"))


def access_points_stopped(*names: str) -> Fault:
    return Fault(access_points=frozenset(names))


def slow_home(borough: str, seconds: float = 4.0) -> Fault:
    return Fault(slow=lambda _, home: home == borough, slow_s=seconds)


def slow_server(borough: str, seconds: float = 4.0) -> Fault:
    return Fault(slow=lambda visited, home: borough in (visited, home), slow_s=seconds)


def expired(borough: str, days: float = -1.0) -> Fault:
    return Fault(fails=lambda _, home: days < 0 and home == borough, expiry_days={("eap", borough, borough): days})


def prober_paused(*boroughs: str) -> Fault:
    return Fault(paused=frozenset(boroughs))


def _from(*boroughs: str) -> Callable[[str, str], bool]:
    return lambda visited, home: visited in boroughs and visited != home


def _away(borough: str) -> Callable[[str, str], bool]:
    return lambda visited, home: visited != home and borough in (visited, home)


def series(there: Federation, faults: Sequence[Fault], steps: int, step_s: float) -> Series:
    """Return all that the monitor shows, a value a step; None is absent."""
    shown: Series = defaultdict(list)
    pairs = {(visited, home): _Pair() for visited in there.boroughs for home in there.homes}
    homes = {home: _Timed() for home in there.homes}
    for minute in range(steps + 1):
        active = [fault for fault in faults if fault.now(minute)]
        for (visited, home), pair in pairs.items():
            pair.probe(visited, home, active, minute, step_s)
            if pair.took is not None:
                homes[home].add(pair.took)
        for name, labels, value in _at(there, active, minute * step_s, pairs, homes):
            shown[name, labels].append(value)
        shown["roaming_probe_interval_seconds", ()].append(step_s)
    return shown


@dataclass
class _Pair:
    failures: int = 0
    at: float = 0
    total: float = 0
    accepted: int = 0
    lost: int = 0
    took: float | None = None

    def probe(self, visited: str, home: str, active: Sequence[Fault], minute: int, step_s: float) -> None:
        self.took = None
        if any(visited in fault.paused for fault in active):
            return
        self.at = step_s * minute
        if any(
            fault.fails(visited, home) or (minute < fault.starts + CHANGE and fault.blinks(visited, home))
            for fault in active
        ):
            self.failures, self.lost = self.failures + 1, self.lost + 1
            return
        self.failures, self.accepted = 0, self.accepted + 1
        self.took = max((fault.slow_s for fault in active if fault.slow(visited, home)), default=QUICK_S)
        self.total += self.took


@dataclass
class _Timed:
    count: int = 0
    below: dict[float, int] = field(default_factory=lambda: dict.fromkeys(AUTH_EDGES, 0))

    def add(self, seconds: float) -> None:
        self.count += 1
        for edge in AUTH_EDGES:
            self.below[edge] += seconds <= edge


Row = tuple[str, Labels, float | None]


def _at(
    there: Federation,
    active: Sequence[Fault],
    now: float,
    pairs: Mapping[tuple[str, str], _Pair],
    homes: Mapping[str, _Timed],
) -> Iterator[Row]:
    yield "up", labels(job="roam-monitor", instance="monitor:9800"), 1
    for (visited, home), pair in pairs.items():
        yield from _of_pair(labels(visited=visited, home=home), visited, home, pair)
    for home, timed in homes.items():
        for edge, count in timed.below.items():
            yield "roaming_auth_home_seconds_bucket", labels(home=home, method="tls", le=f"{edge}"), count
        yield "roaming_auth_home_seconds_bucket", labels(home=home, method="tls", le="+Inf"), timed.count
        yield "roaming_auth_home_seconds_count", labels(home=home, method="tls"), timed.count
    yield from _hops(there, active)
    yield from _certificates(there, active, now)
    for owner, site, name in there.access_points:
        unknown = any(name in fault.unknown_access_points for fault in active)
        up = not any(name in fault.access_points for fault in active)
        yield "roaming_access_point_up", labels(owner=owner, site=site, access_point=name), None if unknown else up


def _of_pair(key: Labels, visited: str, home: str, pair: _Pair) -> Iterator[Row]:
    yield "roaming_probe_failures", key, pair.failures
    yield "roaming_probe_success", key, pair.failures == 0
    yield "roaming_probe_timestamp_seconds", key, pair.at
    yield "roaming_auth_pair_seconds_sum", key, round(pair.total, 3)
    yield "roaming_auth_pair_seconds_count", key, pair.accepted
    for result, count in (("accept", pair.accepted), ("timeout", pair.lost)):
        yield "roaming_auth_total", labels(source="probe", visited=visited, home=home, result=result), count


def _hops(there: Federation, active: Sequence[Fault]) -> Iterator[Row]:
    for server in there.servers:
        key = labels(server=server.name, owner=server.owner, role=server.role)
        if server.role != "hub":
            yield "roaming_server_up", key, not any(server.name in fault.silent for fault in active)
        if server.role != "home":
            yield "roaming_radsec_up", key, not any(server.name in fault.dark for fault in active)
            trusted = not any(server.name in fault.untrusted for fault in active)
            yield "roaming_radsec_trusted", labels(server=server.name, owner=server.owner), trusted


def _certificates(there: Federation, active: Sequence[Fault], now: float) -> Iterator[Row]:
    radsec = [("radsec", one.name, one.owner) for one in there.servers if one.role != "home"]
    for key in (*(("eap", home, home) for home in there.homes), *radsec):
        days = next((fault.expiry_days[key] for fault in active if key in fault.expiry_days), 300.0)
        kind, server, owner = key
        end = now + days * DAY_S
        yield "roaming_certificate_expiry_timestamp_seconds", labels(kind=kind, server=server, owner=owner), end


def by_agent(shown: Series, there: Federation, blind: str) -> Series:
    """Return the same as it comes from an agent in each borough; the agent of `blind` sees every hub down."""
    found: Series = {}
    for (name, key), numbers in shown.items():
        named = dict(key)
        each = named.get("role") == "hub" or name == "roaming_probe_interval_seconds"
        agents = there.boroughs if each else (named.get("visited") or named.get("owner") or "centre",)
        for agent in agents:
            lost = agent == blind and named.get("role") == "hub"
            found[name, (("instance", agent), *((one, value) for one, value in key if one != "instance"))] = (
                [0.0] * len(numbers) if lost else numbers
            )
    return found


def labels(**named: str) -> Labels:
    return tuple(named.items())


def spelled(name: str, key: Labels) -> str:
    inside = ", ".join(f'{label}="{value}"' for label, value in key)
    return f"{name}{{{inside}}}"


def values(numbers: Sequence[float | None]) -> str:
    """Spell values in promtool's notation, equal ones as a run."""
    spelling: list[str] = []
    start = 0
    for index in range(1, len(numbers) + 1):
        if index == len(numbers) or numbers[index] != numbers[start]:
            number, repeats = numbers[start], index - start - 1
            word = "_" if number is None else f"{float(number):.12g}"
            spelling.append(f"{word}x{repeats + 1}" if number is None else f"{word}x{repeats}" if repeats else word)
            start = index
    return " ".join(spelling)
