"""`roam-lab up`."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import Annotated

import typer

from lab import life
from lab.cli.options import DEFAULT_NAME, GrafanaOption, NameOption, ScaleIfWatchedOption
from lab.cli.progress import console, steps
from lab.cli.table import edits, mapping_table
from lab.cli.workshop import ensurer
from lab.engine import find_engine
from lab.folder import folder
from lab.topology import NodeKind, Part
from lab.watch import DEFAULT_SCALE, Wanted, watch
from roaming.cli.options import DEFAULT_INVENTORY, InventoryOption

STEPS = 6


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("up")(up)


def up(
    *,
    inventory: InventoryOption = DEFAULT_INVENTORY,
    name: NameOption = DEFAULT_NAME,
    limit: Annotated[list[str] | None, typer.Option("--limit", help="Only this borough; may be repeated.")] = None,
    without: Annotated[
        list[NodeKind] | None, typer.Option("--without", help="No container for these; may be repeated.")
    ] = None,
    subnet: Annotated[str | None, typer.Option("--subnet", help="The lab's own range, a /16 or so.")] = None,
    watched: Annotated[
        bool, typer.Option("--watch", help="With the monitor, Prometheus and Alertmanager: `roam-lab watch`.")
    ] = False,
    scale: ScaleIfWatchedOption = None,
    grafana: GrafanaOption = False,
) -> None:
    """Make a federation of containers from an inventory, unconfigured: `roam push` does the rest.

    Example: roam-lab up -i lab/inventory
    """
    if not watched:
        _refuse_lonely(scale=scale, grafana=grafana)
    pools = (_subnet(subnet),) if subnet else life.POOLS
    where = folder(name)
    engine = find_engine(where.root)
    with steps(STEPS + watched) as step:
        images = ensurer(engine, where, step)
        part = Part(frozenset(limit or ()), frozenset(without or ()))
        order = life.Order(inventory, images, part, pools)
        topology = life.up(engine, where, order, step)
        if watched:
            watch(engine, where, topology, Wanted(images, scale or DEFAULT_SCALE, grafana), step)
    console().print(mapping_table(topology))
    for line in edits():
        typer.echo(line)


def _refuse_lonely(**given: object) -> None:
    """Refuse what only those who look on would heed."""
    for name in (name for name, value in given.items() if value):
        message = "is for those who look on: give --watch too, or use `roam-lab watch` later"
        raise typer.BadParameter(message, param_hint=f"--{name}")


def _subnet(text: str) -> IPv4Network:
    try:
        network = IPv4Network(text)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--subnet") from error
    if not network.is_private:
        message = f"{text} is not a private range"
        raise typer.BadParameter(message, param_hint="--subnet")
    return network
