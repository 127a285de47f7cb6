"""Recording rules: from the matrix and the hops to who is cut off from whom, in steps with names.

Everything is first summed over the labels of the scrape (`instance`, `job`), so that one agent in each borough and one
Prometheus for all see the same as one process. PromQL cannot compare two labels of one series: a copy of the series
whose `home` is its `visited` (label_replace) does it, joined on both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from monitor.alerts import thresholds as at
from monitor.alerts.rule import Record
from monitor.alerts.settings import HOUR, MINUTE, Settings

_LATENCY_WINDOW_S: Final = 15 * MINUTE

# A mean of noughts and ones is not exact: 4 of 5 must be enough.
_ENOUGH: Final = at.LOST_SHARE - 0.001

INTERVAL: Final = "scalar(max(roaming_probe_interval_seconds))"
HOMES: Final = 'roaming_server_up{role=~"home|both"}'
_FEDERATION_SIDES: Final = 'roaming_radsec_up{role!="hub"}'


FT_KINDS: Final = 'kind=~"ft_air|ft_ds"'
FULL_KIND: Final = 'kind="full_eap"'
"""Label matchers of roams: what the times of kinds are from and to differs, so they are never added up."""


def as_home(borough: str) -> str:
    """Copy `owner` of a borough's series into `home`."""
    return f'label_replace({borough}, "home", "$1", "owner", "(.+)")'


def as_visited(borough: str) -> str:
    """Copy `owner` of a borough's series into `visited`."""
    return f'label_replace({borough}, "visited", "$1", "owner", "(.+)")'


def reject_share(selector: str, span: str) -> str:
    """Return the share of rejects by home, of the sign-ins that were answered: who timed out was not refused."""
    refused, answered = (
        f"sum by (home) (rate(roaming_auth_total{{{selector}, {result}}}{span}))"
        for result in ('result="reject"', 'result=~"accept|reject"')
    )
    return f"{refused} / {answered}"


@dataclass(frozen=True, slots=True)
class _End:
    """One end of the pairs: its label, the series that clears it of blame, and the one that shows it down."""

    label: str
    proved: str
    seen_down: str


_HOME_END: Final = _End(
    "home", "roaming:home:reached", as_home("(roaming:borough:cut_off or roaming:borough:home_silent)")
)
_VISITED_END: Final = _End("visited", "roaming:visited:connected", as_visited("roaming:borough:cut_off"))


def records(settings: Settings) -> tuple[Record, ...]:
    """Return the recording rules in the order in which they need one another."""
    return (
        *_ways(settings),
        *_pairs(),
        *_blame(),
        *_slowness(settings),
        *_losses(settings),
        *_roams(settings),
        _freshness(),
    )


def _ways(settings: Settings) -> tuple[Record, ...]:
    window, flapping = settings.settling, settings.flapping
    return (
        Record(
            "roaming:hub:up",
            'max by (server) (roaming_radsec_up{role="hub"})',
            "1 when the hub shows its certificate; it answers Status-Server to its TLS peers alone",
        ),
        Record(
            "roaming:hub:flapping",
            f"changes(roaming:hub:up[{flapping}]) > {at.FEW_CHANGES}",
            "hubs that stop and come back again and again",
        ),
        Record(
            "roaming:hub:settling",
            f"changes(roaming:hub:up[{window}]) > 0 unless roaming:hub:flapping",
            "hubs that stopped or came back a moment ago: the federation may still be changing its ways",
        ),
        Record(
            "roaming:borough:settling",
            " or\n".join(
                f"({_changed(one, settings)})" for one in (HOMES, _FEDERATION_SIDES, "roaming_radsec_trusted")
            ),
            "boroughs where a server stopped or came back a moment ago, and one works: the ways change",
        ),
        Record(
            "roaming:borough:cut_off",
            f"max by (owner) ({_FEDERATION_SIDES}) == 0",
            "boroughs none of whose proxies shows itself to the federation",
        ),
        Record(
            "roaming:borough:home_silent",
            f"max by (owner) ({HOMES}) == 0",
            "boroughs none of whose home servers answers",
        ),
    )


def _changed(servers: str, settings: Settings) -> str:
    # A server that flaps never lets the ways settle: waiting for it would silence its borough for ever.
    now, lately = (
        f"max by (owner) (changes({servers}[{window}]))" for window in (settings.settling, settings.flapping)
    )
    return f"max by (owner) ({servers}) == 1 and on (owner) {now} > 0\n  unless on (owner) {lately} > {at.FEW_CHANGES}"


