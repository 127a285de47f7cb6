"""What the commands that talk to devices have in common: which devices, and with what."""

from __future__ import annotations

import os
import pwd
from typing import TYPE_CHECKING

import typer

from roaming.load import load
from roaming.push.campaign import Campaign
from roaming.render import render

if TYPE_CHECKING:
    from pathlib import Path

    from roaming.model.bundle import Bundle
    from roaming.model.network import Network
    from roaming.secrets import SecretStore


def campaign(network: Network, store: SecretStore, known_hosts: Path | None, state: Path) -> Campaign:
    """Return what a diff or a push works with."""
    return Campaign(network, store, state, known_hosts)


def login() -> str:
    """Return who runs this: the account, not what the environment says it is."""
    return pwd.getpwuid(os.getuid()).pw_name


def limited(bundle: Bundle, limit: str | None) -> Bundle:
    """Return the part of a bundle that `--limit` names; a limit that names nothing is wrong usage."""
    part = bundle.limited(limit)
    if limit is not None and not part.devices:
        message = f"--limit {limit} names no device: give borough, borough/site or borough/site/device"
        raise typer.BadParameter(message)
    return part


def says_still(inventory: Path, limit: str | None, digest: str) -> bool:
    """Tell whether an inventory, read anew, still renders what had this digest."""
    return render(load(inventory).network).limited(limit).digest() == digest
