"""The roots that images stand on: pulled where a registry answers, built from Debian's packages where none does."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lab.errors import EngineError, ImageError
from lab.images.host_apt import acquire_options, sources
from lab.images.recipes import LEFT_OUT, Root

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lab.engine import Command
    from lab.images.workshop import Workshop

_PULL_LIMIT_S: Final = 20
_HERE: Final = Path(__file__).parent


def make_root(shop: Workshop, root: Root, tag: str, environ: Mapping[str, str] = os.environ) -> None:
    """Make `tag`: a Debian with the packages of `root`.

    LAB_BASE_IMAGE names the repository to pull from (its tags are releases), `none` forbids pulling.
    """
    repository = environ.get("LAB_BASE_IMAGE") or "debian"
    refusal = "LAB_BASE_IMAGE=none" if repository == "none" else _pull(shop, root, f"{repository}:{root.release}", tag)
    if refusal:
        shop.step(f"{root.suite}: built from Debian's packages, not pulled ({refusal})")
        _build(shop, root, tag)


def _pull(shop: Workshop, root: Root, image: str, tag: str) -> str:
    """Pull a Debian and add the packages; return why it could not be done, or nothing."""
    try:
        result = shop.engine.pull(image, timeout_s=_PULL_LIMIT_S)
    except EngineError as error:
        return str(error)
    if not result.ok:
        return f"{image}: {(result.err.strip().splitlines() or ['refused'])[-1][-160:]}"
    shop.step(f"{root.suite}: {image} pulled, adding packages")
    arguments = {"BASE": image, "PACKAGES": " ".join(root.packages), "LEFT_OUT": " ".join(LEFT_OUT)}
    try:
        shop.engine.build(_HERE / "pulled", tag, arguments=arguments)
    except ImageError as error:
        return f"{image} was pulled, but its packages cannot be fetched: {error}"
    return ""


def _build(shop: Workshop, root: Root, tag: str) -> None:
    started = time.monotonic()
    with shop.bench() as folder:
        tar = folder / "root.tar"
        write_tar(root, tar, shop.command)
        shop.engine.import_image(tar, tag)
    shop.step(f"{root.suite}: {len(root.packages)} packages and what they need, {time.monotonic() - started:.0f} s")


def write_tar(root: Root, tar: Path, command: Command, hooks: tuple[str, ...] = ()) -> None:
    """Build a root from Debian's packages into a tar file; ImageError with the reason when it cannot be."""
    result = command.run(mmdebstrap(root, tar, command, hooks))
    if not result.ok:
        message = f"{root.suite} cannot be built from Debian's packages: {_reason(result.err)}"
        raise ImageError(message)


def mmdebstrap(root: Root, tar: Path, command: Command, hooks: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return the command that builds a root into a tar file. It fetches as this machine's apt does.

    `hooks` are shell scripts that are run with the finished root as `$1`.
    """
    dump = command.run(["apt-config", "dump"])
    return (
        "mmdebstrap",
        "--quiet",
        "--mode=root",
        "--variant=minbase",
        "--format=tar",
        f"--include={','.join(root.packages)}",
        *(f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in LEFT_OUT),
        *(f"--aptopt={line}" for line in acquire_options(dump.out)),
        *(f"--customize-hook={hook}" for hook in hooks),
        # apt's settings are this machine's and no part of an image; host keys that all devices share prove nothing.
        '--customize-hook=rm -f "$1"/etc/apt/apt.conf.d/99mmdebstrap "$1"/etc/ssh/ssh_host_*',
        '--customize-hook=rm -f "$1"/etc/resolv.conf "$1"/etc/hostname',
        root.suite,
        str(tar),
        *sources(root.suite),
    )


def _reason(text: str) -> str:
    lines = [line for line in text.splitlines() if line.startswith("E:")] or text.splitlines()
    if "NO_PUBKEY" in text:
        lines.append("the release's keys are newer than this machine: upgrade debian-archive-keyring")
    return " / ".join(line.strip() for line in lines[-3:]) or "mmdebstrap says nothing"
