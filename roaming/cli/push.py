"""`roam push`."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from functools import partial
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
from roaming.cli.scope import campaign, limited, says_still
from roaming.cli.watch import count, line
from roaming.errors import PushError
from roaming.load import load
from roaming.model.problem import Severity
from roaming.push import Outcome, RehearsalCommand, Stage
from roaming.push.rehearsal import EXAMPLE
from roaming.render import render
from roaming.rules import check
from roaming.secrets import open_store

if TYPE_CHECKING:
    from roaming.load import Inventory
    from roaming.push import DeviceResult
    from roaming.push.campaign import Campaign
    from roaming.push.wanted import Wanted


def _command(text: str) -> RehearsalCommand:
    try:
        return RehearsalCommand.parse(text)
    except PushError as error:
        raise typer.BadParameter(str(error)) from None


def _reason(text: str) -> str:
    if not text.strip():
        message = "say why: the reason stands in the journal"
        raise typer.BadParameter(message)
    return text.strip()


RehearseWithOption = Annotated[
    RehearsalCommand | None,
    typer.Option(
        "--rehearse-with",
        envvar="ROAM_REHEARSAL",
        parser=_command,
        metavar="COMMAND",
        help=f"What runs the scenarios that sites demand, such as {EXAMPLE!r}.",
    ),
]
WaiveRehearsalsOption = Annotated[
    str | None,
    typer.Option(
        "--waive-rehearsals",
        parser=_reason,
        metavar="REASON",
        help="Push without them, for a reason that stands in the journal.",
    ),
]


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
    ticket: TicketOption = None,
    approval: ApprovalOption = None,
    report: ReportOption = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Settle first what a former push left, read from the devices.")
    ] = False,
    attended: AttendedOption = False,
    rehearse_with: RehearseWithOption = None,
    waive_rehearsals: WaiveRehearsalsOption = None,
    vault_password_file: VaultPasswordFileOption = None,
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """Show how devices differ from the inventory, ask, and make them as it says.

    Each device can come back by itself before anything is changed on it, and is confirmed over a new session: whatever
    dies meanwhile, it ends as it was or as it shall be. A canary goes first, then batches; servers that stand in for
    each other never go together. What a site demands is rehearsed before anything is touched. Exit status: 0 done or
    nothing to do, 1 a device was not changed.

    Examples: roam push --limit hackney --yes

    roam push --limit camden --ticket CHG0012345 --report change.md
    """
    if as_json and not yes:
        message = "--json does not ask: give --yes too"
        raise typer.BadParameter(message)
    given = load(inventory)
    _refuse_errors(given)
    work = campaign(given.network, open_store(secrets, os.environ, vault_password_file), known_hosts, state)
    bundle = limited(render(given.network), limit)
    wanted = work.wanted(bundle)
    if resume:
        _resume(work, wanted, quiet=as_json)
    with bar("reading", len(wanted), quiet=as_json) as done:
        plan = work.plan(wanted, done)
    terms = Terms(limit, ticket, tuple(approval or ()), report, attended, yes, as_json)
    unchanged = partial(says_still, inventory, limit, bundle.digest())
    stage = Stage(inventory.resolve(), rehearse_with, waive_rehearsals, unchanged=unchanged)
    carry_out(Undertaking(work, plan, wanted, terms, bundle.digest(), stage))


def _resume(work: Campaign, wanted: tuple[Wanted, ...], *, quiet: bool) -> None:
    """Say of every device that a push left whether it is new or old; exits 1 when nobody can say."""

    def done(result: DeviceResult) -> None:
        if not quiet:
            typer.echo(line(result))

    results = work.resume(wanted, done)
    if not results and not quiet:
        typer.echo("no push was cut short here")
    lost = [result for result in results if result.outcome is Outcome.UNKNOWN]
    if lost and quiet:
        typer.echo(json.dumps({"results": [_json(result) for result in results]}, indent=2))
    if lost:
        raise typer.Exit(1)


def _json(result: DeviceResult) -> dict[str, object]:
    return {"device": result.device, "outcome": result.outcome.value, "words": result.words}


def _refuse_errors(given: Inventory) -> None:
    """Refuse an inventory that `roam check` finds an error in."""
    problems = check(given, datetime.now(UTC).date())
    errors = tuple(problem for problem in problems if problem.severity is Severity.ERROR)
    if errors:
        message = "\n".join([*map(str, errors), f"{count(len(errors), 'error')}: nothing is pushed"])
        raise PushError(message)
