"""`roam-monitor alerts`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from monitor.alerts import Links, Mail, Owner, Settings, Webhook, alertmanager, rules
from monitor.cli.options import DEFAULT_INVENTORY, InventoryOption, ScaleOption
from monitor.errors import SettingError
from roaming.load import load
from roaming.model.base import seconds

RULES = "roaming.rules.yml"
ALERTMANAGER = "alertmanager.yml"

_LINKS = Links()


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("alerts")(alerts_command)


def alerts_command(
    output: Annotated[Path, typer.Option("--output", "-o", help="Directory to write to; it is made.")],
    *,
    inventory: InventoryOption = DEFAULT_INVENTORY,
    scale: ScaleOption = 1.0,
    webhook: Annotated[str | None, typer.Option(help="Post every alert to this address, in place of mail.")] = None,
    smarthost: Annotated[str, typer.Option(help="Relay for mail, host:port.")] = "localhost:25",
    sender: Annotated[str, typer.Option(help="Sender of mail.")] = "alerts@roaming.example",
    runbooks: Annotated[str, typer.Option(help="Where docs/runbooks is published.")] = _LINKS.runbooks,
    dashboards: Annotated[str, typer.Option(help="Address of Grafana.")] = _LINKS.dashboards,
) -> None:
    """Write Prometheus' rules and Alertmanager's configuration.

    Example: roam-monitor alerts -o /etc/prometheus/roaming --smarthost mail.example:587
    """
    network = load(inventory).network
    federation = network.federation
    links = Links(runbooks.rstrip("/"), dashboards.rstrip("/"))
    settings = Settings(scale, seconds(federation.failover_target), links)
    owners = [Owner(one.slug, one.borough.contact) for one in network.boroughs]
    delivery = Webhook(webhook) if webhook else Mail(smarthost, sender)
    configuration = alertmanager(owners, federation.operator.contact, delivery, settings)
    _write(output, {RULES: rules(settings), ALERTMANAGER: configuration})


def _write(folder: Path, texts: dict[str, str]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        message = f"cannot write to {folder}: {error.strerror}"
        raise SettingError(message) from error
