"""The words of a platform that is driven by commands: what is typed, and how its answers are read. Data only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import re


@dataclass(frozen=True, slots=True)
class Terminal:
    """What a transaction types. `driver` is Netmiko's name of the platform; `{units}` is the timer in its units.

    `configuring` matches the prompt inside the configuration, `refusal` a line that says no, `harmless` such a line
    that does not, `pending` the answer to `timer` while a way back is armed, `saved` the answer to `save`.
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
    configuring: re.Pattern[str]
    refusal: re.Pattern[str]
    harmless: re.Pattern[str]
    pending: re.Pattern[str]
    saved: re.Pattern[str]
