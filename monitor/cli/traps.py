"""`roam-monitor traps`, and who may send traps."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Annotated, Final

import typer

from monitor.cli.address import address
from monitor.cli.options import DEFAULT_INVENTORY, InventoryOption, LimitOption, SecretsOption, VaultPasswordFileOption
from monitor.cli.snmp import devices
from monitor.passive import Received, TrapSource, TrapTask
from monitor.sample import Failure, SystemClock, family
from roaming.load import load
from roaming.secrets import open_store

if TYPE_CHECKING:
    from monitor.cli.means import Means
    from monitor.runner import Task
    from monitor.sample import Authentication, Batch, Increment, Observation
    from monitor.target import Estate
    from roaming.model.network import Network
    from roaming.secrets import SecretStore

DEFAULT_TRAPS: Final = "0.0.0.0:162"
_FAILURES: Final = family("roaming_collection_failures_total")


class _Refusals:
    """A sink that says on standard error what is refused; of traps the task tells itself."""

    def authentication(self, seen: Authentication) -> None:
        """Take none: a trap is no authentication."""

    def replace(self, batch: Batch) -> None:
        """Take none: a trap is no batch."""

    def count(self, increment: Increment) -> None:
        """Print a refusal."""
        if increment.family is _FAILURES:
            typer.echo(f"refused: {increment.labels[1]}", err=True)

    def observe(self, observation: Observation) -> None:
        """Take none: a trap has no length."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("traps")(traps_command)


def traps_command(
    *,
    inventory: InventoryOption = DEFAULT_INVENTORY,
    limit: LimitOption = None,
    listen_on: Annotated[str, typer.Option("--listen", help="Address and port, such as [::]:162.")] = DEFAULT_TRAPS,
    secrets: SecretsOption = None,
    vault_password_file: VaultPasswordFileOption = None,
) -> None:
    """Print traps and informs of the inventory's devices as they come, until interrupted.

    Example: roam-monitor traps --limit camden
    """
    network = load(inventory).network
    store = open_store(secrets, os.environ, vault_password_file)
    clock = SystemClock()

    def show(received: Received) -> None:
        typer.echo(f"{clock.wall():.0f} {received.device} ({received.owner}): {received.trap}")

    task = TrapTask(trap_sources(network, store, limit), clock, *address("--listen", listen_on), told=show)
    typer.echo(f"listening on {listen_on} for {len(task.sources)} devices", err=True)
    asyncio.run(task.run(_Refusals()))


def trap_tasks(network: Network, _estate: Estate, means: Means) -> tuple[Task, ...]:
    """Return the listening for traps, where an address for it was given."""
    if means.traps is None:
        return ()
    return (TrapTask(trap_sources(network, means.store, means.limit), means.clock, *means.traps),)


def trap_sources(network: Network, store: SecretStore, limit: str | None = None) -> tuple[TrapSource, ...]:
    """Return the devices that may send traps: those that are read by SNMP, with the same user or community."""
    found = [(one, one.endpoint) for one in devices(network, store, limit)]
    return tuple(
        TrapSource(one.name, one.owner, endpoint.address, endpoint.credentials)
        for one, endpoint in found
        if not isinstance(endpoint.credentials, Failure)
    )
