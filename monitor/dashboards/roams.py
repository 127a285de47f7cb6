"""From one access point to the next: how long roams take by their kind, and where fast roaming does not work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from monitor.alerts import thresholds as alerts
from monitor.alerts.evidence import FT_KINDS, FULL_KIND, fallbacks, slow_roams
from monitor.dashboards import expressions as promql
from monitor.dashboards import places
from monitor.dashboards import thresholds as at
from monitor.dashboards.grid import Head, Section, assemble, data_source, label_variable, line
from monitor.dashboards.panel import Column, Face, Query, curves, listing, number

if TYPE_CHECKING:
    from monitor.dashboards.panel import PanelBuilder

_HEAD: Final = Head(
    places.ROAMS,
    "Roaming: roams",
    "How long devices take from one access point to the next, as sensors hear it on the air (docs/captures.md).",
    "now-6h",
)
_SECONDS: Final = "roaming_roam_seconds"
_CHOSEN: Final = 'visited=~"$visited"'
_VISITED: Final = f"{{{_CHOSEN}}}"
_OWNER: Final = '{owner=~"$visited"}'
_D2: Final = "from the client's first request until the new access point lets it in (D2)"
_FAST: Final = f"{alerts.FT_SLOW_S * 1000:g} ms"
_FULL: Final = f"{alerts.FULL_SLOW_S:g} s"


def roams() -> dict[str, Any]:
    """Return the dashboard of roams."""
    variables = (
        data_source(),
        label_variable("visited", "Visited", "label_values(roaming_roams_total, visited)", many=True),
    )
    return assemble(_HEAD, variables, (_times(), _kinds(), _fast(), _sensors()))


def _times() -> Section:
    slow = Face(
        "Roams that took too long",
        f"Share of the roams of the time shown, by kind: fast ones above {_FAST}, full authentications above {_FULL}. "
        f"RoamSlow fires above {alerts.SLOW_ROAMS:.0%}.",
        "percentunit",
        at.SLOW_ROAM_STEPS,
    )
    half = Face("Half of the roams", f"Half of each kind's roams took at most so long, {_D2}.", "s")
    most = Face("95 % of the roams", "All but the slowest 5 % of each kind took at most so long.", "s")
    parts = ((FT_KINDS, alerts.FT_SLOW_S), (FULL_KIND, alerts.FULL_SLOW_S))
    shares = (slow_roams(f"{kinds}, {_CHOSEN}", seconds, "$__range", by="kind") for kinds, seconds in parts)
    return Section(
        "How fast?",
        (
            line(
                8,
                (6, number(slow, *(Query(share, "{{kind}}") for share in shares))),
                (9, _quantile(half, 0.5)),
                (9, _quantile(most, 0.95)),
            ),
            line(9, (24, _table())),
        ),
    )


def _quantile(face: Face, rank: float) -> PanelBuilder:
    return curves(face, Query(promql.quantile(rank, _SECONDS, by="kind", selector=_VISITED), "{{kind}}"))


def _table() -> PanelBuilder:
    face = Face(
        "By borough and kind",
        f"Percentiles of the time shown, {_D2}. The search for the new access point comes before that and is not in "
        "it. Kinds have other beginnings and ends: compare boroughs, not kinds.",
        "s",
    )
    columns = (
        Column("visited", "visited", links=(places.to_borough("${__value.raw}"),)),
        Column("kind", "kind"),
        Column("Value #A", "half", "s"),
        Column("Value #B", "95 %", "s"),
        Column("Value #C", "roams", "none"),
    )
    halves, most = (
        promql.quantile(rank, _SECONDS, by="visited, kind", window="$__range", selector=_VISITED)
        for rank in (0.5, 0.95)
    )
    count = f"sum by (visited, kind) (increase({_SECONDS}_count{_VISITED}[$__range]))"
    return listing(face, columns, Query(halves), Query(most), Query(count))


def _kinds() -> Section:
    kinds = Face(
        "Roams by kind",
        "How many roams there are a second. First associations are no roams and not among them.",
        "ops",
    )
    failed = Face(
        "Roams that did not end well",
        "Share of the attempts in each visited borough that failed, or of which too little was heard (incomplete).",
        "percentunit",
        at.ANY_STEPS,
    )
    incomplete = promql.none_yet(
        promql.rate("roaming_roams_total", "visited", f'{{kind="incomplete", {_CHOSEN}}}'),
        "visited",
        f"roaming_roams_total{_VISITED}",
    )
    share = f"({incomplete}) / {promql.rate('roaming_roams_total', 'visited', _VISITED)}"
    return Section(
        "Which kinds?",
        (
            line(
                8,
                (12, curves(kinds, Query(promql.rate("roaming_roams_total", "kind", _VISITED), "{{kind}}"))),
                (12, curves(failed, Query(share, "{{visited}}"))),
            ),
        ),
    )


def _fast() -> Section:
    table = Face(
        "Fallbacks by access point",
        "Roams between access points of one owner by clients that do 802.11r: what share were refused or full "
        f"authentications all the same. FtFallback fires above {alerts.FALLBACKS:.0%} in an hour.",
        "percentunit",
        at.FALLBACK_STEPS,
    )
    columns = (
        Column("access_point", "access point"),
        Column("site", "site"),
        Column("owner", "owner", links=(places.to_borough("${__value.raw}"),)),
        Column("Value #A", "fell back", "percentunit", at.FALLBACK_STEPS),
        Column("Value #B", "roams", "none"),
    )
    over_time = Face("Fallbacks over time", "The same share by owner.", "percentunit", at.FALLBACK_STEPS)
    count = f"sum by (owner, site, access_point) (increase(roaming_ft_roams_total{_OWNER}[$__range]))"
    owners = fallbacks("$__rate_interval", _OWNER, by="owner")
    return Section(
        "Does fast roaming work?",
        (
            line(
                9,
                (14, listing(table, columns, Query(f"sort_desc({fallbacks('$__range', _OWNER)})"), Query(count))),
                (10, curves(over_time, Query(owners, "{{owner}}"))),
            ),
        ),
    )


def _sensors() -> Section:
    packets = Face(
        "Packets heard",
        "What each sensor takes up, a second. One that hears nothing tells of no roams, and that looks like peace.",
        "pps",
    )
    query = Query("rate(roaming_capture_packets_total[$__rate_interval])", "{{instance}} {{interface}}")
    return Section("Do the sensors hear?", (line(7, (24, curves(packets, query))),))
