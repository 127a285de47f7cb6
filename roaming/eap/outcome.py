"""What became of a conversation: one reason of a closed list, and a sentence for people."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from roaming.eap.phases import Phases


class Reason(StrEnum):
    """Why a conversation ended as it did."""

    ACCEPTED = "accepted"
    REJECTED_AT_HOME = "rejected-at-home"
    REJECTED_BY_HUB = "rejected-by-hub"
    REJECTED_LOCALLY = "rejected-locally"
    REJECTED_BY_HOME_PROXY = "rejected-by-home-proxy"
    REJECTED_UNNAMED = "rejected-unnamed"
    CLIENT_CERTIFICATE_REFUSED = "client-certificate-refused"
    METHOD_NOT_OFFERED = "method-not-offered"
    CERTIFICATE_NOT_TRUSTED = "certificate-not-trusted"
    CERTIFICATE_NAME = "certificate-name"
    CERTIFICATE_EXPIRED = "certificate-expired"
    CERTIFICATE_UNFIT = "certificate-unfit"
    KEYS_DIFFER = "keys-differ"
    ACCEPTED_UNKNOWN_USER = "accepted-unknown-user"
    NO_ANSWER = "no-answer"
    NO_ANSWER_BEYOND = "no-answer-beyond"
    FELL_SILENT = "fell-silent"
    TOO_SLOW = "too-slow"
    NOTHING_LISTENS = "nothing-listens"
    NO_ROUTE = "no-route"
    WRONG_SECRET = "wrong-secret"  # noqa: S105  the name of a reason
    AGENT_UNREACHABLE = "agent-unreachable"
    AGENT_BROKEN = "agent-broken"
    SECRET_MISSING = "secret-missing"  # noqa: S105  the name of a reason
    NO_PROXY = "no-proxy"


SILENT = frozenset({Reason.NO_ANSWER, Reason.FELL_SILENT, Reason.NOTHING_LISTENS, Reason.NO_ROUTE, Reason.WRONG_SECRET})
"""What makes an access point turn to its next server."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one conversation.

    `milliseconds` is by the agent's clock, from the first request to the decision or the giving up, and absent when
    nothing was measured; `phases` are its parts. `attributes` are those of the final answer, `server` is the name of
    the RADIUS server that was asked, `chain` what `roaming.eap.certificates` reads: the certificates that were shown.
    """

    reason: Reason
    sentence: str
    server: str
    identity: str
    milliseconds: float | None = None
    round_trips: int = 0
    attributes: tuple[tuple[str, str], ...] = ()
    phases: Phases = field(default_factory=Phases)
    chain: str = field(default="", repr=False)

    @property
    def accepted(self) -> bool:
        """Whether the user is in."""
        return self.reason is Reason.ACCEPTED

    @property
    def vlan(self) -> str:
        """The VLAN that the access point is told (RFC 3580 §3.31); empty when none is."""
        for name, value in self.attributes:
            if name == "Tunnel-Private-Group-Id":
                octets = bytes.fromhex(value)
                return octets[octets[:1] < b"\x20" :].decode(errors="replace")
        return ""
