"""Devices whose last push was cut short: what the journal knows of them, and how they are settled.

The journal says only where to look. What a device runs is read from the device.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from roaming.push.on_linux import Prints
from roaming.push.states import ORDER, Outcome, State

if TYPE_CHECKING:
    from collections.abc import Mapping


# Only what was read from the device ends it: one that was held or did not answer stands as it stood.
_READ: Final = frozenset({Outcome.CHANGED, Outcome.UNCHANGED, Outcome.REFUSED})


@dataclass(frozen=True, slots=True)
class OpenDevice:
    """A device that a run began and of which nobody took down the end. `state` is the last step that was begun."""

    device: str
    run: str
    state: State
    prints: Prints = field(repr=False)


def open_devices(lines: tuple[Mapping[str, object], ...]) -> dict[str, OpenDevice]:
    """Return the devices that a push began and did not end, or ended without knowing what they run."""
    found: dict[str, OpenDevice] = {}
    for line in lines:
        device, event = str(line.get("device")), line.get("event")
        if event == "device":
            found[device] = OpenDevice(device, str(line.get("run")), State.PLANNED, _prints(line.get("files")))
        elif event == "step" and device in found:
            one = found[device]
            found[device] = OpenDevice(device, one.run, State(str(line.get("state"))), one.prints)
        elif event == "outcome" and device in found and _ends(line, found[device]):
            del found[device]
    return found


def _ends(line: Mapping[str, object], left: OpenDevice) -> bool:
    """Tell whether an outcome ends what was open; a run also ends what it never armed itself."""
    if line.get("outcome") in _READ:
        return True
    armed = ORDER.index(left.state) >= ORDER.index(State.ARMED) if left.state in ORDER else True
    return line.get("run") == left.run and not armed and line.get("outcome") != Outcome.UNKNOWN


def _prints(files: object) -> Prints:
    before: dict[str, str | None] = {}
    after: dict[str, str | None] = {}
    for file in files if isinstance(files, list) else ():
        before[file["path"]] = file["before"]
        after[file["path"]] = file["after"]
    return Prints(before, after)
