"""The kinds of panels, each made whole: query, words, unit, thresholds, and what stands there when nothing is known.

The builders are grafana-foundation-sdk's, for the schema of Grafana 10.1; later ones migrate it when they load it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol, Self, TypeAlias, TypeVar

from grafana_foundation_sdk.builders import (
    alertgroups,
    bargauge,
    common,
    dashboard,
    prometheus,
    stat,
    table,
    timeseries,
)
from grafana_foundation_sdk.models import common as common_models
from grafana_foundation_sdk.models import dashboard as models
from grafana_foundation_sdk.models import prometheus as prometheus_models

from monitor.dashboards.thresholds import GREEN, GREY, PLAIN, RED, Steps

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grafana_foundation_sdk.cog import variants
    from grafana_foundation_sdk.cog.builder import Builder

PanelBuilder: TypeAlias = "Builder[models.Panel]"

UNKNOWN: Final = "unknown"
DATA_SOURCE: Final = models.DataSourceRef(type_val="prometheus", uid="${datasource}")
ALERTMANAGER: Final = "Alertmanager"
"""The data source's name in the provisioning: this panel goes by names."""


@dataclass(frozen=True, slots=True)
class Query:
    """One expression. `legend` names its series, in Grafana's own braces."""

    expr: str
    legend: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """Where a click on a value leads."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Face:
    """What a person sees of a panel: title, explanation, unit (Grafana's identifiers) and colours."""

    title: str
    text: str
    unit: str
    steps: Steps = PLAIN
    mappings: tuple[models.ValueMapping, ...] = ()
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: which field of the result, under which heading, with unit and colours where it has them."""

    source: str
    heading: str
    unit: str = ""
    steps: Steps = ()
    mappings: tuple[models.ValueMapping, ...] = ()
    links: tuple[Link, ...] = ()


class _Panel(Protocol):
    """What all builders of panels have in common."""

    def title(self, title: str) -> Self: ...
    def description(self, description: str) -> Self: ...
    def unit(self, unit: str) -> Self: ...
    def no_value(self, no_value: str) -> Self: ...
    def datasource(self, datasource: models.DataSourceRef) -> Self: ...
    def mappings(self, mappings: list[models.ValueMapping]) -> Self: ...
    def thresholds(self, thresholds: Builder[models.ThresholdsConfig]) -> Self: ...
    def data_links(self, links: list[Builder[models.DashboardLink]]) -> Self: ...
    def targets(self, targets: list[Builder[variants.Dataquery]]) -> Self: ...


P = TypeVar("P", bound=_Panel)


def words(*pairs: tuple[float, str, str]) -> models.ValueMap:
    """Map values to words with colours: (1, "✓ up", GREEN)."""
    found = {
        f"{value:g}": models.ValueMappingResult(text=text, color=colour, index=index)
        for index, (value, text, colour) in enumerate(pairs)
    }
    return models.ValueMap(options=found)


def unknown(index: int) -> models.SpecialValueMap:
    """Map an empty cell to the word unknown: what is not known is no nought."""
    result = models.ValueMappingResult(text=f"? {UNKNOWN}", color=GREY, index=index)
    match = models.SpecialValueMatch.NULL_AND_NAN
    return models.SpecialValueMap(options=models.DashboardSpecialValueMapOptions(match=match, result=result))


UP_OR_DOWN: Final[tuple[models.ValueMapping, ...]] = (words((1, "✓ up", GREEN), (0, "✗ down", RED)), unknown(2))


def number(face: Face, *queries: Query) -> stat.Panel:
    """Return big numbers, one a series."""
    modes = common_models.BigValueTextMode
    panel = stat.Panel().reduce_options(_latest()).graph_mode(common_models.BigValueGraphMode.NONE)
    panel.text_mode(modes.VALUE_AND_NAME if any(query.legend for query in queries) else modes.VALUE)
    panel.color_mode(common_models.BigValueColorMode.BACKGROUND)
    return _common(panel, face, _targets(queries, instant=True))


def curves(face: Face, *queries: Query) -> timeseries.Panel:
    """Return lines over time; thresholds are drawn as dashes. Gaps stay gaps: a missing value is not known."""
    styles = common_models.GraphTresholdsStyleMode
    style = styles.DASHED if len(face.steps) > 1 else styles.OFF
    panel = timeseries.Panel().line_width(1).fill_opacity(0).span_nulls(span_nulls=False).min(0)
    panel.thresholds_style(common.GraphThresholdsStyleConfig().mode(style))
    panel.legend(
        common.VizLegendOptions()
        .display_mode(common_models.LegendDisplayMode.TABLE)
        .placement(common_models.LegendPlacement.RIGHT)
        .show_legend(show_legend=True)
        .calcs(["lastNotNull", "max"])
    )
    panel.tooltip(
        common.VizTooltipOptions().mode(common_models.TooltipDisplayMode.MULTI).sort(common_models.SortOrder.DESCENDING)
    )
    return _common(panel, face, _targets(queries, instant=False))


def bars(face: Face, *queries: Query) -> bargauge.Panel:
    """Return horizontal bars, one a series, by their value now."""
    panel = bargauge.Panel().reduce_options(_latest()).orientation(common_models.VizOrientation.HORIZONTAL)
    panel.display_mode(common_models.BarGaugeDisplayMode.BASIC).min(0)
    return _common(panel, face, _targets(queries, instant=True))


def listing(face: Face, columns: Sequence[Column], *queries: Query) -> table.Panel:
    """Return a table: the queries' results merged by the labels that they share, only these columns, in this order."""
    panel = table.Panel().show_header(show_header=True).cell_height(common_models.TableCellHeight.SM)
    if len(queries) > 1:
        panel.with_transformation(models.DataTransformerConfig(id_val="merge", options={}))
    kept = {"include": {"names": [column.source for column in columns]}}
    panel.with_transformation(models.DataTransformerConfig(id_val="filterFieldsByName", options=kept))
    panel.with_transformation(_organised(columns))
    for column in columns:
        panel.override_by_name(column.heading, _properties(column))
    return _common(panel, face, _targets(queries, instant=True, as_table=True))


def matrix(face: Face, expr: str, row: str, column: str) -> table.Panel:
    """Return a table of one label against another, cells coloured by value; what has no value is unknown."""
    panel = table.Panel().show_header(show_header=True).cell_height(common_models.TableCellHeight.SM)
    corner = f"{row}\\{column}"
    group = {"columnField": column, "rowField": row, "valueField": "Value", "emptyValue": "null"}
    panel.with_transformation(_sorted(column))
    panel.with_transformation(models.DataTransformerConfig(id_val="groupingToMatrix", options=group))
    panel.with_transformation(_sorted(corner))
    coloured = [models.DynamicConfigValue(id_val="custom.cellOptions", value=_BACKGROUND)]
    panel.override_by_field_type("number", coloured)
    return _common(panel, face, _targets((Query(expr),), instant=True, as_table=True))


def alert_groups(face: Face) -> alertgroups.Panel:
    """Return Alertmanager's own view of what fires: grouped, with what is silenced. It has no query."""
    panel = alertgroups.Panel().alertmanager(ALERTMANAGER).labels("").expand_all(expand_all=False)
    return panel.title(face.title).description(face.text)


_BACKGROUND: Final = {"type": "color-background", "mode": "basic"}
_TEXT: Final = {"type": "color-text"}


def _common(panel: P, face: Face, targets: list[Builder[variants.Dataquery]]) -> P:
    panel.title(face.title).description(face.text).unit(face.unit).no_value(UNKNOWN).datasource(DATA_SOURCE)
    panel.thresholds(_thresholds(face.steps)).mappings(list(face.mappings))
    panel.data_links([dashboard.DashboardLink(link.title).url(link.url) for link in face.links])
    return panel.targets(targets)


def _latest() -> common.ReduceDataOptions:
    return common.ReduceDataOptions().calcs(["lastNotNull"]).fields("").values(values=False)


def _targets(queries: Sequence[Query], *, instant: bool, as_table: bool = False) -> list[Builder[variants.Dataquery]]:
    kind = prometheus_models.PromQueryFormat.TABLE if as_table else prometheus_models.PromQueryFormat.TIME_SERIES
    targets: list[Builder[variants.Dataquery]] = []
    for ref, query in zip("ABCDEFGH", queries, strict=False):
        target = prometheus.Dataquery().expr(query.expr).ref_id(ref).format(kind).datasource(DATA_SOURCE)
        target.legend_format(query.legend or "__auto")
        targets.append(target.instant() if instant else target.range())
    return targets


def _thresholds(steps: Steps) -> dashboard.ThresholdsConfig:
    return dashboard.ThresholdsConfig().mode(models.ThresholdsMode.ABSOLUTE).steps(_steps(steps))


def _steps(steps: Steps) -> list[models.Threshold]:
    return [models.Threshold(value=value, color=colour) for value, colour in steps]


def _sorted(name: str) -> models.DataTransformerConfig:
    return models.DataTransformerConfig(id_val="sortBy", options={"fields": {}, "sort": [{"field": name}]})


def _organised(columns: Sequence[Column]) -> models.DataTransformerConfig:
    options = {
        "excludeByName": {},
        "indexByName": {column.source: index for index, column in enumerate(columns)},
        "renameByName": {column.source: column.heading for column in columns},
    }
    return models.DataTransformerConfig(id_val="organize", options=options)


def _properties(column: Column) -> list[models.DynamicConfigValue]:
    found = {
        "unit": column.unit,
        "mappings": list(column.mappings),
        "thresholds": models.ThresholdsConfig(steps=_steps(column.steps)) if column.steps else None,
        "custom.cellOptions": _TEXT if column.steps or column.mappings else None,
        "links": [models.DashboardLink(title=link.title, url=link.url) for link in column.links],
    }
    return [models.DynamicConfigValue(id_val=name, value=value) for name, value in found.items() if value]
