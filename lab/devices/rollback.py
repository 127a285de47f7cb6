"""The archive, the revert timer and configuration replace.

Sources: "Configuration Rollback Confirmed Change" and "Configuration Replace and Configuration Rollback", IOS XE 17.x
system management guide; "configure revert", "configure replace", "show archive config rollback timer" in the command
reference; the messages from transcripts in napalm-ios #121 and #124, napalm #1701 and byteworks.com's "Reload in X?".
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from lab.devices.tree import parse_tree, print_tree

if TYPE_CHECKING:
    from lab.devices.catalyst import Catalyst
    from lab.devices.session import Session
    from lab.devices.tree import Tree

NOT_ENABLED: Final = " Archive feature not enabled"
NONE_PENDING: Final = "%No Rollback Confirmed Change pending"
ALREADY_PENDING: Final = "%A Rollback Confirmed Change is already pending"
NOT_YOURS: Final = "%Only the user who started the Rollback Confirmed Change can do that"
_BACKUP: Final = "%ARCHIVE_DIFF-5-ROLLBK_CNFMD_CHG_BACKUP: Backing up current running config to "
_STARTED: Final = "%ARCHIVE_DIFF-5-ROLLBK_CNFMD_CHG_ROLLBACK_START: Start rolling to: "
_DEFAULT_ARCHIVES: Final = 10


@dataclass(frozen=True, slots=True)
class Pending:
    """A revert that is armed: `deadline` is when it happens unless it is confirmed, `backup` what it goes back to."""

    user: str
    session: int
    minutes: int
    idle: bool
    armed: float
    deadline: float
    backup: str


def settle(device: Catalyst) -> None:
    """Roll back when the timer has run out."""
    pending = device.pending
    if pending is not None and device.clock() >= pending.deadline:
        roll_back(device, pending, pending.deadline)


def archive_name(device: Catalyst) -> str | None:
    """Return the name of the next archive file, None without `archive` and its `path`."""
    path = device.setting("archive", "path")
    if path is None:
        return None
    now = device.clock()
    moment = time.gmtime(now)
    stamp = f"{time.strftime('%b', moment)}-{moment.tm_mday:2d}-{time.strftime('%H-%M-%S', moment)}"
    stamp = f"{stamp}.{int(now % 1 * 1000):03d}-UTC".replace(" ", "-")
    return f"{path.replace('$h', device.hostname)}-{stamp}-{device.archive_count}"


def archive(device: Catalyst) -> str | None:
    """Save the running configuration in the archive. Returns the name, None when there is no archive or no room."""
    name = archive_name(device)
    if name is None or not store(device, name, print_tree(device.tree)):
        return None
    device.archive_count += 1
    device.archives.append(name)
    most = int(device.setting("archive", "maximum") or _DEFAULT_ARCHIVES)
    keep = device.pending.backup if device.pending else None
    while len(device.archives) > most:
        oldest = next((each for each in device.archives if each not in {keep, name}), None)
        if oldest is None:
            break
        device.archives.remove(oldest)
        device.flash.pop(file_name(oldest), None)
    return name


def file_name(url: str) -> str:
    """Return the name of a file in flash: `flash:/a.cfg`, `bootflash:a.cfg` and `flash:a.cfg` are one."""
    _, _, name = url.rpartition(":")
    return name.removeprefix("/")


def store(device: Catalyst, url: str, text: str) -> bool:
    """Write a file into flash. Returns whether there was room."""
    name = file_name(url)
    used = sum(len(each) for key, each in device.flash.items() if key != name)
    if used + len(text) > device.setup.flash_bytes:
        return False
    device.flash[name] = text
    return True


def arm(device: Catalyst, session: Session, minutes: int, *, idle: bool) -> list[str]:
    """Back up the running configuration and start the timer. Returns what the device says."""
    backup = archive(device)
    if backup is None:
        return ["%Error backing up the running config: no space left on device"]
    now = device.clock()
    deadline = now + minutes * device.setup.minute_s
    device.pending = Pending(session.user, session.number, minutes, idle, now, deadline, backup)
    device.note(f"{_BACKUP}{backup}")
    kind = "IDLETIMER" if idle else "ABSTIMER"
    device.note(
        f"%ARCHIVE_DIFF-5-ROLLBK_CNFMD_CHG_START_{kind}: User: {session.user}(Priv: {session.privilege}, View: 0): "
        f"Scheduled to rollback to config {backup} in {minutes} minutes"
    )
    return [f"Rollback Confirmed Change: Backing up current running config to {backup}", ""]


def refusal(device: Catalyst) -> str | None:
    """Return why no revert can be armed now, None when one can."""
    if device.setting("archive", "path") is None:
        return NOT_ENABLED
    return ALREADY_PENDING if device.pending else None


def keep_awake(device: Catalyst, session: Session) -> None:
    """Start an idle timer anew, because the user who armed it entered a line."""
    pending = device.pending
    if pending and pending.idle and pending.session == session.number:
        device.pending = replace(pending, deadline=device.clock() + pending.minutes * device.setup.minute_s)


def barred(device: Catalyst, session: Session) -> str | None:
    """Return why this user may not touch the timer, None when they may."""
    if device.pending is None:
        return NONE_PENDING
    return None if device.pending.user == session.user else NOT_YOURS


def confirm(device: Catalyst, session: Session) -> list[str]:
    """Keep the change."""
    if (why := barred(device, session)) is not None:
        return [why]
    device.pending = None
    device.note(f"%ARCHIVE_DIFF-5-ROLLBK_CNFMD_CHG_CONFIRM: User: {session.user}: Confirm the configuration change")
    return []


def rearm(device: Catalyst, session: Session, minutes: int, *, idle: bool) -> list[str]:
    """Start the timer anew; what it goes back to stays."""
    why = barred(device, session)
    if why is not None or device.pending is None:
        return [why or NONE_PENDING]
    now = device.clock()
    device.pending = replace(
        device.pending, minutes=minutes, idle=idle, armed=now, deadline=now + minutes * device.setup.minute_s
    )
    return []


def revert_now(device: Catalyst, session: Session) -> list[str]:
    """Go back at once."""
    why = barred(device, session)
    if why is not None or device.pending is None:
        return [why or NONE_PENDING]
    return roll_back(device, device.pending, device.clock())


def roll_back(device: Catalyst, pending: Pending, at: float) -> list[str]:
    """Go back to the backup of a pending revert. Returns what the device says."""
    device.pending = None
    device.note(f"{_STARTED}{pending.backup}", at)
    head = [f"Rollback Confirmed Change: rolling to:{pending.backup}", ""]
    text = device.flash.get(file_name(pending.backup))
    if text is None:
        return [*head, f"%Error opening {pending.backup} (No such file or directory)"]
    return [*head, *replace_with(device, text, pending.user, at)]


def replace_with(device: Catalyst, text: str, user: str, at: float) -> list[str]:
    """Replace the running configuration by a file. Returns what the device says."""
    tree, unknown = parse_tree(text)
    if device.faults.rollback_aborts or unknown:
        bad = list(unknown) or ["end"]
        return _aborted(bad)
    device.note("Rollback:Acquired Configuration lock.", at)
    passes = 0 if tree == device.tree else 1
    if passes:
        device.change(_shared(device, tree), user, at)
    return [f"Total number of passes: {passes}", "Rollback Done", ""]


def _shared(device: Catalyst, tree: Tree) -> Tree:
    """Return the startup configuration's own tree when it is the same: trees are shared."""
    return device.startup if tree == device.startup else tree


