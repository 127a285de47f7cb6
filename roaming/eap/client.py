"""Hold one EAP conversation from an agent by a command of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from roaming.eap.conclude import conclude, failed
from roaming.eap.outcome import Outcome, Reason
from roaming.eap.protocol import Answer, Reader, Ready, command, program, request
from roaming.errors import TransportError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roaming.eap.conversation import Conversation

_NUMBER: Final = 1


class Ran(Protocol):
    """What a command left behind."""

    @property
    def rc(self) -> int:
        """The exit status."""
        ...

    @property
    def out(self) -> bytes:
        """What it printed."""
        ...

    @property
    def err(self) -> bytes:
        """What it complained of."""
        ...


class Shell(Protocol):
    """Runs a command on an agent; raises `TransportError` when the agent does not answer."""

    def run(self, argv: Sequence[str], data: bytes = b"") -> Ran:
        """Run a command with `data` on its standard input."""
        ...


def converse(shell: Shell, conversation: Conversation) -> Outcome:
    """Hold a conversation and say what became of it; only `QuoteError` is raised."""
    data = program() + request(_NUMBER, conversation)
    try:
        ran = shell.run(command(at_once=1), data)
    except TransportError as error:
        return failed(conversation, Reason.AGENT_UNREACHABLE, f"the agent cannot be reached: {error}")
    for one in Reader().feed(ran.out):
        if isinstance(one, Answer) and one.number == _NUMBER:
            return conclude(conversation, one)
        if isinstance(one, Ready) and one.broken:
            return conclude(conversation, Answer(_NUMBER, broken=one.broken))
    return conclude(conversation, Answer(_NUMBER, broken=_why(ran)))


def _why(ran: Ran) -> str:
    complaint = ran.err.decode(errors="replace").strip().splitlines()
    return complaint[-1].removeprefix("roam: ") if complaint else f"exit status {ran.rc}"
