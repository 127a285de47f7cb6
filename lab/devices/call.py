"""A command of exec mode on its way: the device, the session and the words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lab.devices.reply import Reply

if TYPE_CHECKING:
    from lab.devices.catalyst import Catalyst
    from lab.devices.grammar import Match
    from lab.devices.session import Session


@dataclass(frozen=True, slots=True)
class Call:
    """One command that a session entered."""

    device: Catalyst
    session: Session
    match: Match


Command = Callable[[Call], Reply]
