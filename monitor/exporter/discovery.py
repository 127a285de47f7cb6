"""Prometheus' HTTP service discovery: what there is, and how to ask us for it.

Source: https://prometheus.io/docs/prometheus/latest/http_sd/. Labels that begin with two underscores steer the scrape
and are dropped: `__param_x` becomes the parameter x of the URL (multi-target exporter pattern).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from monitor.target import Target


def service_discovery(found: Iterable[Target]) -> list[dict[str, object]]:
    """Return targets as endpoints of their own."""
    return [{"targets": [target.address], "labels": _labels(target)} for target in found]


def scrapes_of_us(found: Iterable[Target], module: str, address: str) -> list[dict[str, object]]:
    """Return a scrape of ours for each target: `address` is where we are."""
    return [
        {
            "targets": [address],
            "labels": {
                "__metrics_path__": "/probe",
                "__param_module": module,
                "__param_target": target.name,
                "instance": target.name,
                **_labels(target),
            },
        }
        for target in found
    ]


def _labels(target: Target) -> dict[str, str]:
    return {"name": target.name, "kind": target.kind.value, "borough": target.owner, "site": target.site}