def _aborted(bad: list[str]) -> list[str]:
    return [
        "The rollback configlet from the last pass is listed below:",
        "********",
        "!List of Rollback Commands:",
        *bad,
        "********",
        "",
        "",
        "Rollback aborted after 5 passes",
        "The following commands are failed to apply to the IOS image.",
        "********",
        *bad,
        "********",
        "",
    ]


def timer_text(device: Catalyst) -> list[str]:
    """Return what `show archive config rollback timer` shows."""
    pending = device.pending
    if pending is None:
        return [NONE_PENDING]
    when = time.strftime("%H:%M:%S UTC %a %b %d %Y", time.gmtime(pending.armed))
    return [
        f"Time configured(or reconfigured): {when}",
        f"Timer type: {'idle' if pending.idle else 'absolute'} timer",
        f"Timer value: {pending.minutes} min",
        f"User: {pending.user}",
    ]


def archive_text(device: Catalyst) -> list[str]:
    """Return what `show archive` shows."""
    path = device.setting("archive", "path")
    if path is None:
        return [NOT_ENABLED]
    most = int(device.setting("archive", "maximum") or _DEFAULT_ARCHIVES)
    lines = [
        f"The maximum archive configurations allowed is {most}.",
        f"There are currently {len(device.archives)} archive configurations saved.",
        f"The next archive file will be named {path.replace('$h', device.hostname)}-<timestamp>-{device.archive_count}",
        " Archive #  Name",
    ]
    for number in range(1, most + 1):
        name = device.archives[number - 1] if number <= len(device.archives) else ""
        mark = " <- Most Recent" if number == len(device.archives) else ""
        lines.append(f"   {number:<9}{name}{mark}".rstrip() if name else f"   {number}")
    return lines
