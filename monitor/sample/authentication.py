"""One authentication that happened, or was tried: by a probe, or by a person as a log tells it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Source(StrEnum):
    """Who tried: one of our probes, or somebody whose authentication a log tells of."""

    PROBE = "probe"
    LOG = "log"


class Result(StrEnum):
    """How it ended. An error is no answer about the federation: the agent, a secret or a log line is at fault."""

    ACCEPT = "accept"
    REJECT = "reject"
    TIMEOUT = "timeout"
    ERROR = "error"


class Phase(StrEnum):
    """A part of an EAP conversation.

    `start` lasts until the first challenge, `tunnel` until TLS is up, `inner` until the home has decided.
    """

    START = "start"
    TUNNEL = "tunnel"
    INNER = "inner"


@dataclass(frozen=True, slots=True)
class Authentication:
    """One authentication. It names boroughs and never a person, a device or an address.

    `visited` and `home` are slugs or outside realms of the inventory, or "other". `at` is when it ended, `seconds` how
    long it took where that is known. `passed` says whether it ended as it should (a reject that was intended has
    passed), and is None when nothing was learned of the federation; `reject` says that a reject was intended. `path` is
    the visited borough's proxy that was asked last, `silent` are those that were asked before it and said nothing.
    `reason` is of a closed list (`roaming.eap.Reason` for probes), `sentence` is for people and holds neither a secret
    nor a user.
    """

    source: Source
    visited: str
    home: str
    result: Result
    at: float
    seconds: float | None = None
    method: str = ""
    passed: bool | None = None
    reason: str = ""
    sentence: str = ""
    path: str = ""
    silent: tuple[str, ...] = ()
    phases: Mapping[Phase, float] = field(default_factory=dict)
    reject: bool = False
