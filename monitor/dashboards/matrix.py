"""Who gets online where: visited boroughs against homes, with states, ages, seconds and reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from monitor.alerts import thresholds as alerts
from monitor.dashboards import expressions as promql
from monitor.dashboards import places
from monitor.dashboards import thresholds as at
from monitor.dashboards.grid import Head, Section, assemble, data_source, label_variable, line
from monitor.dashboards.panel import Column, Face, Query, curves, listing, matrix, unknown, words

if TYPE_CHECKING:
    from monitor.dashboards.panel import PanelBuilder

_HEAD: Final = Head(
    places.MATRIX,
    "Roaming: who gets in where",
    "Every visited borough against every home, from the probes of each borough's agent.",
    "now-6h",
)
_CHOSEN: Final = '{visited=~"$visited", home=~"$home"}'
_STATES: Final = (
    words((0, "✗ down", at.RED), (1, "✓ ok", at.GREEN), (2, "! slow", at.ORANGE), (3, "~ stale", at.PURPLE)),
    unknown(4),
)
_STATE_STEPS: Final = ((None, at.RED), (1.0, at.GREEN), (2.0, at.ORANGE), (3.0, at.PURPLE))
# A matrix has its row's name in the first field; the column's name is the field's own.
_CELL: Final = (
    places.to_pair("${__data.fields[0]}", "${__field.name}"),
    places.to_borough("${__field.name}"),
)


def pairs() -> dict[str, Any]:
    """Return the dashboard of the pairs."""
    variables = (
        data_source(),
        label_variable("visited", "Visited", "label_values(roaming_probe_timestamp_seconds, visited)", many=True),
        label_variable("home", "Home", "label_values(roaming_probe_timestamp_seconds, home)", many=True),
    )
    return assemble(_HEAD, variables, (_states(), _figures(), _history()))


def _states() -> Section:
    face = Face(
        "Who gets in where",
        f"Rows are where people are, columns where they come from. Slow took longer than {alerts.SLOW_S:g} s; stale "
        "has had no result for three intervals; unknown never had one. A click opens the pair or the home.",
        "none",
        _STATE_STEPS,
        _STATES,
        _CELL,
    )
    return Section(
        "Now", (line(16, (24, matrix(face, promql.state(_CHOSEN), "visited", "home"))), line(11, (24, _reasons())))
    )


def _reasons() -> PanelBuilder:
    face = Face(
        "Why",
        "The last probe of each pair: how many failed in a row, why it ended as it did, and when one last passed.",
        "none",
        at.FAILED_STEPS,
    )
    columns = (
        Column("visited", "visited", links=(places.to_borough("${__value.raw}"),)),
        Column("home", "home", links=(places.to_borough("${__value.raw}"),)),
        Column("Value #A", "failed in a row", "none", at.FAILED_STEPS),
        Column("reason", "reason"),
        Column("Value #C", "last success, ago", "dtdurations"),
        Column("Value #D", "last result, ago", "dtdurations"),
    )
    return listing(
        face,
        columns,
        Query(f"sort_desc({promql.pair('roaming_probe_failures', _CHOSEN)})"),
        Query(f"max by (visited, home, reason) (roaming_probe_reason{_CHOSEN})"),
        Query(promql.age("roaming_probe_success_timestamp_seconds", _CHOSEN)),
        Query(promql.age("roaming_probe_timestamp_seconds", _CHOSEN)),
    )


def _figures() -> Section:
    ago = Face(
        "Since the last success",
        "How many intervals ago a probe of the pair last passed; violet from three on.",
        "none",
        at.STALE_STEPS,
        (unknown(0),),
        _CELL,
    )
    takes = Face(
        "How long a login takes",
        f"The last accepted probe of each pair. Orange above {alerts.SLOW_S:g} s, red above {alerts.VERY_SLOW_S:g} s.",
        "s",
        at.LATENCY_STEPS,
        (unknown(0),),
        _CELL,
    )
    since = promql.cycles("roaming_probe_success_timestamp_seconds", _CHOSEN)
    return Section(
        "How old, how fast",
        (
            line(14, (24, matrix(ago, since, "visited", "home"))),
            line(14, (24, matrix(takes, promql.pair("roaming_probe_seconds", _CHOSEN), "visited", "home"))),
        ),
    )


def _history() -> Section:
    homes = Face(
        "By home",
        "From what share of the visited boroughs the people of each home get in.",
        "percentunit",
        at.REACH_STEPS,
    )
    visited = Face("By visited borough", "What share of the homes gets in there.", "percentunit", at.REACH_STEPS)
    ends = Face("How probes end", "Results of the chosen pairs' probes, a second.", "ops")
    selector = '{source="probe", visited=~"$visited", home=~"$home"}'
    return Section(
        "Over time",
        (
            line(
                9,
                (8, curves(homes, Query(promql.share(_CHOSEN, by="home"), "{{home}}"))),
                (8, curves(visited, Query(promql.share(_CHOSEN, by="visited"), "{{visited}}"))),
                (8, curves(ends, Query(promql.rate("roaming_auth_total", "result", selector), "{{result}}"))),
            ),
        ),
    )
