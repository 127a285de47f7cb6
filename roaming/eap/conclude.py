"""From an agent's answer to an outcome."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from roaming.eap.judge import judge
from roaming.eap.outcome import Outcome, Reason
from roaming.eap.phases import phases
from roaming.eap.transcript import parse

if TYPE_CHECKING:
    from roaming.eap.conversation import Conversation
    from roaming.eap.protocol import Answer


def conclude(conversation: Conversation, answer: Answer) -> Outcome:
    """Say what became of a conversation."""
    if answer.broken:
        return failed(conversation, Reason.AGENT_BROKEN, f"eapol_test did not run on the agent: {answer.broken}")
    transcript = parse(answer.text)
    if not transcript.finished:
        why = transcript.broken or "it did not end by itself"
        return failed(conversation, Reason.AGENT_BROKEN, f"eapol_test did not run on the agent: {why}")
    measured = phases(answer.lines, answer.ended)
    total = answer.ended if measured.total is None else measured.total
    return replace(judge(conversation, transcript), milliseconds=total * 1000, phases=measured, chain=answer.chain)


def failed(conversation: Conversation, reason: Reason, sentence: str) -> Outcome:
    """Return the outcome of a conversation that never was."""
    return Outcome(reason=reason, sentence=sentence, server=conversation.server.name, identity=conversation.identity)