def _pairs() -> tuple[Record, ...]:
    own = 'label_replace(group by (visited) (roaming:pair:failing), "home", "$1", "visited", "(.+)")'
    age = "time() - max by (visited, home) (roaming_probe_timestamp_seconds)"
    return (
        Record(
            "roaming:pair:failing",
            f"(max by (visited, home) (roaming_probe_failures) >= bool {at.FAILURES})\n"
            f"and on (visited, home) ({age} < {at.STALE_CYCLES} * {INTERVAL})",
            "1 when a probe of the pair and its retry failed, 0 when not; absent without fresh evidence",
        ),
        Record(
            "roaming:pair:own",
            f"roaming:pair:failing and on (visited, home) {own}",
            "the diagonal: a borough's own people at home",
        ),
        Record(
            "roaming:pair:foreign",
            "roaming:pair:failing unless on (visited, home) roaming:pair:own",
            "the rest: people away from home",
        ),
        Record(
            "roaming:visited:connected",
            "count by (visited) (roaming:pair:foreign == 0)",
            "visited boroughs that reach somebody else: what fails from them says something of the home",
        ),
        Record(
            "roaming:home:reached",
            "count by (home) (roaming:pair:foreign == 0)",
            "homes that somebody else reaches: what fails towards them says something of the visited borough",
        ),
    )


def _blame() -> tuple[Record, ...]:
    return (
        Record(
            "roaming:home:unreachable",
            _lost(_HOME_END, _VISITED_END),
            f"share of the connected boroughs that cannot reach this home, when it is {at.LOST_SHARE:.0%} or more",
        ),
        Record(
            "roaming:visited:isolated",
            _lost(_VISITED_END, _HOME_END),
            f"share of the reachable homes that cannot be reached from here, when it is {at.LOST_SHARE:.0%} or more",
        ),
        Record(
            "roaming:home:only_cut_off",
            f"{as_home('roaming:borough:cut_off')} and on (home) (roaming:pair:own == 0)",
            "homes that answer their own borough while none of its proxies shows itself: the home is well",
        ),
        Record(
            "roaming:pair:down",
            "(roaming:pair:failing == 1)\n"
            "and on (home) roaming:home:reached and on (visited) roaming:visited:connected\n"
            "unless on (home) roaming:home:unreachable unless on (visited) roaming:visited:isolated",
            "pairs that fail although others reach this home, and this borough reaches others",
        ),
    )


def _lost(end: _End, other: _End) -> str:
    """Return the share of `end`'s foreign pairs that fail, where it is enough to blame that end.

    The other end must have proved itself elsewhere. Three cases: two or more fresh pairs; the end is seen to be down by
    other means, so that nothing needs to be proved; and a federation with so few others that one is all of them.
    """
    by, on = f"avg by ({end.label})", f"and on ({end.label})"
    proved = f"on ({other.label}) {other.proved}"
    innocent = f"on ({other.label}) {other.seen_down}"
    return (
        f"({by} (roaming:pair:foreign and {proved}) >= {_ENOUGH:g}\n"
        f"  {on} (count by ({end.label}) (roaming:pair:foreign) >= 2))\n"
        f"or ({by} (roaming:pair:foreign) >= {_ENOUGH:g} {on} {end.seen_down})\n"
        f"or ({by} (roaming:pair:foreign unless {innocent}) >= {_ENOUGH:g}\n"
        f"  and on () (count(group by ({other.label}) (roaming_probe_failures)) <= 2))"
    )


