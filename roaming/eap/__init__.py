"""The project's one EAP client: a conversation as a value in, what became of it as a value out.

A program of ours runs wpa_supplicant's `eapol_test` on an agent. `converse` sends it there for one conversation through
a shell that the caller brings; an `AgentSession` keeps it there for many.
"""

from roaming.eap.chain import Certificate, certificates
from roaming.eap.client import Ran, Shell, converse
from roaming.eap.conclude import failed
from roaming.eap.conversation import (
    CertificateLogin,
    Conversation,
    Login,
    Nas,
    PasswordLogin,
    Server,
    Trusted,
    calling_station,
    outer_identity,
)
from roaming.eap.fake import FakeChannel, FakeRan, FakeShell, answer_of
from roaming.eap.outcome import SILENT, Outcome, Reason
from roaming.eap.phases import Phases
from roaming.eap.protocol import command
from roaming.eap.session import AgentSession, Channel, LocalChannel, local_session
from roaming.eap.transcript import Transcript, parse

__all__ = [
    "SILENT",
    "AgentSession",
    "Certificate",
    "CertificateLogin",
    "Channel",
    "Conversation",
    "FakeChannel",
    "FakeRan",
    "FakeShell",
    "LocalChannel",
    "Login",
    "Nas",
    "Outcome",
    "PasswordLogin",
    "Phases",
    "Ran",
    "Reason",
    "Server",
    "Shell",
    "Transcript",
    "Trusted",
    "answer_of",
    "calling_station",
    "certificates",
    "command",
    "converse",
    "failed",
    "local_session",
    "outer_identity",
    "parse",
]
