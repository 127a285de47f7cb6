"""Grafana's dashboards, by code: pure functions to dictionaries, and the files that Grafana reads at its start.

Nothing here ever saw Grafana render: the JSON is held to the schema of grafana-foundation-sdk, to our own metrics and
to a real Prometheus.
"""

from monitor.dashboards.answers import (
    Answer,
    HttpPrometheus,
    Lack,
    PanelQuery,
    Prometheus,
    ask,
    check,
    compare,
    queries,
    substitute,
)
from monitor.dashboards.drawing import draw, page
from monitor.dashboards.provisioning import Setting, dashboards, files, write

__all__ = [
    "Answer",
    "HttpPrometheus",
    "Lack",
    "PanelQuery",
    "Prometheus",
    "Setting",
    "ask",
    "check",
    "compare",
    "dashboards",
    "draw",
    "files",
    "page",
    "queries",
    "substitute",
    "write",
]
