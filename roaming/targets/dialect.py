"""How a configuration of lines is read, compared and changed on a platform that is driven by commands."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Scope:
    """What is ours on a device whose configuration is one: everything that bears the prefix, and the named lines.

    `lines` are whole top-level lines (or heads of sections) of ours that no prefix can mark. A line of ours inside a
    section that others use too is spelled below its head. No secret stands in them. `left` names what bears the prefix
    and is not ours all the same.
    """

    prefix: str
    lines: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Remedy:
    """What brings a device from what runs to what is wanted.

    `commands` are sent in this order in configuration mode; they may hold secrets. `outage` says in sentences what
    its users notice. `unverifiable` names secrets of which the device shows ciphertext only. `before` and `after` are
    the lines of the scope for a diff: what counts as the same is spelled the same in both. They may hold secrets.
    """

    commands: tuple[str, ...] = field(repr=False, default=())
    outage: tuple[str, ...] = ()
    unverifiable: tuple[str, ...] = ()
    before: str = field(repr=False, default="")
    after: str = field(repr=False, default="")


class Dialect(Protocol):
    """The lines of a platform. All methods are pure; `running` is what the device prints for its configuration."""

    def normal(self, running: str) -> str:
        """Return a configuration without what changes by itself: headers, counts, times."""
        ...

    def scope(self, prefix: str, wanted: str) -> Scope:
        """Return the scope of a rendered configuration: it names lines that bear no prefix."""
        ...

    def ours(self, running: str, scope: Scope) -> str:
        """Return the lines of the scope, in the device's order."""
        ...

    def foreign(self, running: str, scope: Scope) -> str:
        """Return all lines outside of the scope, octet by octet: no push may change them."""
        ...

    def remedy(self, running: str, wanted: str, scope: Scope, renew: Mapping[str, str]) -> Remedy:
        """Return what makes the lines of the scope those of `wanted`; no commands when nothing differs.

        `renew` maps a secret's value to its name: those of which the device shows ciphertext that are to be set again.
        """
        ...

    def joined(self, shown: str) -> frozenset[str]:
        """Return the access points that are there, of what the platform shows of them."""
        ...

    def leaving(self, commands: tuple[str, ...]) -> frozenset[str]:
        """Return the access points that commands take out: whether they come back is not for us to say."""
        ...

    def exposed(self, running: str) -> str | None:
        """Return what would show a typed secret on the device itself, in words; None when nothing does."""
        ...
