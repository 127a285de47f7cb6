"""The project's one EAP client: a conversation as a value in, what became of it as a value out.

`converse` runs wpa_supplicant's `eapol_test` on an agent through a shell that the caller brings.
"""

from roaming.eap.client import Ran, Shell, converse
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
from roaming.eap.fake import FakeRan, FakeShell
from roaming.eap.outcome import SILENT, Outcome, Reason
from roaming.eap.transcript import Transcript, parse

__all__ = [
    "SILENT",
    "CertificateLogin",
    "Conversation",
    "FakeRan",
    "FakeShell",
    "Login",
    "Nas",
    "Outcome",
    "PasswordLogin",
    "Ran",
    "Reason",
    "Server",
    "Shell",
    "Transcript",
    "Trusted",
    "calling_station",
    "converse",
    "outer_identity",
    "parse",
]
