"""Commands that show something or change the terminal only."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Final

from lab.devices import rollback
from lab.devices.record import VERSION
from lab.devices.reply import Question, Reply, said
from lab.devices.session import PRIVILEGED, USER_EXEC
from lab.devices.tree import find, print_tree

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lab.devices.call import Call, Command
    from lab.devices.catalyst import Catalyst


def _stamp(at: float) -> str:
    return time.strftime("%H:%M:%S UTC %a %b %d %Y", time.gmtime(at))


def heading(device: Catalyst) -> str:
    """Return the comments that a running configuration begins with, without its size."""
    by = f" by {device.changed_at[1]}" if device.changed_at[1] else ""
    return f"!\n! Last configuration change at {_stamp(device.changed_at[0])}{by}\n!\n"


def _show_running(call: Call) -> Reply:
    text = f"{heading(call.device)}{print_tree(call.device.tree)}end\n"
    return Reply(f"Building configuration...\n\nCurrent configuration : {len(text)} bytes\n{text}\n")


def _show_startup(call: Call) -> Reply:
    head = f"!\n! Last configuration change at {_stamp(call.device.saved_at[0])}\n!\n"
    text = f"{head}{print_tree(call.device.startup)}end\n"
    return Reply(f"Using {len(text)} out of 33554432 bytes\n{text}\n")


def _show_access_points(call: Call) -> Reply:
    """Show every access point that has tags as one that has joined; its radios begin at a MAC made from its own."""
    macs = [each.line.split()[1] for each in call.device.tree if re.fullmatch(r"ap [0-9a-f.]{14}", each.line)]
    rows = [
        f"{f'AP{mac}':<32} 2      C9120AXI-E            {mac}  {_radio(mac)}  default location      GB  "
        f"10.41.0.{place}  Registered"
        for place, mac in enumerate(macs, start=1)
    ]
    head = f"{'AP Name':<32} Slots  AP Model              Ethernet MAC    Radio MAC       Location              CC  "
    return said(f"Number of APs: {len(macs)}", "", f"{head}IP Address  State", "-" * 130, *rows)


def _radio(mac: str) -> str:
    digits = f"06{mac.replace('.', '')[4:]}00"
    return ".".join(digits[at : at + 4] for at in (0, 4, 8))


def _show_version(call: Call) -> Reply:
    up = int(call.device.clock() - call.device.booted_at)
    return said(
        f"Cisco IOS XE Software, Version {VERSION}",
        f"Cisco IOS Software [Dublin], C9800-CL Software (C9800-CL-K9_IOSXE), Version {VERSION}",
        "This is a simulation made for tests; no Cisco software runs here.",
        "",
        f"{call.device.hostname} uptime is {up // 60} minutes",
        'System image file is "bootflash:packages.conf"',
        "",
        "cisco C9800-CL (VXE) processor (revision VXE) with 2078180K/3075K bytes of memory.",
        "Configuration register is 0x2102",
        "",
    )


def _show_clock(call: Call) -> Reply:
    now = call.device.clock()
    moment = time.gmtime(now)
    return said(
        f"{time.strftime('%H:%M:%S', moment)}.{int(now % 1 * 1000):03d} {time.strftime('UTC %a %b %d %Y', moment)}"
    )


def _show_users(call: Call) -> Reply:
    rows = [
        f"   {'*' if each is call.session else ' '}{each.tty:<12} {each.user}" for each in call.device.sessions.values()
    ]
    return said("    Line       User", *rows)


def _show_logging(call: Call) -> Reply:
    return said("Syslog logging: enabled", "", "Log Buffer (102400 bytes):", "", *call.device.log)


def _show_config_log(call: Call) -> Reply:
    if find(call.device.tree, ("archive", "log config", "logging enable")) is None:
        return said("% Config Logger disabled.")
    rows = [
        f"{each.index:5} {each.session:5} {f'{each.user}@{each.tty}':>22}  |{each.command}"
        for each in call.device.config_log
    ]
    return said(" idx   sess           user@line      Logged command", *rows)


def _show_lock(call: Call) -> Reply:
    holder = call.device.sessions.get(call.device.lock_holder or 0)
    return said(
        "Parser Configure Lock",
        "---------------------",
        f"Owner PID         : {call.device.lock_holder or -1}",
        f"User              : {holder.user if holder else 'unknown'}",
        f"TTY               : {call.device.lock_holder or -1}",
        f"Type              : {'EXCLUSIVE' if holder else 'NO LOCK'}",
        f"State             : {'LOCKED' if holder else 'FREE'}",
    )


def _enable(call: Call) -> Reply:
    """Ask for the enable secret. Three tries, as IOS gives."""
    secret = call.device.setting("enable secret")
    if secret is None:
        return said("% Error in authentication.")
    text = secret.split()[-1]

    def tries(left: int) -> Question:
        def check(typed: str) -> Reply:
            if call.device.vault.plain("9", text) == typed or (
                text.startswith("$9$") and call.device.vault.verify9(typed, text)
            ):
                call.session.privilege = PRIVILEGED
                return Reply()
            return Reply(ask=tries(left - 1)) if left > 1 else said("% Bad secrets", "")

        return Question("Password: ", check, hidden=True)

    return Reply(ask=tries(3))


def _disable(call: Call) -> Reply:
    call.session.privilege = USER_EXEC
    return Reply()


def _terminal_length(call: Call) -> Reply:
    call.session.length = int(call.match.words[-1])
    return Reply()


def _terminal_width(call: Call) -> Reply:
    call.session.width = int(call.match.words[-1])
    return Reply()


SHOW: Final[Mapping[str, Command]] = {
    "disable": _disable,
    "enable": _enable,
    "leave": lambda _: Reply(leave=True),
    "nothing": lambda _: Reply(),
    "show_access_points": _show_access_points,
    "show_archive": lambda call: said(*rollback.archive_text(call.device)),
    "show_clock": _show_clock,
    "show_config_log": _show_config_log,
    "show_lock": _show_lock,
    "show_logging": _show_logging,
    "show_privilege": lambda call: said(f"Current privilege level is {call.session.privilege}"),
    "show_rollback_timer": lambda call: said(*rollback.timer_text(call.device)),
    "show_running": _show_running,
    "show_startup": _show_startup,
    "show_users": _show_users,
    "show_version": _show_version,
    "terminal_length": _terminal_length,
    "terminal_width": _terminal_width,
}
