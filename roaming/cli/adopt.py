"""`roam adopt`."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from roaming.adopt import adopt_access_point, adopt_controller, as_text, changes
from roaming.adopt import as_json as adoption_json
from roaming.cli.options import (
    DEFAULT_INVENTORY,
    InventoryOption,
    JsonOption,
    KnownHostsOption,
    SecretsOption,
    VaultPasswordFileOption,
)
from roaming.errors import AdoptionError
from roaming.load import FILES, load
from roaming.push.reach import access
from roaming.push.reading import Reader
from roaming.secrets import open_store
from roaming.transport import LinuxDialler, NetmikoDialler

if TYPE_CHECKING:
    from roaming.adopt import Adoption
    from roaming.load import Inventory
    from roaming.transport import Access

_FAILED = 1


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("adopt")(adopt)


def adopt(
    device: Annotated[str, typer.Argument(help="A controller or standalone access point that the inventory names.")],
    inventory: InventoryOption = DEFAULT_INVENTORY,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Directory to write the inventory to, new or empty.")
    ] = None,
    secrets: SecretsOption = None,
    known_hosts: KnownHostsOption = None,
    *,
    vault_password_file: VaultPasswordFileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Read what a device runs into the inventory, and account for everything that the inventory cannot say.

    Without --out it shows what it would change in the borough's file. No secret is written or shown.

    Exit status: 0 something was adopted, 1 the device could not be read or nothing was.

    Example: roam adopt camden-wlc -o adopted
    """
    if out is not None:
        _refuse_used(out)
    found = load(inventory)
    _refuse_other(found, device)
    way = access(device, found.network, open_store(secrets, os.environ, vault_password_file), known_hosts)
    adoption = _read(found, inventory, way)
    if out is not None and adoption.adopted:
        _write(inventory, out, adoption)
    typer.echo(json.dumps(adoption_json(adoption), indent=2) if as_json else _text(adoption, out), nl=as_json)
    if not adoption.adopted:
        raise typer.Exit(_FAILED)


def _read(found: Inventory, inventory: Path, way: Access) -> Adoption:
    """Read a device and adopt what it runs."""
    reader = Reader(LinuxDialler(), NetmikoDialler())
    for borough, controller in found.network.controllers():
        if controller.name == way.device:
            text = _borough_text(inventory, borough.slug)
            return adopt_controller(found, way.device, text, reader.controller(way, controller.platform))
    slug = next(borough.slug for borough, _, ap in found.network.access_points() if ap.name == way.device)
    return adopt_access_point(found, way.device, _borough_text(inventory, slug), reader.access_point(way))


def _refuse_other(found: Inventory, device: str) -> None:
    """Refuse what is no controller and no standalone access point of the inventory as wrong usage."""
    network = found.network
    names = [one.name for _, one in network.controllers()] + [ap.name for _, _, ap in network.access_points()]
    if device not in names:
        message = f"{device} is no controller and no standalone access point of the inventory"
        raise typer.BadParameter(message)


def _refuse_used(out: Path) -> None:
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        message = f"{out} is there and not empty: name another directory"
        raise typer.BadParameter(message)


def _borough_text(inventory: Path, slug: str) -> str:
    return (inventory / "boroughs" / f"{slug}.yml").read_bytes().decode()


def _write(inventory: Path, out: Path, adoption: Adoption) -> None:
    """Write a copy of the inventory with the borough's file as it was adopted."""
    try:
        for pattern in FILES:
            for path in sorted(inventory.glob(pattern)):
                copy = out / path.relative_to(inventory)
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.write_bytes(path.read_bytes())
        (out / adoption.file).write_bytes(adoption.after.encode())
    except OSError as error:
        message = f"the inventory cannot be written to {out}: {error.strerror}"
        raise AdoptionError(message) from None


def _text(adoption: Adoption, out: Path | None) -> str:
    written = f"\nwritten: {out / adoption.file}\n" if out is not None and adoption.adopted else ""
    shown = f"{changes(adoption)}\n" if out is None else ""
    return f"{shown}{as_text(adoption)}{written}"
