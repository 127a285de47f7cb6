"""The grid of a dashboard in letters, and the page of the docs that shows it: nobody has to start Grafana to see it."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any, Final

from monitor.dashboards.provisioning import dashboards

if TYPE_CHECKING:
    from collections.abc import Mapping

_COLUMN: Final = 5
_LINES_PER_UNIT: Final = 2
"""Units of Grafana's height that become one line of text."""


def draw(dashboard: Mapping[str, Any]) -> str:
    """Return a drawing of the dashboard: boxes with the panels' titles and kinds, where Grafana puts them."""
    lines: list[str] = []
    for top in sorted({panel["gridPos"]["y"] for panel in dashboard["panels"]}):
        beside = [panel for panel in dashboard["panels"] if panel["gridPos"]["y"] == top]
        lines += [f"▾ {beside[0]['title']}"] if beside[0]["type"] == "row" else _boxes(beside)
    return "\n".join(lines) + "\n"


def page() -> str:
    """Return the generated part of docs/dashboards.md: each dashboard's drawing and what its panels say."""
    parts = [
        part
        for one in dashboards().values()
        for part in (f"### {one['title']}", one["description"], _fenced(one), _said(one))
    ]
    return "\n\n".join(parts) + "\n"


def _fenced(dashboard: Mapping[str, Any]) -> str:
    return f"```text\n{draw(dashboard)}```"


def _said(dashboard: Mapping[str, Any]) -> str:
    panels = [panel for panel in dashboard["panels"] if panel["type"] != "row"]
    return "\n".join(f"- **{panel['title']}**: {panel['description']}" for panel in panels)


def _boxes(panels: list[Mapping[str, Any]]) -> list[str]:
    boxes = [_box(panel) for panel in panels]
    return ["".join(parts) for parts in zip(*boxes, strict=True)]


def _box(panel: Mapping[str, Any]) -> list[str]:
    inner = panel["gridPos"]["w"] * _COLUMN - 2
    height = max(2, panel["gridPos"]["h"] // _LINES_PER_UNIT - 1)
    words = [*textwrap.wrap(panel["title"], inner - 2), f"({panel['type']})"][:height]
    words += [""] * (height - len(words))
    return [f"┌{'─' * inner}┐", *(f"│ {word:<{inner - 1}}│" for word in words), f"└{'─' * inner}┘"]