def _slowness(settings: Settings) -> tuple[Record, ...]:
    window = settings.scaled(_LATENCY_WINDOW_S)
    seconds, count = (
        f"sum by (visited, home) (rate(roaming_auth_pair_seconds_{part}[{window}]))" for part in ("sum", "count")
    )
    bucket = f"sum by (home, le) (rate(roaming_auth_home_seconds_bucket[{window}]))"
    timed = f"sum by (home) (increase(roaming_auth_home_seconds_count[{window}])) >= {at.LEAST_TIMED}"
    quick_elsewhere = "on (visited) (count by (visited) (roaming:pair:slow == 0))"
    few = "on () (count(group by (visited) (roaming:pair:slow)) <= 2)"
    return (
        Record(
            "roaming:pair:slow",
            f"(({seconds} / ({count} > 0)) > bool {at.SLOW_S:g}) unless on (visited, home) roaming:pair:own",
            "1 when an accepted authentication of the foreign pair takes too long on average, 0 when not",
        ),
        Record(
            "roaming:home:p95_seconds",
            f"histogram_quantile(0.95, {bucket}) and on (home) ({timed})",
            "what 95 of 100 accepted authentications of the home take less than",
        ),
        Record(
            "roaming:home:slow",
            f"(roaming:home:p95_seconds > {at.SLOW_S:g})\n"
            "and on (home) (\n"
            f"  avg by (home) (roaming:pair:slow and {quick_elsewhere}) >= {_ENOUGH:g}\n"
            f"  or (avg by (home) (roaming:pair:slow) >= {_ENOUGH:g} and {few})\n"
            ")",
            "that, where boroughs that are quick with others are slow with this home",
        ),
    )


def _losses(settings: Settings) -> tuple[Record, ...]:
    bad = "(max by (visited, home) (roaming_probe_success) == bool 0) and on (visited, home) roaming:pair:failing"
    hour = settings.scaled(HOUR)
    return (
        Record(
            "roaming:pair:explained",
            " or\n".join(f"(roaming:pair:failing and {cause})" for cause in _CAUSES),
            "pairs whose failures have a cause that is known, or that is about to be",
        ),
        Record(
            "roaming:federation:loss",
            f"(sum({bad} unless on (visited, home) roaming:pair:explained) or vector(0)) / count(roaming:pair:failing)",
            "share of the pairs that fail now, and no other alert says why",
        ),
        Record(
            "roaming:federation:probes",
            f'sum(increase(roaming_auth_total{{source="probe"}}[{hour}]))',
            "probes of an hour",
        ),
    )


def _roams(settings: Settings) -> tuple[Record, ...]:
    half_hour, hour = settings.scaled(HOUR / 2), settings.scaled(HOUR)
    parts = (slow_roams(FT_KINDS, at.FT_SLOW_S, half_hour), slow_roams(FULL_KIND, at.FULL_SLOW_S, half_hour))
    roams = f"sum by (visited, kind) (increase(roaming_roam_seconds_count[{half_hour}]))"
    possible = f"sum by (owner, site, access_point) (increase(roaming_ft_roams_total[{hour}]))"
    return (
        Record(
            "roaming:visited:slow_roams",
            f"({' or '.join(f'({part})' for part in parts)})\nand on (visited, kind) ({roams} >= {at.LEAST_ROAMS})",
            "share of a kind's roams that took longer than that kind may",
        ),
        Record(
            "roaming:access_point:ft_fallbacks",
            f"{fallbacks(hour)}\nand on (owner, site, access_point) ({possible} >= {at.LEAST_FT_ROAMS})",
            "share of the roams that could have been fast and were full authentications",
        ),
    )


def slow_roams(matchers: str, seconds: float, span: str, by: str = "visited, kind") -> str:
    """Return the share of roams that took longer than an edge of the histogram; kinds are told apart by `by`."""
    quick = f'rate(roaming_roam_seconds_bucket{{{matchers}, le="{seconds:.4}"}}[{span}])'
    every = f"rate(roaming_roam_seconds_count{{{matchers}}}[{span}])"
    return f"1 - sum by ({by}) ({quick}) / sum by ({by}) ({every})"


def fallbacks(span: str, selector: str = "", by: str = "owner, site, access_point") -> str:
    """Return the share of the roams that could have been fast and were full authentications."""
    parts = (f"sum by ({by}) (rate(roaming_ft_{name}_total{selector}[{span}]))" for name in ("fallbacks", "roams"))
    return " / ".join(parts)


def _freshness() -> Record:
    return Record(
        "roaming:visited:learned_timestamp_seconds",
        "max by (visited) (roaming_probe_timestamp_seconds)",
        "when something was last learned from the borough; so few series that a week of them can be looked through",
    )


_CAUSES: Final = (
    "on () roaming:hub:settling",
    "on () (sum(roaming:hub:up) == 0)",
    f"on (home) {as_home('(roaming:borough:cut_off or roaming:borough:home_silent or roaming:borough:settling)')}",
    f"on (visited) {as_visited('(roaming:borough:cut_off or roaming:borough:settling)')}",
    "on (home) roaming:home:unreachable",
    "on (visited) roaming:visited:isolated",
    "on (visited, home) roaming:pair:down",
)
