"""Lines of a session: each goes to configuration mode or to a command of exec mode, whose output may be filtered."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from lab.devices import rollback
from lab.devices.call import Call
from lab.devices.configure import caret, configure, prompt
from lab.devices.entry import ENTRY
from lab.devices.files import FILES
from lab.devices.grammar import INVALID, Match, grammar
from lab.devices.reply import Reply, said
from lab.devices.session import USER_EXEC
from lab.devices.show import SHOW

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lab.devices.call import Command
    from lab.devices.catalyst import Catalyst
    from lab.devices.session import Session

_COMMANDS: Final[Mapping[str, Command]] = {**SHOW, **FILES, **ENTRY}


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
    if device.lock_holder == session.number:
        device.lock_holder = None
    device.note(f"%SYS-5-CONFIG_I: Configured from console by {session.user} on {session.tty} ({session.address})")
    return Reply()


def forget(device: Catalyst, session: Session) -> None:
    """Let a session that is gone hold nothing any more. Its revert timer runs on."""
    with device.lock:
        device.sessions.pop(session.number, None)
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
    reply = _COMMANDS[found.row.mode or "nothing"](Call(device, session, found))
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
