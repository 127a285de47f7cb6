"""`roam verify`."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from roaming.cli.options import (
    DEFAULT_INVENTORY,
    InventoryOption,
    JsonOption,
    KnownHostsOption,
    LimitOption,
    SecretsOption,
    VaultPasswordFileOption,
)
from roaming.load import load
from roaming.model.terms import EapMethod
from roaming.push.reach import agent_sessions
from roaming.secrets import open_store
from roaming.verify import Expect, Options, Report, document, render, verify

if TYPE_CHECKING:
    from pathlib import Path

    from roaming.model.network import Network
    from roaming.secrets import SecretStore

_PIPED_WIDTH = 200

MethodOption = Annotated[EapMethod | None, typer.Option("--method", help="Only this EAP method.")]
RejectOption = Annotated[
    Expect, typer.Option("--expect", help="accept; or try a user or password that the home must reject.")
]
IdentityOption = Annotated[
    str | None,
    typer.Option("--identity", help="Use this outer identity as it stands, such as someone@nowhere.example."),
]
TimeoutOption = Annotated[int, typer.Option("--timeout", min=1, max=120, help="Seconds to wait for each proxy.")]
RetryOption = Annotated[
    float, typer.Option("--retry-for", min=0, help="Seconds to go on until the first success; its time is reported.")
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("verify")(verify_command)


def verify_command(
    *,
    inventory: InventoryOption = DEFAULT_INVENTORY,
    limit: LimitOption = None,
    method: MethodOption = None,
    expect: RejectOption = Expect.ACCEPT,
    identity: IdentityOption = None,
    timeout: TimeoutOption = 5,
    retry_for: RetryOption = 0.0,
    secrets: SecretsOption = None,
    vault_password_file: VaultPasswordFileOption = None,
    known_hosts: KnownHostsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Try one real EAP authentication for every visited borough, home and method, from the boroughs' agents.

    Examples: roam verify --limit camden; roam verify --identity someone@nowhere.example; roam verify --retry-for 45
    """
    network = load(inventory).network
    store = open_store(secrets, os.environ, vault_password_file)
    options = Options(limit, method, expect, identity, timeout, retry_for)
    report = _run(network, store, known_hosts, options, shown=not as_json)
    if as_json:
        typer.echo(json.dumps(document(report), indent=2))
    else:
        terminal = Console()
        console = terminal if terminal.is_terminal else Console(width=_PIPED_WIDTH)
        console.print(render(report), soft_wrap=True)
    raise typer.Exit(0 if report.passed else 1)


def _run(network: Network, store: SecretStore, known_hosts: Path | None, options: Options, *, shown: bool) -> Report:
    """Run with a bar on standard error, where that is a terminal."""
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not (shown and console.is_terminal)) as bar:
        task = bar.add_task("authenticating", total=None)
        return verify(
            network,
            store,
            agent_sessions(store, known_hosts),
            options,
            lambda done, total: bar.update(task, completed=done, total=total),
        )
