"""Secrets in configuration lines: how the configuration and the device's own log keep them.

Sources: "Configuring Type 6 Passwords in IOS XE", community.cisco.com ta-p/4438495; `hidekeys` in "Configuration Change
Notification and Logging", IOS XE.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from lab.devices.grammar import Match, grammar
from lab.devices.tree import GLOBAL, find

if TYPE_CHECKING:
    from lab.devices.catalyst import Catalyst
    from lab.devices.session import Session
    from lab.devices.tree import Tree


def _encrypting(device: Catalyst) -> str:
    """Return the type by which reversible secrets are written now: 6, 7 or 0."""
    if find(device.tree, ("password encryption aes",)) and device.vault.master:
        return "6"
    return "7" if find(device.tree, ("service password-encryption",)) else "0"


def as_kept(device: Catalyst, match: Match) -> tuple[tuple[str, ...], bool]:
    """Return the words as the configuration keeps them, and whether a secret stays readable in them."""
    place = match.row.secret
    if place is None:
        return match.words, False
    kind, text = match.words[place], match.words[place + 1]
    sort = match.row.tokens[place]
    secret = _SORTS[sort](device, kind, text)
    shown = secret[1:] if secret[0] == "0" and sort == "KEY" else secret
    return (*match.words[:place], *shown, *match.words[place + 2 :]), secret[0] == "0"


def _hashed(device: Catalyst, kind: str, text: str) -> tuple[str, str]:
    return ("9", device.vault.type9(text)) if kind == "0" else (kind, text)


def _passphrase(device: Catalyst, kind: str, text: str) -> tuple[str, str]:
    return ("8", device.vault.type6(text)) if kind == "0" and _encrypting(device) == "6" else (kind, text)


def _reversible(device: Catalyst, kind: str, text: str) -> tuple[str, str]:
    target = _encrypting(device)
    weaker = kind == "0" or (kind == "7" and target == "6")
    plain = device.vault.plain(kind, text) if weaker and target != "0" else None
    if plain is None:
        return kind, text
    return target, device.vault.type6(plain) if target == "6" else device.vault.type7(plain)


_SORTS: Final = {"HASH": _hashed, "PSK": _passphrase, "KEY": _reversible}


def convert(device: Catalyst, session: Session) -> None:
    """Write every reversible secret anew that is weaker than what is configured now."""
    tree = _converted(device, device.tree, GLOBAL)
    if tree != device.tree:
        device.change(tree, session.user)


def _converted(device: Catalyst, level: Tree, mode: str) -> Tree:
    return tuple(
        replace(
            each,
            line=_converted_line(device, mode, each.line),
            children=_converted(device, each.children, each.mode) if each.mode else (),
        )
        for each in level
    )


def _converted_line(device: Catalyst, mode: str, line: str) -> str:
    match = grammar().match(mode, line)
    if not isinstance(match, Match) or match.row.secret is None or match.negated:
        return line
    return " ".join(as_kept(device, match)[0])


def log_text(device: Catalyst, match: Match) -> str:
    """Return a line as the device's own log keeps it: secrets stand in it unless `hidekeys` is configured."""
    words = list(match.words)
    place = match.row.secret
    if place is not None and len(words) > place + 1 and not match.partial:
        hidden = find(device.tree, ("archive", "log config", "hidekeys")) is not None
        words[place : place + 2] = ["*"] if hidden else [word for word in words[place : place + 2] if word != "0"]
    return f"{'no ' if match.negated else ''}{' '.join(words)}"
