"""`roam-lab images`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from lab.cli.options import DEFAULT_NAME
from lab.cli.progress import steps
from lab.cli.workshop import ensurer
from lab.engine import find_engine
from lab.folder import folder
from lab.images import Image, list_images, remove_images
from lab.radio.guest import GuestShop, cache_folder, ensure_guest, list_guests, remove_guests

if TYPE_CHECKING:
    from lab.engine import Engine
    from lab.folder import Folder


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("images")(images)


def images(
    build: Annotated[bool, typer.Option("--build", help="Make those that are missing.")] = False,
    remove: Annotated[bool, typer.Option("--remove", help="Remove all of them; a lab must not be up.")] = False,
) -> None:
    """List the lab's images and the radio lab's guests; `up` and `radio` make what they need by themselves.

    Example: roam-lab images --build
    """
    where = folder(DEFAULT_NAME)
    engine = find_engine(where.root)
    try:
        if remove:
            for tag in remove_images(engine):
                typer.echo(f"removed {tag}")
            for path in remove_guests(cache_folder()):
                typer.echo(f"removed {path}")
            return
        if build:
            _build(engine, where)
        for tag in list_images(engine):
            typer.echo(tag)
        for path in list_guests(cache_folder()):
            typer.echo(str(path))
    finally:
        engine.release()
        if not where.mapping.exists():
            where.remove()


def _build(engine: Engine, where: Folder) -> None:
    with steps(len(Image) + 1) as step:
        tag_of = ensurer(engine, where, step)
        for image in Image:
            tag_of(image)
        ensure_guest(GuestShop(cache_folder(), step))
