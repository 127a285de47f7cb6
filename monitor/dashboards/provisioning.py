"""What Grafana reads at its start: data sources, where the dashboards are, and the dashboards themselves.

The form is that of Grafana's pages "Provision Grafana" (administration/provisioning), "Prometheus data source" and
"Alertmanager data source". Grafana puts its own environment in place of `${NAME}` in these files.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from monitor.alerts.text import as_yaml
from monitor.dashboards import places
from monitor.dashboards.borough import borough
from monitor.dashboards.matrix import pairs
from monitor.dashboards.overview import overview
from monitor.dashboards.panel import ALERTMANAGER
from monitor.dashboards.roams import roams
from monitor.errors import SettingError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MOUNTED: Final = "/var/lib/grafana/dashboards"
"""Where the container of Grafana finds the dashboards, unless another folder is asked for."""

PROMETHEUS_VARIABLE: Final = "ROAMING_PROMETHEUS_URL"
ALERTMANAGER_VARIABLE: Final = "ROAMING_ALERTMANAGER_URL"

_HEADLINE: Final = "Written by `roam-monitor dashboards`."


@dataclass(frozen=True, slots=True)
class Setting:
    """Where Grafana finds things. Unless given, the addresses come from Grafana's environment when it starts."""

    prometheus: str = f"${{{PROMETHEUS_VARIABLE}}}"
    alertmanager: str = f"${{{ALERTMANAGER_VARIABLE}}}"
    runbooks: str = places.RUNBOOKS
    folder: str = MOUNTED


def dashboards(runbooks: str = places.RUNBOOKS) -> dict[str, dict[str, Any]]:
    """Return every dashboard by the name of its file."""
    made = (overview(runbooks), pairs(), borough(runbooks), roams())
    return {f"{one['uid']}.json": one for one in made}


def files(setting: Setting | None = None) -> dict[str, str]:
    """Return all that Grafana needs: path to text, the same for the same setting."""
    one = setting or Setting()
    found = {
        "provisioning/datasources/roaming.yml": as_yaml(_data_sources(one), _HEADLINE),
        "provisioning/dashboards/roaming.yml": as_yaml(_provider(one), _HEADLINE),
    }
    for name, dashboard in dashboards(one.runbooks).items():
        found[f"dashboards/{name}"] = json.dumps(dashboard, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    return found


def write(folder: Path, setting: Setting | None = None) -> tuple[Path, ...]:
    """Write them below a folder and return what was written. Raises `SettingError` where that cannot be done."""
    written = []
    for name, text in files(setting).items():
        path = folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            message = f"{path} cannot be written: {error.strerror}; choose another folder with --output"
            raise SettingError(message) from error
        written.append(path)
    return tuple(written)


def _data_sources(setting: Setting) -> Mapping[str, Any]:
    """Name Prometheus first; its alerts show in Grafana through the Alertmanager that it names."""
    prometheus = {
        "name": "Prometheus",
        "uid": "roaming-prometheus",
        "type": "prometheus",
        "access": "proxy",
        "url": setting.prometheus,
        "isDefault": True,
        "editable": False,
        "jsonData": {
            "httpMethod": "POST",
            "manageAlerts": True,
            "alertmanagerUid": "roaming-alertmanager",
            "prometheusType": "Prometheus",
        },
    }
    alertmanager = {
        "name": ALERTMANAGER,
        "uid": "roaming-alertmanager",
        "type": "alertmanager",
        "access": "proxy",
        "url": setting.alertmanager,
        "editable": False,
        "jsonData": {"implementation": "prometheus", "handleGrafanaManagedAlerts": False},
    }
    return {"apiVersion": 1, "datasources": [prometheus, alertmanager]}


def _provider(setting: Setting) -> Mapping[str, Any]:
    provider = {
        "name": "roaming",
        "orgId": 1,
        "folder": "Roaming",
        "folderUid": "roaming",
        "type": "file",
        "disableDeletion": True,
        "allowUiUpdates": False,
        "updateIntervalSeconds": 30,
        "options": {"path": setting.folder},
    }
    return {"apiVersion": 1, "providers": [provider]}
