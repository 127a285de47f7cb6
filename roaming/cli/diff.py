"""`roam diff`."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

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
from roaming.plan import as_json as plan_json
from roaming.plan import as_text, digest, document, rehearsals
from roaming.render import render
from roaming.secrets import open_store

if TYPE_CHECKING:
    from roaming.plan import Plan, Rehearsal
    from roaming.push.campaign import Campaign

_DIFFERENT = 3


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("diff")(diff)


def diff(
    inventory: InventoryOption = DEFAULT_INVENTORY,
    limit: LimitOption = None,
    secrets: SecretsOption = None,
    known_hosts: KnownHostsOption = None,
    state: StateOption = DEFAULT_STATE,
    *,
    save: Annotated[Path | None, typer.Option("--save", help="Write the plan there too, for `roam approve`.")] = None,
    vault_password_file: VaultPasswordFileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show how devices differ from the inventory; secrets are shown as fingerprints.

    Exit status: 0 nothing differs, 3 something does, 1 a device could not be read (the others are shown).

    Example: roam diff --limit camden
    """
    network = load(inventory).network
    bundle = limited(render(network), limit)
    work = campaign(network, open_store(secrets, os.environ, vault_password_file), known_hosts, state)
    wanted = work.wanted(bundle)
    with bar("reading", len(wanted), quiet=as_json) as done:
        plan = work.plan(wanted, done)
    demanded = rehearsals(plan, network)
    typer.echo(json.dumps(for_machines(plan, demanded), indent=2) if as_json else text(plan, demanded))
    if save is not None:
        _save(save, plan, work)
    for one in plan.unreachable:
        typer.echo(f"{one.device.path}: could not be read: {one.reason}", err=True)
    if plan.unreachable:
        raise typer.Exit(1)
    if plan.pending:
        raise typer.Exit(_DIFFERENT)


def _save(path: Path, plan: Plan, work: Campaign) -> None:
    """Write the plan for the one who approves it: it holds no secret."""
    saved = document(plan, work.key.of)
    try:
        path.write_text(json.dumps(saved, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        message = f"the plan cannot be written to {path}: {error.strerror}"
        raise PushError(message) from None
    typer.echo(f"{path}: plan {digest(saved)}", err=True)


def for_machines(plan: Plan, demanded: tuple[Rehearsal, ...]) -> dict[str, object]:
    """Return the plan, and what a push would rehearse first, as JSON knows them."""
    return {**plan_json(plan), "rehearsals": [one.document() for one in demanded]}


def text(plan: Plan, demanded: tuple[Rehearsal, ...]) -> str:
    """Return the plan for eyes, with what a push would rehearse first."""
    count = len(plan.devices)
    unread = f"; {len(plan.unreachable)} could not be read" if plan.unreachable else ""
    if not plan.pending:
        return f"{count} device{'s' * (count != 1)} read: nothing differs{unread}"
    files = f"{plan.file_count} file{'s' * (plan.file_count != 1)} in all"
    first = "".join(f"a push rehearses first: {one}\n" for one in demanded)
    return f"{as_text(plan, created=True)}{first}{len(plan.pending)} of {count} devices read differ: {files}{unread}"
