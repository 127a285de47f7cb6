"""One SNMP engine of pysnmp without a socket: datagrams in; a notification, a refusal or an answer out.

There is one for each set of credentials, as an engine knows a user by name only and every borough calls its user the
same. RFC 3414 has traps authenticated by the sender's engine and informs by ours, so ours has a lasting identifier.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, Final

from pysnmp.carrier.asyncio.dgram.udp import DOMAIN_NAME, UdpTransportAddress
from pysnmp.carrier.base import AbstractTransport, AbstractTransportDispatcher
from pysnmp.entity import config
from pysnmp.entity.engine import SnmpEngine
from pysnmp.entity.rfc3413.ntfrcv import NotificationReceiver
from pysnmp.proto import errind
from pysnmp.proto.rfc1902 import OctetString

from monitor.sample import Failure
from monitor.target import SnmpCommunity, SnmpHash, SnmpUser

# Octets of an enterprise number (pysnmp's, 20408) with the first bit set, then the kind "octets" (RFC 3411 §5).
_ENGINE: Final = b"\x80\x00\x4f\xb8\x05"
_TRAP_OID: Final = (1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0)
_V3: Final = 3
_INTEGER, _OCTETS, _SEQUENCE, _LONG = 0x02, 0x04, 0x30, 0x80
# How long an engine's identifier is (RFC 3411 §5).
_SHORTEST, _LONGEST = 5, 32
_YEAR_2020: Final = 1_577_836_800
_AUTH_PRIV: Final = 3
# What a sender asks before it can authenticate an inform: no failure.
_DISCOVERY: Final = (errind.unknownEngineID, errind.notInTimeWindow)


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a datagram: the OID of a notification, a failure, or neither; and what is sent back."""

    oid: str = ""
    failure: Failure | None = None
    answers: tuple[bytes, ...] = ()


class _Answers(AbstractTransport):  # type: ignore[misc]  # pysnmp has no annotations
    """A transport that keeps what is to be sent."""

    def __init__(self) -> None:
        self.kept: list[bytes] = []

    def send_message(self, outgoingMessage: bytes, transportAddress: object) -> None:  # noqa: N803, ARG002  pysnmp's
        """Keep a message."""
        self.kept.append(bytes(outgoingMessage))


class TrapEngine:
    """An engine that knows one user or one community; `started` is the wall clock's time."""

    def __init__(self, owner: str, credentials: SnmpUser | SnmpCommunity, started: float) -> None:
        self.refused = 0
        self._answers = _Answers()
        self._oids: list[str] = []
        self._errors: list[object] = []
        self._dispatcher = AbstractTransportDispatcher()
        own = engine_id(owner, credentials)
        self._engine = _engine(own, started)
        self._engine.register_transport_dispatcher(self._dispatcher)
        self._dispatcher.register_transport(DOMAIN_NAME, self._answers)
        self._engine.observer.register_observer(self._sm_failed, "rfc3412.prepareDataElements:sm-failure")
        self._user = _Keys(credentials) if isinstance(credentials, SnmpUser) else None
        self._senders: set[bytes] = set()
        self._learn(own)
        if isinstance(credentials, SnmpCommunity):
            config.add_v1_system(self._engine, "roam", credentials.name)
        self._receiver = NotificationReceiver(self._engine, self._notified)

    def take(self, datagram: bytes, sender: tuple[str, int], now: float) -> Taken:
        """Take a datagram; nothing that it holds raises. `now` is the wall clock, by which old state is dropped."""
        self._oids.clear()
        self._errors.clear()
        self._answers.kept.clear()
        try:
            self._dispatcher.handle_timer_tick(now)
            self._learn(sending_engine(datagram))
            self._engine.message_dispatcher.receive_message(
                self._engine, DOMAIN_NAME, UdpTransportAddress(sender), datagram
            )
        except Exception:  # noqa: BLE001  it parses what anybody sends, and promises no kinds of errors
            return Taken(failure=self._refuse(Failure.MALFORMED))
        answers = tuple(self._answers.kept)
        if self._oids:
            return Taken(oid=self._oids[0], answers=answers)
        if any(error in _DISCOVERY for error in self._errors):
            return Taken(answers=answers)
        return Taken(failure=self._refuse(self._reason(datagram)), answers=answers)

    def _learn(self, sender: bytes) -> None:
        """Make the user's keys for a sender's engine: pysnmp does so only for those that it has asked itself."""
        if self._user and sender not in self._senders and _SHORTEST <= len(sender) <= _LONGEST:
            self._senders.add(sender)
            self._user.add(self._engine, sender)

    def _refuse(self, reason: Failure) -> Failure:
        self.refused += 1
        return reason

    def _reason(self, datagram: bytes) -> Failure:
        """Tell a wrong user, key or community from what is no message at all."""
        if self._errors and self._errors[0] is not errind.parseError:
            return Failure.BAD_CREDENTIALS
        return Failure.BAD_CREDENTIALS if _is_message(datagram) else Failure.MALFORMED

    def _notified(self, *given: Any) -> None:  # noqa: ANN401  pysnmp's: engine, state, context, its name, variables
        """Take the name of a notification, when it was protected as its sender's user has to be."""
        engine, _, _, _, binds, _ = given
        context = engine.observer.get_execution_context("rfc3412.receiveMessage:request")
        level, model = int(context["securityLevel"]), int(context["securityModel"])
        if self._user and (model != _V3 or level != _AUTH_PRIV):
            self._errors.append(errind.unsupportedSecurityLevel)
            return
        self._oids += [str(value) for name, value in binds if tuple(name) == _TRAP_OID]

    def _sm_failed(self, _engine: object, _point: str, variables: dict[str, Any], _: object) -> None:
        self._errors.append(variables["statusInformation"].get("errorIndication"))


