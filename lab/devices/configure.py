"""Lines of configuration mode: which section they belong to, what they replace, what the wireless part refuses.

Refusals while a WLAN or a policy profile is up are quoted from published transcripts (see docs/simulated-catalyst.md).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from lab.devices.grammar import INCOMPLETE, INVALID, Match, Refusal, grammar
from lab.devices.protection import as_kept, convert, log_text
from lab.devices.record import Logged
from lab.devices.reply import Question, Reply, said
from lab.devices.session import Section
from lab.devices.tree import DELIMITER, GLOBAL, Node, drop, edit, find, node, put, quit_line

if TYPE_CHECKING:
    from lab.devices.catalyst import Catalyst
    from lab.devices.session import Session

_GUARDED: Final = {"wlan": "WLAN", "policy": "Policy profile"}
_TYPE0: Final = (
    " WARNING: Command has been added to the configuration using a type 0 password. However, recommended to migrate to "
    "strong type-6 encryption"
)
_BANNER: Final = re.compile(r"banner\s+(login|motd|exec)\s+(\S.*)$", re.IGNORECASE)
_MASTER: Final = re.compile(r"(no\s+)?key\s+config-key\s+password-enc\w*(?:\s+(\S+))?$", re.IGNORECASE)
_CERTIFICATE: Final = "Enter the certificate in hexadecimal representation...."


@dataclass(frozen=True, slots=True)
class Line:
    """A line that a mode took: where it applies and what it is."""

    path: tuple[Section, ...]
    match: Match


def configure(device: Catalyst, session: Session, text: str) -> Reply:
    """Take one line of configuration mode."""
    for refused in device.faults.refused:
        if re.search(refused.pattern, text):
            return said(refused.message)
    special = _special(device, session, text)
    if special is not None:
        return special
    line = _place(device, session, text)
    if isinstance(line, Refusal):
        return _refused(session, device, text, line)
    if (why := _guard(device, line)) is not None:
        return said(why)
    session.path = line.path
    return _apply(device, session, line)


def _refused(session: Session, device: Catalyst, text: str, refusal: Refusal) -> Reply:
    """Say why a line was not taken, with the caret under the word."""
    if refusal.column is None:
        return said(refusal.message)
    return said(caret(prompt(device, session), text, refusal.column), refusal.message, "")


def caret(shown: str, text: str, column: int) -> str:
    """Return the line with the caret: it stands under the word as the terminal shows it, after the prompt."""
    indent = len(text) - len(text.lstrip())
    return " " * (len(shown) + max(column, indent)) + "^"


def prompt(device: Catalyst, session: Session) -> str:
    """Return the prompt of a session."""
    if session.path is None:
        return f"{device.hostname}{'#' if session.privilege > 1 else '>'}"
    return f"{device.hostname[:20]}({grammar().modes[session.mode].prompt})#"


def _special(device: Catalyst, session: Session, text: str) -> Reply | None:
    """Take the lines that ask for more lines: banners and the master key."""
    banner, master = _BANNER.match(text.strip()), _MASTER.match(text.strip())
    if banner:
        return _banner(device, session, banner[1].lower(), banner[2])
    if master:
        if master[1]:
            device.vault.master = None
            return Reply()
        return _master(device, session, master[2])
    return None


def _banner(device: Catalyst, session: Session, kind: str, first: str) -> Reply:
    """Start a banner: its first character ends it."""
    delimiter = DELIMITER if first.startswith(DELIMITER) else first[0]
    taken: list[str] = []

    def more(text: str) -> Reply:
        body, closed, _ = text.partition(delimiter)
        taken.append(body)
        if not closed:
            return Reply(ask=Question("", more, raw=True))
        made, _ = node(GLOBAL, f"banner {kind} x")
        whole = f"banner {kind} {DELIMITER}" + "\n".join(taken) + DELIMITER
        _put_line(device, session, (), replace(made, line=whole))
        _log(device, session, f"banner {kind}")
        return Reply()

    reply = more(first[len(delimiter) :])
    if reply.ask is None:
        return reply
    return Reply(f"Enter TEXT message.  End with the character '{delimiter}'.\n", reply.ask)


def _master(device: Catalyst, session: Session, key: str | None) -> Reply:
    """Set the master key of type 6, asking for it when it is not in the line."""
    if key is not None:
        return _set_master(device, session, key)

    def again(first: str) -> Reply:
        def compare(second: str) -> Reply:
            return _set_master(device, session, first) if first == second else said("% Keys do not match")

        return Reply(ask=Question("Confirm key: ", compare, hidden=True))

    return Reply(ask=Question("New key: ", again, hidden=True))


def _set_master(device: Catalyst, session: Session, key: str) -> Reply:
    device.vault.master = key
    _log(device, session, "key config-key password-encrypt *")
    convert(device, session)
    return Reply()


def _place(device: Catalyst, session: Session, text: str) -> Line | Refusal:
    """Find the mode that takes a line: the session's own, else the nearest one above, as IOS does.

    Keywords written out win over keywords cut short: `aaa new-model` is no `aaa-policy new-model`.
    """
    path = session.path or ()
    first: Refusal | None = None
    short: Line | None = None
    for depth in range(len(path), -1, -1):
        here = path[:depth]
        mode = here[-1].mode if here else GLOBAL
        if here and find(device.tree, tuple(each.key for each in here)) is None:
            first = first or Refusal(INVALID, 0)
            continue
        found = grammar().match(mode, text)
        if isinstance(found, Refusal):
            found = _known_section(device, here, mode, text) or found
        if isinstance(found, Match):
            if found.exact:
                return Line(here, found)
            short = short or Line(here, found)
        elif first is None or (first.column or 0) < (found.column or 0) or found.message == INCOMPLETE:
            first = found
    return short or first or Refusal(INCOMPLETE)


def _known_section(device: Catalyst, here: tuple[Section, ...], mode: str, text: str) -> Match | None:
    """Return the match of a section that is named without the rest, as `wlan NAME`, when it exists."""
    named = grammar().match(mode, f"no {text.strip()}")
    if not isinstance(named, Match) or not named.partial or named.row.mode is None:
        return None
    existing = find(device.tree, (*(each.key for each in here), named.key))
    if existing is None:
        return None
    whole = grammar().match(mode, existing.line)
    return whole if isinstance(whole, Match) else None


def _guard(device: Catalyst, line: Line) -> str | None:
    """Refuse a change of a WLAN or policy profile that is up."""
    path, match = tuple(each.key for each in line.path), line.match
    if line.path and line.path[-1].mode in _GUARDED:
        section, kind = find(device.tree, path), _GUARDED[line.path[-1].mode]
        if match.key == "shutdown":
            return None
    elif match.row.mode in _GUARDED and not match.negated and not _same(device, match):
        section, kind = find(device.tree, (match.key,)), _GUARDED[match.row.mode]
    else:
        return None
    if section is None or all(child.line != "no shutdown" for child in section.children):
        return None
    return f"% {kind} needs to be disabled before performing this operation."


def _same(device: Catalyst, match: Match) -> bool:
    existing = find(device.tree, (match.key,))
    return existing is not None and existing.line == match.line


def _apply(device: Catalyst, session: Session, line: Line) -> Reply:
    """Let a line take effect."""
    match, keys = line.match, session.keys
    logged = log_text(device, match)
    warning = Reply()
    if match.negated:
        _negate(device, session, match, keys)
    elif match.row.default_on:
        device.change(edit(device.tree, keys, lambda level: drop(level, match.key)), session.user)
    else:
        words, plain = as_kept(device, match)
        warning = said(_TYPE0) if plain and match.row.tokens[-1] == "KEY" else Reply()
        _put_line(device, session, keys, Node(" ".join(words), match.key, match.row.rank, match.row.mode))
    _log(device, session, logged)
    _settings(device, session, match)
    if match.row.mode is None or match.negated:
        return warning
    session.path = (*(session.path or ()), Section(match.key, match.row.mode))
    return _certificate(device, session) if match.row.mode == "certificate" else warning


def _put_line(device: Catalyst, session: Session, keys: tuple[str, ...], new: Node) -> None:
    before = find(device.tree, (*keys, new.key))
    if before is not None and before.line == new.line:
        return
    device.change(edit(device.tree, keys, lambda level: put(level, new)), session.user)


def _negate(device: Catalyst, session: Session, match: Match, keys: tuple[str, ...]) -> None:
    """Take a setting away; one that is on by default is then shown by its `no` form."""
    if match.row.default_on and not match.partial:
        _put_line(device, session, keys, Node(f"no {match.line}", match.key, match.row.rank))
        return
    before = find(device.tree, keys).children if keys and find(device.tree, keys) else device.tree  # type: ignore[union-attr]
    after = drop(before, match.key if not match.partial else match.line, prefix=match.partial)
    if len(after) != len(before):
        device.change(edit(device.tree, keys, lambda _: after), session.user)


def _settings(device: Catalyst, session: Session, match: Match) -> None:
    """Do what some settings do to others."""
    if match.key in {"service password-encryption", "password encryption aes"} and not match.negated:
        convert(device, session)
    if session.mode == "wlan" and match.key == "security ft":
        _fast_transition(device, session, on=not match.negated)


def _fast_transition(device: Catalyst, session: Session, *, on: bool) -> None:
    """Show one of three states: adaptive, which is the default and not shown, `security ft`, or off."""
    adaptive = Node("no security ft adaptive", "security ft adaptive", _rank("wlan", "security ft adaptive"))
    change = (lambda level: drop(level, adaptive.key)) if on else (lambda level: put(level, adaptive))
    device.change(edit(device.tree, session.keys, change), session.user)


def _rank(mode: str, line: str) -> int:
    return node(mode, line)[0].rank


def _certificate(device: Catalyst, session: Session) -> Reply:
    """Take a certificate up to its `quit`."""
    keys, taken = session.keys, []

    def more(text: str) -> Reply:
        if text.strip() != "quit":
            taken.append(Node(text.strip(), text.strip(), 0))
            return Reply(ask=Question("", more, raw=True))
        body = (*taken, quit_line())
        device.change(edit(device.tree, keys, lambda _: body), session.user)
        session.path = (session.path or ())[:-1]
        return Reply()

    return Reply(f"{_CERTIFICATE}\n", Question("", more, raw=True))


def _log(device: Catalyst, session: Session, command: str) -> None:
    """Write a command into the device's configuration log, when that is on."""
    if find(device.tree, ("archive", "log config", "logging enable")) is None:
        return
    device.logged += 1
    device.config_log.append(Logged(device.logged, session.number, session.user, session.tty, command))
