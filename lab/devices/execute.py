"""Lines of exec mode, each a function of one table; and the way into and out of configuration mode."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Final

from lab.devices import rollback
from lab.devices.catalyst import VERSION
from lab.devices.configure import caret, configure, prompt
from lab.devices.grammar import INCOMPLETE, INVALID, Match, grammar
from lab.devices.reply import Question, Reply, said
from lab.devices.session import PRIVILEGED, USER_EXEC
from lab.devices.tree import find, parse_tree, print_tree

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lab.devices.catalyst import Catalyst
    from lab.devices.session import Session
    from lab.devices.tree import Tree

    Command = Callable[[Catalyst, Session, Match], Reply]

_ENTER: Final = "Enter configuration commands, one per line.  End with CNTL/Z."
_SURE: Final = (
    "This will apply all necessary additions and deletions\n"
    "to replace the current running configuration with the\n"
    "contents of the specified configuration file, which is\n"
    "assumed to be a complete configuration, not a partial\n"
    "configuration. Enter Y if you are sure you want to proceed. ? [no]: "
)
_LONGEST: Final = 120


def answer(device: Catalyst, session: Session, text: str) -> Reply:
    """Answer a line of a session, whatever mode it is in."""
    with device.lock:
        rollback.settle(device)
        rollback.keep_awake(device, session)
        if text.strip():
            device.entered.append(text.strip())
        if session.path is None:
            return _exec(device, session, text)
        return _config(device, session, text)


def _config(device: Catalyst, session: Session, text: str) -> Reply:
    """Answer a line of configuration mode."""
    stripped = text.strip()
    word = stripped.lower()
    if not word or word.startswith("!"):
        return Reply()
    if word in {"end", "exit"}:
        return _step_out(device, session, entirely=word == "end")
    if word.startswith("do "):
        return _exec(device, session, stripped[3:])
    return configure(device, session, text)


def _step_out(device: Catalyst, session: Session, *, entirely: bool) -> Reply:
    """Leave the section, or configuration mode."""
    if session.path and not entirely:
        session.path = session.path[:-1]
        return Reply()
    session.path = None
    device.config_sessions -= 1
    if device.lock_holder == session.number:
        device.lock_holder = None
    device.note(f"%SYS-5-CONFIG_I: Configured from console by {session.user} on {session.tty} ({session.address})")
    return Reply()


def forget(device: Catalyst, session: Session) -> None:
    """Let a session that is gone hold nothing any more. Its revert timer runs on."""
    with device.lock:
        device.sessions.pop(session.number, None)
        if session.path is not None:
            device.config_sessions -= 1
        if device.lock_holder == session.number:
            device.lock_holder = None


def _exec(device: Catalyst, session: Session, text: str) -> Reply:
    """Answer a line of exec mode, and filter what it prints."""
    if not text.strip() or text.lstrip().startswith("!"):
        return Reply()
    command, _, pipe = text.partition("|")
    found = grammar().match("exec" if session.privilege > USER_EXEC else "user", command)
    if not isinstance(found, Match) or found.negated:
        message = INVALID if isinstance(found, Match) else found.message
        column = 0 if isinstance(found, Match) else found.column
        if column is None:
            return said(message)
        return said(caret(prompt(device, session), text, column), message, "")
    reply = _COMMANDS[found.row.mode or "nothing"](device, session, found)
    return Reply(_filtered(reply.text, pipe), reply.ask, reply.leave) if pipe.strip() else reply


def _filtered(text: str, pipe: str) -> str:
    """Return what `| include`, `exclude`, `begin`, `section` and `count` let through."""
    verb, _, pattern = pipe.strip().partition(" ")
    lines = text.splitlines()
    try:
        wanted = re.compile(pattern.strip().strip('"'))
    except re.error:
        return "% Invalid regular expression\n"
    for name, keep in _FILTERS.items():
        if verb and name.startswith(verb.lower()):
            return "".join(f"{line}\n" for line in keep(lines, wanted))
    return f"{INVALID}\n"


def _begin(lines: list[str], wanted: re.Pattern[str]) -> list[str]:
    start = next((place for place, line in enumerate(lines) if wanted.search(line)), len(lines))
    return lines[start:]


def _section(lines: list[str], wanted: re.Pattern[str]) -> list[str]:
    """Return the lines that match, each with all that stands below it."""
    kept: list[str] = []
    depth: int | None = None
    for line in lines:
        indent = len(line) - len(line.lstrip(" "))
        if depth is not None and indent > depth:
            kept.append(line)
            continue
        depth = indent if wanted.search(line) else None
        if depth is not None:
            kept.append(line)
    return kept


_FILTERS: Final[Mapping[str, Callable[[list[str], re.Pattern[str]], list[str]]]] = {
    "include": lambda lines, wanted: [line for line in lines if wanted.search(line)],
    "exclude": lambda lines, wanted: [line for line in lines if not wanted.search(line)],
    "begin": _begin,
    "section": _section,
    "count": lambda lines, wanted: [
        f"Number of lines which match regexp = {sum(bool(wanted.search(x)) for x in lines)}"
    ],
}


def _stamp(at: float) -> str:
    return time.strftime("%H:%M:%S UTC %a %b %d %Y", time.gmtime(at))


def heading(device: Catalyst) -> str:
    """Return the comments that a running configuration begins with, without its size."""
    by = f" by {device.changed_at[1]}" if device.changed_at[1] else ""
    return f"!\n! Last configuration change at {_stamp(device.changed_at[0])}{by}\n!\n"


def _show_running(device: Catalyst, session: Session, match: Match) -> Reply:
    text = f"{heading(device)}{print_tree(device.tree)}end\n"
    return Reply(f"Building configuration...\n\nCurrent configuration : {len(text)} bytes\n{text}\n")


def _show_startup(device: Catalyst, session: Session, match: Match) -> Reply:
    text = f"!\n! Last configuration change at {_stamp(device.saved_at[0])}\n!\n{print_tree(device.startup)}end\n"
    return Reply(f"Using {len(text)} out of 33554432 bytes\n{text}\n")


def _show_version(device: Catalyst, session: Session, match: Match) -> Reply:
    up = int(device.clock() - device.down_until) if device.boots else 0
    return said(
        f"Cisco IOS XE Software, Version {VERSION}",
        f"Cisco IOS Software [Dublin], C9800-CL Software (C9800-CL-K9_IOSXE), Version {VERSION}, RELEASE SOFTWARE (sim)",
        "This is a simulation made for tests; no Cisco software runs here.",
        "",
        f"{device.hostname} uptime is {up // 60} minutes",
        'System image file is "bootflash:packages.conf"',
        "",
        "cisco C9800-CL (VXE) processor (revision VXE) with 2078180K/3075K bytes of memory.",
        "Configuration register is 0x2102",
        "",
    )


def _show_clock(device: Catalyst, session: Session, match: Match) -> Reply:
    now = device.clock()
    moment = time.gmtime(now)
    return said(
        f"{time.strftime('%H:%M:%S', moment)}.{int(now % 1 * 1000):03d} {time.strftime('UTC %a %b %d %Y', moment)}"
    )


def _show_users(device: Catalyst, session: Session, match: Match) -> Reply:
    rows = [f"   {'*' if each is session else ' '}{each.tty:<12} {each.user}" for each in device.sessions.values()]
    return said("    Line       User", *rows)


def _show_logging(device: Catalyst, session: Session, match: Match) -> Reply:
    return said("Syslog logging: enabled", "", "Log Buffer (102400 bytes):", "", *device.log)


def _show_config_log(device: Catalyst, session: Session, match: Match) -> Reply:
    if find(device.tree, ("archive", "log config", "logging enable")) is None:
        return said("% Config Logger disabled.")
    rows = [
        f"{each.index:5} {each.session:5} {f'{each.user}@{each.tty}':>22}  |{each.command}"
        for each in device.config_log
    ]
    return said(" idx   sess           user@line      Logged command", *rows)


def _show_lock(device: Catalyst, session: Session, match: Match) -> Reply:
    holder = device.sessions.get(device.lock_holder or 0)
    return said(
        "Parser Configure Lock",
        "---------------------",
        f"Owner PID         : {device.lock_holder or -1}",
        f"User              : {holder.user if holder else 'unknown'}",
        f"TTY               : {device.lock_holder or -1}",
        f"Type              : {'EXCLUSIVE' if holder else 'NO LOCK'}",
        f"State             : {'LOCKED' if holder else 'FREE'}",
    )


def _write_memory(device: Catalyst, session: Session, match: Match) -> Reply:
    device.startup, device.saved_at = device.tree, (device.clock(), session.user)
    if find(device.tree, ("archive", "write-memory")):
        rollback.archive(device)
    return said("Building configuration...", "[OK]")


def _enter(device: Catalyst, session: Session, *, lock: bool = False) -> Reply:
    """Enter configuration mode, with its lock when that is configured."""
    if (taken := _locked(device, session)) is not None:
        return said(taken)
    exclusive = device.setting("configuration mode exclusive")
    text = ""
    if exclusive == "auto" or (lock and exclusive is not None):
        device.lock_holder = session.number
        text = (
            "Configuration mode locked exclusively. The lock will be cleared once you exit out of configuration mode "
        )
        text += "using end/exit\n"
    if session.path is None:
        device.config_sessions += 1
    session.path = ()
    return Reply(f"{text}{_ENTER}\n")


def _locked(device: Catalyst, session: Session) -> str | None:
    holder = device.sessions.get(device.lock_holder or 0)
    if holder is None or holder is session:
        return None
    return (
        f"Configuration mode locked exclusively by user '{holder.user}' process '{holder.number}' from terminal "
        f"'{holder.number}'. Please try later."
    )


def _minutes(match: Match) -> int | None:
    """Return the minutes of a timer, None when they are not 1 to 120 (command reference, "configure revert")."""
    minutes = int(match.words[-1])
    return minutes if 1 <= minutes <= _LONGEST else None


def _arm(device: Catalyst, session: Session, match: Match) -> Reply:
    """Start the revert timer and enter configuration mode."""
    minutes = _minutes(match)
    if minutes is None:
        return _wrong_number(device, session, match)
    why = rollback.refusal(device) or _locked(device, session)
    if why is not None:
        return said(why)
    lines = rollback.arm(device, session, minutes, idle="idle" in match.words)
    if device.pending is None:
        return said(*lines)
    return Reply(said(*lines).text + _enter(device, session).text)


def _wrong_number(device: Catalyst, session: Session, match: Match) -> Reply:
    text = match.line
    return said(caret(prompt(device, session), text, text.rindex(match.words[-1])), INVALID, "")


def _rearm(device: Catalyst, session: Session, match: Match) -> Reply:
    minutes = _minutes(match)
    if minutes is None:
        return _wrong_number(device, session, match)
    return said(*rollback.rearm(device, session, minutes, idle="idle" in match.words))


def _configure_replace(device: Catalyst, session: Session, match: Match) -> Reply:
    """Replace the running configuration by a file: URL [nolock] [list] [force] [revert trigger [error] [timer N] | time N]."""
    url, *options = match.words[-1].split()
    text = _file(device, url)
    if text is None:
        return said(f"%Error opening {url} (No such file or directory)")
    minutes = int(options[-1]) if options[-2:-1] in (["time"], ["timer"]) and options[-1].isdigit() else None
    if minutes is not None and (why := rollback.refusal(device)) is not None:
        return said(why)

    def go(_: str = "y") -> Reply:
        lines = rollback.arm(device, session, minutes, idle=False) if minutes else []
        done = rollback.replace_with(device, text, session.user, device.clock())
        if "error" in options and any(line.startswith("Rollback aborted") for line in done) and device.pending:
            done += rollback.revert_now(device, session)
        return said(*lines, *done)

    if "force" in options:
        return go()
    return Reply(ask=Question(_SURE, lambda text: go() if text.strip().lower() in {"y", "yes"} else Reply()))


def _file(device: Catalyst, url: str) -> str | None:
    """Return the text of a file."""
    known: Mapping[str, Tree] = {
        "running-config": device.tree,
        "system:running-config": device.tree,
        "startup-config": device.startup,
        "nvram:startup-config": device.startup,
    }
    if url in known:
        return print_tree(known[url])
    return device.flash.get(rollback.file_name(url))


_NAMES: Final = ("running-config", "startup-config")


def _copy(device: Catalyst, session: Session, match: Match) -> Reply:
    """Copy between running, startup and flash, asking for the name as IOS does unless `file prompt quiet` is set."""
    source, target = (_whole(word) for word in match.words[1:])
    text = _file(device, source)
    if text is None:
        return said(f"%Error opening {source} (No such file or directory)")
    default = rollback.file_name(target)

    def go(typed: str) -> Reply:
        return _copy_to(device, session, text, (source, target if not typed.strip() else f"flash:{typed.strip()}"))

    if device.setting("file prompt") == "quiet":
        return go("")
    return Reply(ask=Question(f"Destination filename [{default}]? ", go))


def _whole(word: str) -> str:
    return next((name for name in _NAMES if name.startswith(word) and len(word) > 1), word)


def _copy_to(device: Catalyst, session: Session, text: str, way: tuple[str, str]) -> Reply:
    source, target = way
    if target == "startup-config" and source == "running-config":
        device.startup, device.saved_at = device.tree, (device.clock(), session.user)
        return said("Building configuration...", "[OK]")
    if target == "running-config":
        return _merge(device, session, text)
    if target == "startup-config":
        device.startup, _ = parse_tree(text)
        return said("[OK]")
    if not rollback.store(device, target, f"{heading(device)}{text}end\n"):
        return said(f"%Error writing {target} (No space left on device)")
    return said(f"{len(text)} bytes copied in 0.412 secs ({int(len(text) / 0.412)} bytes/sec)")


def _merge(device: Catalyst, session: Session, text: str) -> Reply:
    """Take the lines of a file one by one, as if they were typed; an error does not stop the rest."""
    saved, session.path, output = session.path, (), ""
    depths: list[int] = [0]
    for line in text.splitlines():
        if not line.strip() or line.lstrip().startswith("!") or line == "end":
            continue
        indent = len(line) - len(line.lstrip(" "))
        while len(depths) > 1 and indent < depths[-1]:
            depths.pop()
        session.path = session.path[: len(depths) - 1] if indent <= depths[-1] else session.path
        if indent > depths[-1]:
            depths.append(indent)
        output += configure(device, session, line.strip()).text
    session.path = saved
    return Reply(f"{output}{len(text)} bytes copied in 0.433 secs ({int(len(text) / 0.433)} bytes/sec)\n")


def _delete(device: Catalyst, session: Session, match: Match) -> Reply:
    url = match.words[-1]
    name = rollback.file_name(url)

    def go(_: str = "") -> Reply:
        if device.flash.pop(name, None) is None:
            return said(f"%Error deleting flash:{name} (No such file or directory)")
        return Reply()

    if "/force" in match.words or device.setting("file prompt") == "quiet":
        return go()
    sure = Question(f"Delete flash:/{name}? [confirm]", lambda text: Reply() if text.strip() else go())
    return Reply(ask=Question(f"Delete filename [{name}]? ", lambda _: Reply(ask=sure)))


def _more(device: Catalyst, session: Session, match: Match) -> Reply:
    text = _file(device, match.words[-1])
    return said(f"%Error opening {match.words[-1]} (No such file or directory)") if text is None else Reply(text)


def _directory(device: Catalyst, session: Session, match: Match) -> Reply:
    size = device.setup.flash_bytes
    used = sum(len(text) for text in device.flash.values())
    rows = [f"{number:4}  -rw-  {len(text):>10}  {name}" for number, (name, text) in enumerate(device.flash.items(), 1)]
    return said("Directory of flash:/", "", *rows, "", f"{size} bytes total ({size - used} bytes free)")


def _enable(device: Catalyst, session: Session, match: Match) -> Reply:
    """Ask for the enable secret. Three tries, as IOS gives."""
    secret = device.setting("enable secret")
    if secret is None:
        return said("% Error in authentication.")
    text = secret.split()[-1]

    def tries(left: int) -> Question:
        def check(typed: str) -> Reply:
            if device.vault.plain("9", text) == typed or (text.startswith("$9$") and device.vault.verify9(typed, text)):
                session.privilege = PRIVILEGED
                return Reply()
            return Reply(ask=tries(left - 1)) if left > 1 else said("% Bad secrets", "")

        return Question("Password: ", check, hidden=True)

    return Reply(ask=tries(3))


def _disable(device: Catalyst, session: Session, match: Match) -> Reply:
    session.privilege = USER_EXEC
    return Reply()


def _terminal_length(device: Catalyst, session: Session, match: Match) -> Reply:
    session.length = int(match.words[-1])
    return Reply()


def _terminal_width(device: Catalyst, session: Session, match: Match) -> Reply:
    session.width = int(match.words[-1])
    return Reply()


def _reload(device: Catalyst, session: Session, match: Match) -> Reply:
    """Reboot, after asking whether to save what is not saved."""

    def go(typed: str) -> Reply:
        if not typed.strip():
            device.reboot()
        return Reply(leave=not typed.strip())

    sure = Question("Proceed with reload? [confirm]", go)
    if device.tree == device.startup:
        return Reply(ask=sure)

    def save(typed: str) -> Reply:
        text = _write_memory(device, session, match).text if typed.strip().lower().startswith("y") else ""
        return Reply(text, sure)

    return Reply(ask=Question("\nSystem configuration has been modified. Save? [yes/no]: ", save))


def _archive_config(device: Catalyst, session: Session, match: Match) -> Reply:
    return Reply() if rollback.archive(device) else said(rollback.NOT_ENABLED, "% Error caught by command handler")


_COMMANDS: Final[Mapping[str, Command]] = {
    "archive_config": _archive_config,
    "configure_confirm": lambda device, session, _: said(*rollback.confirm(device, session)),
    "configure_lock": lambda device, session, _: _enter(device, session, lock=True),
    "configure_replace": _configure_replace,
    "configure_revert": _arm,
    "configure_revert_idle": _arm,
    "configure_terminal": lambda device, session, _: _enter(device, session),
    "copy": _copy,
    "delete": _delete,
    "delete_force": _delete,
    "directory": _directory,
    "disable": _disable,
    "enable": _enable,
    "leave": lambda *_: Reply(leave=True),
    "more": _more,
    "nothing": lambda *_: Reply(),
    "reload": _reload,
    "revert_now": lambda device, session, _: said(*rollback.revert_now(device, session)),
    "revert_timer": _rearm,
    "revert_timer_idle": _rearm,
    "show_archive": lambda device, *_: said(*rollback.archive_text(device)),
    "show_clock": _show_clock,
    "show_config_log": _show_config_log,
    "show_lock": _show_lock,
    "show_logging": _show_logging,
    "show_privilege": lambda _, session, __: said(f"Current privilege level is {session.privilege}"),
    "show_rollback_timer": lambda device, *_: said(*rollback.timer_text(device)),
    "show_running": _show_running,
    "show_startup": _show_startup,
    "show_users": _show_users,
    "show_version": _show_version,
    "terminal_length": _terminal_length,
    "terminal_width": _terminal_width,
    "write_memory": _write_memory,
}
