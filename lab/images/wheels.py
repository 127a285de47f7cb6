"""The control image's Python: wheels for its interpreter, fetched by the host's pip: the container has no network."""

from __future__ import annotations

import platform
import re
from typing import TYPE_CHECKING, Final

from packaging.markers import Marker

from lab.errors import ImageError
from lab.images.recipes import CONTROL_PYTHON, NOT_IN_CONTROL

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lab.images.workshop import Workshop

# The C libraries that Debian 13 runs wheels for.
_GLIBC: Final = ("2_39", "2_34", "2_31", "2_28", "2_17", "2_12", "2_5")


def control_requirements(text: str) -> str:
    """Pick the pins that the control container needs, with their hashes and without markers.

    pip evaluates markers for the Python it runs on, which is not the container's.
    """
    return "".join(f"{pin}\n" for name, pin, marker in _pins(text) if name not in NOT_IN_CONTROL and _applies(marker))


def fetch(shop: Workshop, target: Path) -> None:
    """Unpack the wheels of the control container into `target`, each checked against its hash."""
    pins = target.parent / "control.txt"
    pins.write_text(control_requirements(shop.requirements.read_text(encoding="utf-8")), encoding="utf-8")
    machine = platform.machine()
    result = shop.command.run(
        [
            *(shop.python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"),
            *("--no-deps", "--require-hashes", "--only-binary=:all:", "--implementation=cp"),
            *(f"--platform=manylinux_{glibc}_{machine}" for glibc in _GLIBC),
            *(f"--platform={name}_{machine}" for name in ("manylinux2014", "linux")),
            f"--python-version={CONTROL_PYTHON}",
            f"--target={target}",
            f"--requirement={pins}",
        ]
    )
    if not result.ok:
        lines = [line for line in result.err.splitlines() if line.startswith("ERROR")][-3:] or ["pip says nothing"]
        message = f"the control image's Python packages cannot be fetched: {' / '.join(lines)}"
        raise ImageError(message)


def _pins(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield name, pin with hashes, and marker of each requirement."""
    logical = re.sub(r"\\\n\s*", " ", re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE))
    for line in filter(str.strip, logical.splitlines()):
        spec, *hashes = re.split(r"\s+(?=--hash=)", line.strip())
        pin, _, marker = spec.partition(";")
        yield pin.partition("==")[0].strip(), " ".join((pin.strip(), *hashes)), marker.strip()


def _applies(marker: str) -> bool:
    theirs = {"python_version": CONTROL_PYTHON, "python_full_version": f"{CONTROL_PYTHON}.0"}
    return not marker or Marker(marker).evaluate(theirs)
