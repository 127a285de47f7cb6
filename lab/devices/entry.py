"""Commands that lead into configuration mode, with or without a revert timer, and that replace the configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lab.devices import rollback
from lab.devices.configure import caret, prompt
from lab.devices.files import file_text
from lab.devices.grammar import INVALID
from lab.devices.reply import Question, Reply, said

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lab.devices.call import Call, Command
    from lab.devices.catalyst import Catalyst
    from lab.devices.grammar import Match
    from lab.devices.session import Session

_ENTER: Final = "Enter configuration commands, one per line.  End with CNTL/Z."
_SURE: Final = (
    "This will apply all necessary additions and deletions\n"
    "to replace the current running configuration with the\n"
    "contents of the specified configuration file, which is\n"
    "assumed to be a complete configuration, not a partial\n"
    "configuration. Enter Y if you are sure you want to proceed. ? [no]: "
)
_LONGEST: Final = 120


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


def _arm(call: Call) -> Reply:
    """Start the revert timer and enter configuration mode."""
    minutes = _minutes(call.match)
    if minutes is None:
        return _wrong_number(call)
    why = rollback.refusal(call.device) or _locked(call.device, call.session)
    if why is not None:
        return said(why)
    lines = rollback.arm(call.device, call.session, minutes, idle="idle" in call.match.words)
    if call.device.pending is None:
        return said(*lines)
    return Reply(said(*lines).text + _enter(call.device, call.session).text)


def _wrong_number(call: Call) -> Reply:
    text = call.match.line
    return said(caret(prompt(call.device, call.session), text, text.rindex(call.match.words[-1])), INVALID, "")


def _rearm(call: Call) -> Reply:
    minutes = _minutes(call.match)
    if minutes is None:
        return _wrong_number(call)
    return said(*rollback.rearm(call.device, call.session, minutes, idle="idle" in call.match.words))


def _configure_replace(call: Call) -> Reply:
    """Replace the running configuration by a file.

    The rest of the line is: URL [nolock] [list] [force] [revert trigger [error] [timer N] | time N].
    """
    url, *options = call.match.words[-1].split()
    text = file_text(call.device, url)
    if text is None:
        return said(f"%Error opening {url} (No such file or directory)")
    minutes = int(options[-1]) if options[-2:-1] in (["time"], ["timer"]) and options[-1].isdigit() else None
    if minutes is not None and (why := rollback.refusal(call.device)) is not None:
        return said(why)

    def go(_: str = "y") -> Reply:
        lines = rollback.arm(call.device, call.session, minutes, idle=False) if minutes else []
        done = rollback.replace_with(call.device, text, call.session.user, call.device.clock())
        if "error" in options and any(line.startswith("Rollback aborted") for line in done) and call.device.pending:
            done += rollback.revert_now(call.device, call.session)
        return said(*lines, *done)

    if "force" in options:
        return go()
    return Reply(ask=Question(_SURE, lambda text: go() if text.strip().lower() in {"y", "yes"} else Reply()))


ENTRY: Final[Mapping[str, Command]] = {
    "configure_confirm": lambda call: said(*rollback.confirm(call.device, call.session)),
    "configure_lock": lambda call: _enter(call.device, call.session, lock=True),
    "configure_replace": _configure_replace,
    "configure_revert": _arm,
    "configure_revert_idle": _arm,
    "configure_terminal": lambda call: _enter(call.device, call.session),
    "revert_now": lambda call: said(*rollback.revert_now(call.device, call.session)),
    "revert_timer": _rearm,
    "revert_timer_idle": _rearm,
}
