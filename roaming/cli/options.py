"""The options that every command shares, spelled once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

InventoryOption = Annotated[
    Path,
    typer.Option("--inventory", "-i", envvar="ROAM_INVENTORY", help="Directory of the inventory files."),
]
LimitOption = Annotated[
    str | None,
    typer.Option(
        "--limit",
        help="Only this part: borough, borough/site or borough/site/device; * and ? match as in a shell, "
        "commas stand between several.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
SecretsOption = Annotated[
    Path | None,
    typer.Option(
        "--secrets", envvar="ROAM_SECRETS", help="Directory of 0600 secret files, or a file encrypted by ansible-vault."
    ),
]
VaultPasswordFileOption = Annotated[
    Path | None,
    typer.Option(
        "--vault-password-file",
        envvar="ROAM_VAULT_PASSWORD_FILE",
        help="0600 file with the password of that file (else ROAM_VAULT_PASSWORD).",
    ),
]
KnownHostsOption = Annotated[
    Path | None,
    typer.Option("--known-hosts", envvar="ROAM_KNOWN_HOSTS", help="OpenSSH known_hosts of the devices."),
]
StateOption = Annotated[
    Path,
    typer.Option("--state", envvar="ROAM_STATE", help="Directory of the journal and the lock."),
]

DEFAULT_INVENTORY = Path("inventory")
DEFAULT_STATE = Path(".roam")
