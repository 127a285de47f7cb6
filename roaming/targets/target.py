"""What a platform is to us: versions and capabilities, quoting, services, what is masked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from roaming.errors import QuoteError, RenderError
from roaming.model.base import version_key
from roaming.targets.revert import NONE, RevertMethod

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from roaming.targets.dialect import Dialect
    from roaming.targets.terminal import Terminal


class Action(StrEnum):
    """What a service needs before it heeds a changed file."""

    RELOAD = "reload"
    RESTART = "restart"


@dataclass(frozen=True, slots=True)
class Service:
    """A service of a device. `reloads` are patterns of files that a reload re-reads; any other wants a restart."""

    name: str
    reloads: tuple[str, ...] = ()

    def action(self, path: str) -> Action:
        """Return what the service needs after the file at `path` changed."""
        reload = any(fnmatchcase(path, pattern) for pattern in self.reloads)
        return Action.RELOAD if reload else Action.RESTART


@dataclass(frozen=True, slots=True)
class Target:
    """A platform.

    `capabilities` maps a version to what came with it; a device has what its own and all earlier versions brought.
    `quotings` maps a name to a function that spells a value in a syntax, or raises `QuoteError` naming why it cannot.
    `owned` are patterns of paths that are ours alone: a file there which we did not render is stale. `revert` is how a
    change is taken back when nobody confirms it. A platform that is driven by commands has a `dialect` and a
    `terminal`; without them it is driven by files.
    """

    name: str
    capabilities: Mapping[str, frozenset[str]]
    quotings: Mapping[str, Callable[[str], str]]
    redact: Callable[[str], str]
    check_command: tuple[str, ...]
    services: tuple[Service, ...]
    log_path: str
    owned: tuple[str, ...] = ()
    revert: RevertMethod = NONE
    dialect: Dialect | None = None
    terminal: Terminal | None = None

    def abilities(self, version: str) -> frozenset[str]:
        """Return what a version can do; raise `RenderError` when it is older than anything we know."""
        known = [name for name in self.capabilities if version_key(name) <= version_key(version)]
        if not known:
            oldest = min(self.capabilities, key=version_key)
            message = f"{self.name} {version} is not supported: the oldest version we render is {oldest}"
            raise RenderError(message)
        return frozenset().union(*(self.capabilities[name] for name in known))

    def quote(self, quoting: str, value: str) -> str:
        """Spell a value; raise `QuoteError` when the syntax cannot hold it."""
        return self.quotings[quoting](value)


_PEM = re.compile(r"(-----BEGIN ([A-Z0-9 ]+)-----\n[A-Za-z0-9+/=\n]+-----END \2-----\n)+")


def pem(value: str) -> str:
    """Return PEM text with one final newline; raise `QuoteError` for anything else."""
    text = value.replace("\r\n", "\n").strip() + "\n"
    if not _PEM.fullmatch(text):
        message = "not PEM: only whole -----BEGIN…END----- blocks go into this file"
        raise QuoteError(message)
    return text


_WORD = re.compile(r"[A-Za-z0-9_/][A-Za-z0-9._:/@+-]*")


def word(value: str) -> str:
    """Return a value that needs no quoting in any of our syntaxes; raise `QuoteError` for any other."""
    if not _WORD.fullmatch(value):
        message = f"{value!r} is not a plain word"
        raise QuoteError(message)
    return value


def refuse_control(value: str, syntax: str) -> None:
    """Raise `QuoteError` when a value holds a control character; the value itself is not repeated, it may be secret."""
    if value.isprintable():
        return
    strange = next(character for character in value if not character.isprintable())
    message = f"U+{ord(strange):04X} has no safe spelling in {syntax}"
    raise QuoteError(message)
