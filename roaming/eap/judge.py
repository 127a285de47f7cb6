"""From a transcript to a reason and a sentence.

Who rejects says so in its Reply-Message (`roaming.model.rejection`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from roaming.eap.outcome import Outcome, Reason
from roaming.eap.transcript import CertificateFault, Code, Packet, Transcript
from roaming.model.rejection import Rejection, Rejector
from roaming.model.terms import EapMethod

if TYPE_CHECKING:
    from roaming.eap.conversation import Conversation

_FAULTS: Final = {
    CertificateFault.UNTRUSTED: Reason.CERTIFICATE_NOT_TRUSTED,
    CertificateFault.SUBJECT_MISMATCH: Reason.CERTIFICATE_NAME,
    CertificateFault.ALTSUBJECT_MISMATCH: Reason.CERTIFICATE_NAME,
    CertificateFault.DOMAIN_SUFFIX_MISMATCH: Reason.CERTIFICATE_NAME,
    CertificateFault.DOMAIN_MISMATCH: Reason.CERTIFICATE_NAME,
    CertificateFault.DN_MISMATCH: Reason.CERTIFICATE_NAME,
    CertificateFault.NOT_YET_VALID: Reason.CERTIFICATE_EXPIRED,
    CertificateFault.EXPIRED: Reason.CERTIFICATE_EXPIRED,
}


def judge(conversation: Conversation, transcript: Transcript) -> Outcome:
    """Return what became of a conversation of which this is the transcript, up to its end."""
    reason, sentence = _verdict(conversation, transcript)
    last = transcript.last
    return Outcome(
        reason=reason,
        sentence=sentence,
        server=conversation.server.name,
        identity=conversation.identity,
        round_trips=len(transcript.answers),
        attributes=last.attributes if last and last.code != Code.ACCESS_CHALLENGE else (),
    )


def _verdict(conversation: Conversation, transcript: Transcript) -> tuple[Reason, str]:
    if transcript.broken:
        return Reason.AGENT_BROKEN, f"eapol_test did not run on the agent: {transcript.broken}"
    if transcript.fault is not None:
        return _certificate(conversation, transcript, transcript.fault)
    match transcript.last:
        case Packet(code=Code.ACCESS_ACCEPT):
            return _accepted(conversation, transcript)
        case Packet(code=Code.ACCESS_REJECT) as reject:
            return _rejected(conversation, transcript, reject)
        case _:
            return _silent(conversation, transcript)


def _home(conversation: Conversation) -> str:
    return conversation.realm or "the home"


def _accepted(conversation: Conversation, transcript: Transcript) -> tuple[Reason, str]:
    if not transcript.keys_agree:
        text = f"{_home(conversation)} accepted the user, but its encryption keys do not reach the access point"
        return Reason.KEYS_DIFFER, text
    return Reason.ACCEPTED, f"{_home(conversation)} accepted the user"


def _rejected(conversation: Conversation, transcript: Transcript, reject: Packet) -> tuple[Reason, str]:
    """Name the rejector: the one that says so, else the home when EAP had begun with it."""
    home = _home(conversation)
    messages = reject.values("Reply-Message")
    for said in map(Rejection.parse, messages):
        if said:
            return _named(conversation, said)
    if transcript.alert:
        text = f"{home} refused the probe's client certificate at home: {transcript.alert}"
        return Reason.CLIENT_CERTIFICATE_REFUSED, text
    if transcript.method_begun:
        return Reason.REJECTED_AT_HOME, f"{home} rejected {_whom(conversation)} at home"
    if transcript.declined:
        return Reason.METHOD_NOT_OFFERED, f"{home} does not offer {conversation.method}"
    told = f": it says only '{messages[0]}'" if messages else ", without a word"
    return Reason.REJECTED_UNNAMED, f"rejected on the way before {home} was heard{told}"


def _named(conversation: Conversation, said: Rejection) -> tuple[Reason, str]:
    """Word a rejection whose author gave his name: a proxy is the visited one, or stands at the home."""
    match said.role:
        case Rejector.HUB:
            return Reason.REJECTED_BY_HUB, f"{said.name} rejected it: {said.why}"
        case Rejector.HOME:
            home = f"{_home(conversation)} rejected {_whom(conversation)} at home"
            return Reason.REJECTED_AT_HOME, f"{home} ({said.name}: {said.why})"
        case Rejector.PROXY if said.name == conversation.server.name:
            return Reason.REJECTED_LOCALLY, f"{said.name} rejected it before it left the borough: {said.why}"
        case Rejector.PROXY:
            text = f"{said.name}, the proxy before {_home(conversation)}, rejected it: {said.why}"
            return Reason.REJECTED_BY_HOME_PROXY, text


def _whom(conversation: Conversation) -> str:
    return "the client certificate" if conversation.method is EapMethod.TLS else "the user"


def _certificate(conversation: Conversation, transcript: Transcript, fault: CertificateFault) -> tuple[Reason, str]:
    reason = _FAULTS.get(fault, Reason.CERTIFICATE_UNFIT)
    home = _home(conversation)
    shown = " and ".join(transcript.server_names) or "no name"
    expected = " or ".join(conversation.trusted.names)
    sentences = {
        Reason.CERTIFICATE_NOT_TRUSTED: f"the certificate of {home} is not trusted by its users' devices",
        Reason.CERTIFICATE_NAME: f"the certificate of {home} names {shown}, its users' devices expect {expected}",
        Reason.CERTIFICATE_EXPIRED: f"the certificate of {home} is outside its validity",
        Reason.CERTIFICATE_UNFIT: f"the certificate of {home} is refused by its users' devices",
    }
    return reason, f"{sentences[reason]} ({transcript.fault_text})"


def _silent(conversation: Conversation, transcript: Transcript) -> tuple[Reason, str]:
    server = conversation.server
    who = f"{server.name} {server.address}"
    if transcript.forged:
        return Reason.WRONG_SECRET, f"{who} answers, but with another RADIUS secret than the agent's"
    if transcript.answers and transcript.timed_out and conversation.idle is not None:
        return Reason.TOO_SLOW, f"{_home(conversation)} had not decided after {conversation.timeout} s through {who}"
    if transcript.answers:
        text = f"{_home(conversation)} or the way there fell silent after {len(transcript.answers)} round trips"
        return Reason.FELL_SILENT, f"{text} through {who}"
    if transcript.trouble == "Connection refused":
        return Reason.NOTHING_LISTENS, f"nothing listens on {who} port {server.port}/udp"
    if transcript.trouble:
        return Reason.NO_ROUTE, f"the agent cannot send to {who}: {transcript.trouble}"
    return Reason.NO_ANSWER, f"no answer from {who} within {conversation.patience} s"
