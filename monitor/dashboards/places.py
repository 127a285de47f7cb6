"""The addresses of the dashboards, and the links from one to another."""

from __future__ import annotations

from typing import Final

from monitor.alerts import Links
from monitor.dashboards.panel import Link

OVERVIEW: Final = "roaming-overview"
MATRIX: Final = "roaming-matrix"
BOROUGH: Final = "roaming-borough"
ROAMS: Final = "roaming-roams"

RUNBOOKS: Final = Links().runbooks
"""Where the runbooks of the alerts are published, unless `roam-monitor dashboards --runbooks` says otherwise."""

_KEEP: Final = "var-datasource=${datasource}&${__url_time_range}"


def to_borough(value: str) -> Link:
    """Link to the borough that stands in this place; `value` is Grafana's spelling of it."""
    return Link("Open the borough", f"/d/{BOROUGH}?var-borough={value}&{_KEEP}")


def to_pair(visited: str, home: str) -> Link:
    """Link to one pair in the matrix."""
    return Link("Open the pair", f"/d/{MATRIX}?var-visited={visited}&var-home={home}&{_KEEP}")


def to_runbook(base: str, alert: str) -> Link:
    """Link to what to do about an alert."""
    return Link("Open the runbook", f"{base}/{alert}.md")
