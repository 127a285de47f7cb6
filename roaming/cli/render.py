"""`roam render`."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from roaming.cli.options import (
    DEFAULT_INVENTORY,
    InventoryOption,
    JsonOption,
    LimitOption,
    SecretsOption,
    VaultPasswordFileOption,
)
from roaming.cli.sound import sound
from roaming.cli.tree import MANIFEST, write_tree
from roaming.render import render as render_bundle
from roaming.secrets import MemoryStore, materialise, open_store
from roaming.targets import TARGETS

if TYPE_CHECKING:
    from roaming.model.bundle import Bundle, DeviceBundle, File


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("render")(render)


def render(
    out: Annotated[Path, typer.Option("--out", "-o", help="Directory to write; a former tree there is replaced.")],
    inventory: InventoryOption = DEFAULT_INVENTORY,
    limit: LimitOption = None,
    secrets: SecretsOption = None,
    vault_password_file: VaultPasswordFileOption = None,
    *,
    with_secrets: Annotated[
        bool, typer.Option("--with-secrets", help="Fill in secrets and certificates; files are then 0600.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Write every device's files to OUT/borough/device/…, and OUT/MANIFEST.json with a sha256 per file.

    Secrets are placeholders unless --with-secrets.

    Example: roam render -i lab/inventory --limit camden -o out
    """
    bundle = _limited(render_bundle(sound(inventory).network), limit)
    store = open_store(secrets, os.environ, vault_password_file) if with_secrets else MemoryStore()

    def content(device: DeviceBundle, file: File) -> bytes:
        if with_secrets:
            return materialise(file, TARGETS[device.target].quotings, store)
        return file.text().encode()

    count = write_tree(bundle, out, content, private=with_secrets)
    if as_json:
        typer.echo(json.dumps({"devices": len(bundle.devices), "files": count, "manifest": str(out / MANIFEST)}))
    else:
        typer.echo(f"{count} files for {len(bundle.devices)} devices below {out}/, listed in {out / MANIFEST}")


def _limited(bundle: Bundle, limit: str | None) -> Bundle:
    limited = bundle.limited(limit)
    if limit is not None and not limited.devices:
        message = f"--limit {limit} names no device: give borough, borough/site or borough/site/device"
        raise typer.BadParameter(message)
    return limited
