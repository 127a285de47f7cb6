"""`roam rollback`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from roaming.cli.carry import (
    ApprovalOption,
    AttendedOption,
    ReportOption,
    Terms,
    TicketOption,
    Undertaking,
    YesOption,
    carry_out,
)
from roaming.cli.options import (
    DEFAULT_INVENTORY,
    DEFAULT_STATE,
    InventoryOption,
    JsonOption,
    KnownHostsOption,
    LimitOption,
    SecretsOption,
    StateOption,
    VaultPasswordFileOption,
)
from roaming.cli.progress import bar
from roaming.cli.scope import campaign, limited
from roaming.errors import PushError
from roaming.load import load
from roaming.model.bundle import Bundle
from roaming.render import render
from roaming.secrets import open_store

if TYPE_CHECKING:
    from roaming.push.campaign import Campaign


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("rollback")(rollback)


def rollback(
    run: Annotated[str, typer.Argument(help="The run to take back, as `roam journal` names it.")],
    inventory: InventoryOption = DEFAULT_INVENTORY,
    limit: LimitOption = None,
    secrets: SecretsOption = None,
    *,
    known_hosts: KnownHostsOption = None,
    state: StateOption = DEFAULT_STATE,
    ticket: TicketOption = None,
    approval: ApprovalOption = None,
    report: ReportOption = None,
    attended: AttendedOption = False,
    vault_password_file: VaultPasswordFileOption = None,
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """Bring the devices of a run back to what they ran before it, from their backups; later runs are taken back too.

    It is a push like any other, with the same waves and the same way back; `roam diff` shows afterwards how the devices
    differ from the inventory. Exit status: 0 done or nothing to do, 1 a device was not brought back.

    Example: roam rollback 20261124T221500Z-3fa2c1 --limit camden
    """
    if as_json and not yes:
        message = "--json does not ask: give --yes too"
        raise typer.BadParameter(message)
    network = load(inventory).network
    work = campaign(network, open_store(secrets, os.environ, vault_password_file), known_hosts, state)
    bundle = _of_run(work, run, limited(render(network), limit))
    wanted = work.wanted(bundle)
    with bar("reading", len(wanted), quiet=as_json) as done:
        plan = work.plan_back(run, wanted, done)
    terms = Terms(limit, ticket, tuple(approval or ()), report, attended, yes, as_json)
    carry_out(Undertaking(work, plan, wanted, terms, bundle.digest(), back=True))


def _of_run(work: Campaign, run: str, bundle: Bundle) -> Bundle:
    """Return the devices of a run; raises PushError for those that the inventory no longer names."""
    kept = set(work.backups.devices(run))
    names = {device.name for device in bundle.devices}
    gone = sorted(kept - {device.name for device in render(work.network).devices})
    if gone:
        message = f"{', '.join(gone)}: not in the inventory any more, and so without a way in: enter them again first"
        raise PushError(message)
    if not kept & names:
        message = f"there is no backup of run {run} for these devices: `roam journal` lists the runs"
        raise PushError(message)
    return Bundle(tuple(device for device in bundle.devices if device.name in kept))
