"""Hold one EAP conversation from an agent."""

from __future__ import annotations

from dataclasses import replace
from time import perf_counter
from typing import TYPE_CHECKING, Protocol

from roaming.eap.configuration import command, standard_input
from roaming.eap.judge import judge
from roaming.eap.outcome import Outcome, Reason
from roaming.eap.transcript import Transcript, parse
from roaming.errors import TransportError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roaming.eap.conversation import Conversation


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
    argv, data = command(conversation), standard_input(conversation).encode()
    began = perf_counter()
    try:
        ran = shell.run(argv, data)
    except TransportError as error:
        return _failed(conversation, Reason.AGENT_UNREACHABLE, f"the agent cannot be reached: {error}")
    elapsed = (perf_counter() - began) * 1000
    transcript = parse(ran.out.decode("latin-1"))
    if not transcript.finished:
        return _failed(
            conversation, Reason.AGENT_BROKEN, f"eapol_test did not run on the agent: {_why(ran, transcript)}"
        )
    outcome = judge(conversation, transcript)
    return outcome if outcome.milliseconds is not None else replace(outcome, milliseconds=elapsed)


def _why(ran: Ran, transcript: Transcript) -> str:
    complaint = ran.err.decode(errors="replace").strip().splitlines()
    return transcript.broken or (complaint[-1].removeprefix("roam: ") if complaint else f"exit status {ran.rc}")


def _failed(conversation: Conversation, reason: Reason, sentence: str) -> Outcome:
    return Outcome(reason=reason, sentence=sentence, server=conversation.server.name, identity=conversation.identity)
