"""When a change may be made, by whom and with whose consent: `change_control` of the federation and of a borough."""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from roaming.model.base import Day, Record, Text

LONDON: Final = "Europe/London"

_DAY: Final = "(Mo|Tu|We|Th|Fr|Sa|Su)"
_TIME: Final = "([01][0-9]|2[0-3]):[0-5][0-9]"
WINDOW: Final = rf"^{_DAY}(-{_DAY})?(,{_DAY}(-{_DAY})?)* {_TIME}-({_TIME}|24:00)$"
PUBLIC_KEY: Final = r"^(ssh|ecdsa|sk-ssh|sk-ecdsa)[a-z0-9@.-]* [A-Za-z0-9+/]+=*$"
LOGIN: Final = r"^[a-z_][a-z0-9._-]{0,31}$"


def _two_times(window: str) -> str:
    """Refuse a window that opens when it closes: it could mean a day or nothing."""
    opens, _, closes = window.rpartition(" ")[2].partition("-")
    if opens == closes:
        message = f"'{window}' opens when it closes; a whole day is 00:00-24:00"
        raise ValueError(message)
    return window


def _expression(pattern: str) -> str:
    """Refuse what is no regular expression."""
    try:
        re.compile(pattern)
    except re.error as error:
        message = f"'{pattern}' is not a regular expression: {error}"
        raise ValueError(message) from None
    return pattern


def _zone(name: str) -> str:
    """Refuse a zone that this machine cannot look up."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        message = f"'{name}' is no time zone that this machine knows, such as {LONDON}"
        raise ValueError(message) from None
    return name


Window = Annotated[str, StringConstraints(pattern=WINDOW, max_length=60), AfterValidator(_two_times)]
Expression = Annotated[str, StringConstraints(min_length=1, max_length=100), AfterValidator(_expression)]
ZoneName = Annotated[str, StringConstraints(min_length=1, max_length=60), AfterValidator(_zone)]

Batch = Annotated[int, Field(ge=1, le=1000)]
Failures = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]


class Freeze(Record):
    """Days without changes, both ends included."""

    first: Day = Field(alias="from")
    last: Day = Field(alias="to")
    reason: Text

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last < self.first:
            message = f"a freeze from {self.first} to {self.last} ends before it begins"
            raise ValueError(message)
        return self

    def holds(self, day: Day) -> bool:
        """Tell whether a day is in it."""
        return self.first <= day <= self.last


class Approver(Record):
    """Somebody who may approve a plan: a login name, and the SSH key whose signature says so."""

    name: Annotated[str, StringConstraints(pattern=LOGIN)]
    public_key: Annotated[str, StringConstraints(pattern=PUBLIC_KEY, max_length=1000)]


class ChangeControl(Record):
    """What is asked of a change. All times are the federation's local time.

    `windows`: "Tu-Th 22:00-05:00", the days are those on which it opens. `ticket`: a regular expression for the whole
    of it.
    """

    windows: tuple[Window, ...] = ()
    freezes: tuple[Freeze, ...] = ()
    ticket: Expression | None = None
    second_approver: Literal["required"] | None = None
    approvers: tuple[Approver, ...] = ()


class BoroughChangeControl(ChangeControl):
    """What a borough asks beside the federation: bounds that it does not name are the federation's."""

    batch: Batch | None = None
    max_failures: Failures | None = None
    max_share: Share | None = None


class FederationChangeControl(ChangeControl):
    """What is asked of every change: how many devices go together, and how many may fail.

    `max_share` is of the devices tried. A zone that is not named is not looked up before a window or freeze needs it.
    """

    batch: Batch = 10
    max_failures: Failures = 0
    max_share: Share = 1.0
    time_zone: ZoneName | None = None

    @model_validator(mode="after")
    def _somebody_may_approve(self) -> Self:
        if self.second_approver and not self.approvers:
            message = "a second approver is required, and approvers lists nobody"
            raise ValueError(message)
        return self
