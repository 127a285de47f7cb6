"""Where panels stand: sections of lines, so that nothing overlaps and nothing is placed by hand.

Grafana's grid is 24 columns wide; a unit of height is 30 pixels.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import dashboard as models

from monitor.dashboards.panel import DATA_SOURCE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grafana_foundation_sdk.cog.builder import Builder

    from monitor.dashboards.panel import PanelBuilder

WIDTH: Final = 24
TAG: Final = "roaming"


@dataclass(frozen=True, slots=True)
class Tile:
    """A panel and how many of the 24 columns it takes."""

    width: int
    panel: PanelBuilder


@dataclass(frozen=True, slots=True)
class Line:
    """Panels beside each other, all of one height. Raises `ValueError` for more than fits."""

    height: int
    tiles: tuple[Tile, ...]

    def __post_init__(self) -> None:
        if sum(tile.width for tile in self.tiles) > WIDTH:
            message = f"a line of panels is {WIDTH} wide, not {sum(tile.width for tile in self.tiles)}"
            raise ValueError(message)


@dataclass(frozen=True, slots=True)
class Section:
    """Lines under a heading."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Head:
    """What a dashboard is called; `uid` is in its address, and stays."""

    uid: str
    title: str
    text: str
    since: str


def line(height: int, *tiles: tuple[int, PanelBuilder]) -> Line:
    """Return a line of panels: each with its width."""
    return Line(height, tuple(Tile(width, panel) for width, panel in tiles))


def data_source() -> Builder[models.VariableModel]:
    """Return the variable by which every panel finds its Prometheus."""
    return dashboard.DatasourceVariable("datasource").label("Prometheus").type("prometheus")


def label_variable(name: str, label: str, query: str, *, many: bool) -> Builder[models.VariableModel]:
    """Return a variable whose choices are a label's values; with `many` it starts with all of them."""
    variable = dashboard.QueryVariable(name).label(label).query(query).datasource(DATA_SOURCE)
    variable.refresh(models.VariableRefresh.ON_TIME_RANGE_CHANGED).sort(models.VariableSort.ALPHABETICAL_ASC)
    variable.multi(multi=many).include_all(include_all=many)
    if many:
        variable.all_value(".*").current(models.VariableOption(selected=True, text=["All"], value=["$__all"]))
    return variable


def assemble(
    head: Head, variables: tuple[Builder[models.VariableModel], ...], sections: tuple[Section, ...]
) -> dict[str, Any]:
    """Place everything and return the dashboard as Grafana reads it: the same for the same input."""
    made = dashboard.Dashboard(head.title).uid(head.uid).description(head.text).tags([TAG]).readonly()
    made.time(head.since, "now").refresh("1m").timezone("browser").tooltip(models.DashboardCursorSync.CROSSHAIR)
    made.link(
        dashboard.DashboardLink("Roaming")
        .type(models.DashboardLinkType.DASHBOARDS)
        .tags([TAG])
        .keep_time(keep_time=True)
    )
    made.variables(list(variables))
    document = made.build()
    document.panels = list(_placed(sections))
    found: dict[str, Any] = json.loads(JSONEncoder().encode(document))
    return found


def _placed(sections: tuple[Section, ...]) -> Iterator[models.Panel | models.RowPanel]:
    top, number = 0, 1
    for section in sections:
        yield models.RowPanel(title=section.title, grid_pos=models.GridPos(h=1, w=WIDTH, x=0, y=top), id_val=number)
        top, number = top + 1, number + 1
        for row in section.lines:
            left = 0
            for tile in row.tiles:
                panel = tile.panel.build()
                panel.id_val, panel.grid_pos = number, models.GridPos(h=row.height, w=tile.width, x=left, y=top)
                left, number = left + tile.width, number + 1
                yield panel
            top += row.height
