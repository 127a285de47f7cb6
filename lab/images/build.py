"""Make the images that are not there yet."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lab.images.recipes import CONTROL_PYTHON, LEFT_OUT, ROOTS, Image
from lab.images.roots import make_root
from lab.images.wheels import control_requirements, fetch

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lab.engine import Engine
    from lab.images.workshop import Workshop

REPOSITORY: Final = "localhost/seamless-wifi"
_HERE: Final = Path(__file__).parent
# Runs in the access points, and is tested and printed here: it stands in the package.
_EDITS: Final = _HERE.parent / "edits.py"
_NAMES: Final = (*(f"root-{image}" for image in ROOTS), *Image)


def ensure(shop: Workshop, image: Image) -> str:
    """Return the tag of an image, having made it and what it stands on where they were missing.

    Raises ImageError when it can be neither pulled nor built.
    """
    root = Image.DEBIAN_13 if image is Image.CONTROL else image
    base = _root_tag(root)
    parts = _control_parts(shop) if image is Image.CONTROL else _files(_HERE / "device")
    tag = _tag(image, base, *_files(_HERE / "files"), _EDITS.read_text(encoding="utf-8"), *parts)
    if shop.engine.image_exists(tag):
        return tag
    if not shop.engine.image_exists(base):
        make_root(shop, ROOTS[root], base)
    _build(shop, image, base, tag)
    return tag


def list_images(engine: Engine) -> tuple[str, ...]:
    """List every image of the lab on this machine, old ones too."""
    return tuple(tag for name in _NAMES for tag in engine.images(f"{REPOSITORY}/{name}"))


def remove_images(engine: Engine) -> tuple[str, ...]:
    """Remove every image of the lab, what stands on others first, and say which."""
    tags = tuple(reversed(list_images(engine)))
    for tag in tags:
        engine.remove_image(tag)
    return tags


def _build(shop: Workshop, image: Image, base: str, tag: str) -> None:
    shop.step(f"{image}: adding what makes it a device" if image is not Image.CONTROL else "control: adding Python")
    with shop.bench() as folder:
        context = folder / "context"
        shutil.copytree(_HERE / ("control" if image is Image.CONTROL else "device"), context)
        shutil.copytree(_HERE / "files", context / "files")
        shutil.copy(_EDITS, context / "files")
        if image is Image.CONTROL:
            fetch(shop, context / "site")
            _move_scripts(context / "site" / "bin", context / "bin")
        shop.engine.build(context, tag, arguments={"BASE": base})


def _move_scripts(scripts: Path, target: Path) -> None:
    """Move the commands that pip made for this machine's Python, and let the container's run them."""
    for script in scripts.iterdir():
        _, _, body = script.read_text(encoding="utf-8").partition("\n")
        moved = target / script.name
        moved.write_text(f"#!/usr/bin/python3\n{body}", encoding="utf-8")
        moved.chmod(0o755)
        script.unlink()


def _root_tag(image: Image) -> str:
    root = ROOTS[image]
    parts = (root.release, root.suite, *root.packages, *LEFT_OUT, *_files(_HERE / "pulled"))
    return _tag(f"root-{image}", *parts)


def _control_parts(shop: Workshop) -> Iterable[str]:
    pins = control_requirements(shop.requirements.read_text(encoding="utf-8"))
    return (CONTROL_PYTHON, *_files(_HERE / "control"), pins)


def _tag(name: str, *parts: str) -> str:
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()
    return f"{REPOSITORY}/{name}:{digest[:12]}"


def _files(folder: Path) -> Iterable[str]:
    """Yield names, modes and contents, in one order on every machine."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield from (
                str(path.relative_to(folder)),
                oct(path.stat().st_mode & 0o111),
                path.read_text(encoding="utf-8"),
            )