def engine_id(owner: str, credentials: SnmpUser | SnmpCommunity) -> bytes:
    """Return the identifier by which senders of informs know us: the same after every start, without a secret."""
    kind = "community"
    if isinstance(credentials, SnmpUser):
        kind = f"{credentials.name} {credentials.hash is SnmpHash.SHA_256}"
    return _ENGINE + hashlib.sha256(f"{owner} {kind}".encode()).digest()[:8]


def _engine(identifier: bytes, started: float) -> Any:  # noqa: ANN401  pysnmp has no annotations
    """Make an engine of an identifier. pysnmp would keep the count of its starts in the machine's /tmp.

    Senders refuse an engine whose count goes back (RFC 3414 §3.2): ours is the seconds from 2020 to its start.
    """
    engine = SnmpEngine()
    own, boots = engine.get_mib_builder().import_symbols("__SNMP-FRAMEWORK-MIB", "snmpEngineID", "snmpEngineBoots")
    own.syntax = own.syntax.clone(identifier)
    boots.syntax = boots.syntax.clone(max(int(started) - _YEAR_2020, 1))
    engine.snmpEngineID = own.syntax
    return engine


class _Keys:
    """A user with the slow part of its keys done: a million octets are hashed once, not for each sender."""

    def __init__(self, user: SnmpUser) -> None:
        self._name = user.name
        self._hash = config.USM_AUTH_HMAC192_SHA256 if user.hash is SnmpHash.SHA_256 else config.USM_AUTH_HMAC96_SHA
        master = config.AUTH_SERVICES[self._hash].hash_passphrase
        self._auth, self._privacy = master(user.auth.encode()), master(user.privacy.encode())

    def add(self, engine: Any, sender: bytes) -> None:  # noqa: ANN401  pysnmp has no annotations
        """Add the user with its keys for one engine (RFC 3414 §2.6)."""
        config.add_v3_user(
            engine,
            self._name,
            self._hash,
            self._auth,
            config.USM_PRIV_CFB128_AES,
            self._privacy,
            securityEngineId=OctetString(sender),
            authKeyType=config.USM_KEY_TYPE_MASTER,
            privKeyType=config.USM_KEY_TYPE_MASTER,
        )


def sending_engine(datagram: bytes) -> bytes:
    """Return the engine that a message of version 3 is authenticated by (RFC 3412 §6); nothing for other octets."""
    try:
        message = _content(datagram, 0, _SEQUENCE)[0]
        _, at = _content(message, 0, _INTEGER)
        _, at = _content(message, at, _SEQUENCE)
        parameters, _ = _content(message, at, _OCTETS)
        return _content(_content(parameters, 0, _SEQUENCE)[0], 0, _OCTETS)[0]
    except (IndexError, ValueError):
        return b""


def _content(data: bytes, at: int, tag: int) -> tuple[bytes, int]:
    """Return the content of the value that begins there, and where it ends; ValueError for one of another tag."""
    if data[at] != tag:
        message = "another value is expected"
        raise ValueError(message)
    size, at = data[at + 1], at + 2
    if size & _LONG:
        wide = size & ~_LONG
        size, at = int.from_bytes(data[at : at + wide], "big"), at + wide
    return data[at : at + size], at + size


def _is_message(datagram: bytes) -> bool:
    """Tell whether octets begin as an SNMP message of version 1, 2c or 3 that is all there."""
    try:
        message, end = _content(datagram, 0, _SEQUENCE)
        version, _ = _content(message, 0, _INTEGER)
    except (IndexError, ValueError):
        return False
    return end == len(datagram) and version in {b"\x00", b"\x01", b"\x03"}
