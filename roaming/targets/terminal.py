"""The words of a platform that is driven by commands: what is typed, and how its answers are read. Data only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import re


@dataclass(frozen=True, slots=True)
class Terminal:
    """What a transaction types. `driver` is Netmiko's name of the platform; `{units}` is the timer in its units.

    `joined` lists the access points that are there. `configuring` matches the prompt inside, `refusal`
    a line that says no, `harmless` such a line that does not, `pending` and `idle` the answers to `timer` while a way
    back is armed and while none is, `saved` the answer to `save`, `whole` the end of a configuration that was shown to
    its end.
    """

    driver: str
    show: str
    show_saved: str
    show_inside: str
    arm: str
    leave: str
    confirm: str
    revert: str
    timer: str
    save: str
    joined: str
    configuring: re.Pattern[str]
    refusal: re.Pattern[str]
    harmless: re.Pattern[str]
    pending: re.Pattern[str]
    idle: re.Pattern[str]
    whole: re.Pattern[str]
    saved: re.Pattern[str]
