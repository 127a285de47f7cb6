"""What is said in one EAP authentication: to whom, as whom, from which access point, trusting whom."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from roaming.errors import QuoteError
from roaming.model.terms import EapMethod

_PROBE_STATIONS = "02:72:6f"
"""Calling-Station-Ids of probes: locally administered (IEEE 802c), so no device's own, and easy to find in a log."""


@dataclass(frozen=True, slots=True)
class PasswordLogin:
    """An account for PEAP-MSCHAPv2; `user` is the inner identity."""

    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CertificateLogin:
    """A client certificate for EAP-TLS, with its key; both PEM."""

    certificate: str
    key: str = field(repr=False)


Login = PasswordLogin | CertificateLogin


@dataclass(frozen=True, slots=True)
class Server:
    """The RADIUS server that the access point would ask."""

    name: str
    address: str
    secret: str = field(repr=False)
    port: int = 1812

    @property
    def checked_secret(self) -> str:
        """The secret; raises `QuoteError` when it is none that every RADIUS server can be given."""
        if not self.secret or not self.secret.isprintable():
            message = "a RADIUS secret must be printable text on one line"
            raise QuoteError(message)
        return self.secret


@dataclass(frozen=True, slots=True)
class Nas:
    """The access point that the conversation claims to come from. `bssid` is lower case with colons.

    `operator` is an Operator-Name (RFC 5580 §4.1, such as 1camden.gov.uk); the visited borough's proxy writes its own
    over it, so it is for those proxies that do not.
    """

    identifier: str
    bssid: str
    ssid: str
    connect_info: str = "CONNECT 0Mbps roam verify"
    operator: str = ""

    @property
    def called_station(self) -> str:
        """The Called-Station-Id as RFC 3580 §3.20 spells it: AA-BB-CC-DD-EE-FF:SSID."""
        return f"{self.bssid.upper().replace(':', '-')}:{self.ssid}"


@dataclass(frozen=True, slots=True)
class Trusted:
    """What a supplicant of that realm is set up to trust: CAs as PEM, and names of the home servers' certificates."""

    authorities: tuple[str, ...]
    names: tuple[str, ...]

    @property
    def bundle(self) -> str:
        """The CAs as one text."""
        return "".join(pem.strip() + "\n" for pem in self.authorities)


@dataclass(frozen=True, slots=True)
class Conversation:
    """One authentication. `identity` is the outer one, which every proxy on the way sees.

    `timeout` is for all of it, `idle` for a silence, both in seconds; without `idle` there is the first limit only. The
    Calling-Station-Id is made of `caller`, or of the identity.
    """

    identity: str
    login: Login
    server: Server
    nas: Nas
    trusted: Trusted
    timeout: int = 5
    idle: int | None = None
    caller: str = ""

    @property
    def patience(self) -> int:
        """How long a first answer is waited for, in seconds."""
        return self.timeout if self.idle is None else min(self.idle, self.timeout)

    @property
    def method(self) -> EapMethod:
        """The EAP method, which follows from the login."""
        return EapMethod.TLS if isinstance(self.login, CertificateLogin) else EapMethod.PEAP_MSCHAPV2

    @property
    def realm(self) -> str:
        """The realm of the outer identity; empty when it has none."""
        return self.identity.rpartition("@")[2] if "@" in self.identity else ""

    @property
    def station(self) -> str:
        """The Calling-Station-Id."""
        return calling_station(self.caller or self.identity)


def outer_identity(run: str, number: str, realm: str) -> str:
    """Return the outer identity of one conversation of a run: the logs of every hop are searched for it."""
    return f"roam-{run}-{number}@{realm}"


def calling_station(identity: str) -> str:
    """Return a MAC address that is a probe's, the same for the same identity."""
    digest = hashlib.sha256(identity.encode()).digest()
    return ":".join([_PROBE_STATIONS, *(f"{octet:02x}" for octet in digest[:3])])
