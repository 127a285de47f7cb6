"""`roam approve`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from roaming.errors import PushError
from roaming.plan import digest, document_text, read_document
from roaming.push import SshKeygen, statement


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("approve")(approve)


def approve(
    plan: Annotated[Path, typer.Argument(help="What `roam diff --save` wrote.")],
    key: Annotated[Path, typer.Option("--key", help="Your SSH key; a public one when an agent has the private one.")],
    ticket: Annotated[str | None, typer.Option("--ticket", help="The ticket that the push will name.")] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Where the approval goes.")] = None,
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Show somebody else's plan, ask, and sign it with your SSH key.

    The signature holds for this plan and this ticket only: the push compares devices again, and what it finds must be
    what you saw. Your name and public key stand in the inventory's `approvers`.

    Example: roam approve plan.json --key ~/.ssh/id_ed25519 --ticket CHG0012345
    """
    saved = read_document(_read(plan))
    typer.echo(document_text(saved))
    name = digest(saved)
    typer.echo(f"plan {name}, ticket {ticket or 'none'}")
    if not yes:
        typer.confirm("Approve?", abort=True)
    target = output or plan.with_name(f"{plan.name}.approval")
    signature = SshKeygen().sign(statement(name, ticket), key)
    try:
        target.write_bytes(signature)
    except OSError as error:
        message = f"the approval cannot be written to {target}: {error.strerror}"
        raise PushError(message) from None
    typer.echo(f"{target}: give it to the push with --approval")


def _read(plan: Path) -> str:
    try:
        return plan.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        message = f"the plan {plan} cannot be read: {why}"
        raise PushError(message) from None
