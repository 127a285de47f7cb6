"""What the lab's images are made of: data only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from lab.errors import ImageError

if TYPE_CHECKING:
    from collections.abc import Mapping


class Image(StrEnum):
    """The images there are. CONTROL is DEBIAN_13 and the project's Python dependencies."""

    DEBIAN_13 = "debian-13"
    DEBIAN_12 = "debian-12"
    CONTROL = "control"


@dataclass(frozen=True)
class Root:
    """A Debian root: its release, the name of the release and the packages that are added to a minimal one."""

    release: str
    suite: str
    packages: tuple[str, ...]


# A version in the inventory is that of the box, and decides what is rendered: the box is the image that has it.
SOFTWARE: Final[Mapping[tuple[str, str], Image]] = {
    ("freeradius", "3.2.7"): Image.DEBIAN_13,
    ("freeradius", "3.2.1"): Image.DEBIAN_12,
    ("radsecproxy", "1.11.2"): Image.DEBIAN_13,
    ("radsecproxy", "1.9.2"): Image.DEBIAN_12,
    ("hostapd", "2.10"): Image.DEBIAN_13,
}

_EVERYWHERE: Final = (
    "eapoltest",
    "freeradius",
    "freeradius-utils",
    "hostapd",
    "iproute2",
    "iptables",
    "iputils-ping",
    "netcat-openbsd",
    "openssh-server",
    "openssl",
    "procps",
    "python3",
    "radsecproxy",
    "snmpd",
    "sudo",
    "tcpdump",
    "tzdata",
    "wpasupplicant",
)

ROOTS: Final[Mapping[Image, Root]] = {
    Image.DEBIAN_13: Root(
        release="13",
        suite="trixie",
        # Without a sysusers of its own openssh-server brings all of systemd.
        packages=(*_EVERYWHERE, "nftables", "prometheus", "prometheus-alertmanager", "systemd-standalone-sysusers"),
    ),
    Image.DEBIAN_12: Root(release="12", suite="bookworm", packages=_EVERYWHERE),
}

# The Python of DEBIAN_13, for which the host downloads wheels.
CONTROL_PYTHON: Final = "3.13"

# Pages for readers: nobody reads in a container.
LEFT_OUT: Final = ("doc", "info", "locale", "man")

# Tools of the checkout that nothing in the control container runs; they are half of its size.
NOT_IN_CONTROL: Final = frozenset(
    {
        "ansible-compat",
        "ansible-lint",
        "ast-serialize",
        "black",
        "certifi",
        "editables",
        "grimp",
        "hatchling",
        "import-linter",
        "librt",
        "mypy",
        "mypy-extensions",
        "outcome",
        "podman-compose",
        "promql-parser",
        "pysocks",
        "pytokens",
        "ruff",
        "selenium",
        "sniffio",
        "sortedcontainers",
        "trio",
        "trio-websocket",
        "trove-classifiers",
        "types-pyyaml",
        "urllib3",
        "uv",
        "websocket-client",
        "wsproto",
    }
)


def image_for(software: str, version: str) -> Image:
    """Return the image with a version of a daemon; ImageError with those there are when none has it."""
    try:
        return SOFTWARE[software, version]
    except KeyError:
        known = ", ".join(sorted(have for name, have in SOFTWARE if name == software)) or "none"
        message = f"no image has {software} {version}: the lab has {software} {known}; change the inventory's version"
        raise ImageError(message) from None
