"""`roam push`."""

from __future__ import annotations

import getpass
import json
import os
from datetime import UTC, datetime
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
from roaming.model.problem import Severity
from roaming.plan import Plan, as_text, waves
from roaming.plan import as_json as plan_json
from roaming.push import GOOD, DeviceResult, Outcome
from roaming.render import render
from roaming.rules import check
from roaming.secrets import open_store

if TYPE_CHECKING:
    from roaming.load import Inventory
    from roaming.model.network import Network
    from roaming.push.campaign import Campaign
    from roaming.push.wanted import Wanted


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("push")(push)


def push(
    inventory: InventoryOption = DEFAULT_INVENTORY,
    limit: LimitOption = None,
    secrets: SecretsOption = None,
    known_hosts: KnownHostsOption = None,
    state: StateOption = DEFAULT_STATE,
    *,
    vault_password_file: VaultPasswordFileOption = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show how devices differ from the inventory, ask, and make them as it says.

    Only files that differ are touched. RADIUS servers go first, then the hubs one by one, then access points;
    servers that stand in for each other never go together. A device whose daemon refuses its new configuration keeps
    the old one. Exit status: 0 done or nothing to do, 1 a device was not changed.

    Example: roam push --limit hackney --yes
    """
    if as_json and not yes:
        message = "--json does not ask: give --yes too"
        raise typer.BadParameter(message)
    given = load(inventory)
    _refuse_errors(given)
    work = campaign(given.network, open_store(secrets, os.environ, vault_password_file), known_hosts, state)
    wanted = work.wanted(limited(render(given.network), limit))
    with bar("reading", len(wanted), quiet=as_json) as done:
        plan = work.plan(wanted, done)
    if not as_json:
        typer.echo(_announcement(plan, given.network))
    if plan.pending and not yes:
        typer.confirm("Go on?", abort=True)
    results = _carry(work, plan, wanted, limit, quiet=as_json) if plan.pending else _unread(plan)
    typer.echo(_json(plan, results) if as_json else _summary(plan, results))
    if any(result.outcome not in GOOD for result in results):
        raise typer.Exit(1)


def _refuse_errors(given: Inventory) -> None:
    """Refuse an inventory that `roam check` finds an error in."""
    problems = check(given, datetime.now(UTC).date())
    errors = tuple(problem for problem in problems if problem.severity is Severity.ERROR)
    if errors:
        count = f"{_count(len(errors), 'error')}: nothing is pushed"
        message = "\n".join([*map(str, errors), count])
        raise PushError(message)


def _carry(
    work: Campaign, plan: Plan, wanted: tuple[Wanted, ...], limit: str | None, *, quiet: bool
) -> tuple[DeviceResult, ...]:
    with bar("pushing", len(plan.pending) + len(plan.unreachable), quiet=quiet) as advance:

        def done(result: DeviceResult) -> None:
            advance(result.device)
            if not quiet:
                typer.echo(_line(result))

        return work.push(plan, wanted, done, user=getpass.getuser(), limit=limit)


def _unread(plan: Plan) -> tuple[DeviceResult, ...]:
    return tuple(DeviceResult(one.device.name, Outcome.UNREACHABLE, one.reason) for one in plan.unreachable)


def _announcement(plan: Plan, network: Network) -> str:
    lines = [as_text(plan, created=False)] if plan.pending else []
    lines += [f"{one.device.path}: could not be read: {one.reason}" for one in plan.unreachable]
    for number, wave in enumerate(waves(plan.pending, network), start=1):
        names = ", ".join(device.device.name for device in wave.devices)
        lines.append(f"wave {number}: {names}")
    if plan.pending:
        lines.append(f"{_count(plan.file_count, 'file')} on {_count(len(plan.pending), 'device')} to change")
    return "\n".join(lines)


def _line(result: DeviceResult) -> str:
    files = f", {_count(result.files, 'file')}" if result.outcome is Outcome.CHANGED else ""
    return f"{result.device}: {result.outcome}{files}{f': {result.words}' if result.words else ''}"


def _summary(plan: Plan, results: tuple[DeviceResult, ...]) -> str:
    bad = [result for result in results if result.outcome not in GOOD]
    lines = [] if plan.pending else [_line(result) for result in bad]
    if not plan.pending and not bad:
        return f"nothing to do: {_count(len(plan.devices), 'device')} read, 0 files differ"
    changed = [result for result in results if result.outcome is Outcome.CHANGED]
    files = sum(result.files for result in changed)
    lines.append(f"{_count(files, 'file')} on {_count(len(changed), 'device')} changed")
    if bad:
        lines.append(f"{_count(len(bad), 'device')} not: {', '.join(result.device for result in bad)}")
    return "\n".join(lines)


def _json(plan: Plan, results: tuple[DeviceResult, ...]) -> str:
    changed = [result for result in results if result.outcome is Outcome.CHANGED]
    return json.dumps(
        {
            "plan": plan_json(plan),
            "results": [
                {"device": one.device, "outcome": one.outcome.value, "files": one.files, "words": one.words}
                for one in results
            ],
            "files": sum(result.files for result in changed),
            "devices": len(changed),
        },
        indent=2,
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number != 1)}"
