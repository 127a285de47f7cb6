"""What goes wrong with one device, as data: set it before the start or while sessions run."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from pydantic import TypeAdapter, ValidationError

from lab.errors import LabError

if TYPE_CHECKING:
    from collections.abc import Mapping


class Cut(StrEnum):
    """How a session ends at a line.

    `before`: the connection is lost before the line takes effect. `after`: it takes effect and its answer is lost.
    `hang`: it takes effect and the session never answers again. `crash`: the device reboots before it takes effect.
    """

    BEFORE = "before"
    AFTER = "after"
    HANG = "hang"
    CRASH = "crash"


class Login(StrEnum):
    """How the device meets a new connection: as it should, denying every login, silently, or by a reset."""

    NORMAL = "normal"
    DENIED = "denied"
    SILENT = "silent"
    RESET = "reset"


@dataclass(frozen=True, slots=True)
class Refused:
    """Lines that this device refuses: those where `pattern` is found, with `message`."""

    pattern: str
    message: str


@dataclass(frozen=True, slots=True)
class Faults:
    """What goes wrong. A cut happens once, at line `cut_line` of a session (from 1), or where `cut_on` is found, or
    with `cut_chance` at each line.

    `line_delay_ms` is the time to answer a line; `identification_delay_s` the time to SSH's own first line.
    `rollback_aborts` lets a rollback fail as IOS does after five passes; `reboot_s` is how long a reboot takes.
    """  # noqa: D205  the fields need both sentences

    line_delay_ms: float = 0
    cut: Cut | None = None
    cut_line: int | None = None
    cut_on: str | None = None
    cut_chance: float = 0
    login: Login = Login.NORMAL
    identification_delay_s: float = 0
    refused: tuple[Refused, ...] = ()
    rollback_aborts: bool = False
    reboot_s: float = 1


_FAULTS: TypeAdapter[Faults] = TypeAdapter(Faults)


def faults_of(data: Mapping[str, object]) -> Faults:
    """Read faults from what JSON gave. Raises `LabError` naming the first field that is wrong."""
    unknown = sorted(set(data) - set(Faults.__slots__))
    if unknown:
        message = f"a simulated device has no fault {unknown[0]!r}"
        raise LabError(message)
    try:
        return _FAULTS.validate_python(data)
    except ValidationError as error:
        first = error.errors()[0]
        message = f"fault {'.'.join(map(str, first['loc']))}: {first['msg']}"
        raise LabError(message) from None


def faults_data(faults: Faults) -> object:
    """Return faults as JSON can carry them."""
    return _FAULTS.dump_python(faults, mode="json")
