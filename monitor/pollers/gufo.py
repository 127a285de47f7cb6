"""Reads by gufo-snmp: SNMPv2c, and SNMPv3 with authentication and privacy.

What it does with bad answers, tried with 0.13: an answer to an older request is passed over; what is cut, garbage or
longer than about 4,000 octets is a decoding error; a port that nobody listens on is a time-out; a table that goes back
to where it was is walked again and again, so the walk below ends at the first name that it has seen already.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeVar

from gufo.snmp import Aes128Key, Sha1Key, Sha256Key, SnmpAuthError, SnmpError
from gufo.snmp import User as GufoUser
from gufo.snmp.aio import SnmpSession as GufoSession
from gufo.snmp.user import KeyType

from monitor.pollers.reader import ReadError
from monitor.sample import Failure
from monitor.target import SnmpCommunity, SnmpHash, SnmpUser

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence

    from monitor.pollers.reader import Endpoint, Value

T = TypeVar("T")

# Cells of one column: more than any controller has rows.
LONGEST_WALK: Final = 200_000
# Answers of this many cells stay below 4,000 octets, also where each is a name of 32.
_REPETITIONS: Final = 50
_NAMES_A_GET: Final = 40
_HASHES: Final[Mapping[SnmpHash, type[Sha1Key | Sha256Key]]] = {SnmpHash.SHA: Sha1Key, SnmpHash.SHA_256: Sha256Key}


@dataclass(frozen=True, slots=True)
class Patience:
    """How long one answer is waited for, and how often a request is sent at all. Late is as good as never."""

    timeout_s: float = 1.0
    tries: int = 2


@dataclass(slots=True)
class GufoReader:
    """Opens sessions of gufo-snmp. The slow part of a password's key (a million octets hashed) is done once."""

    patience: Patience = field(default_factory=Patience)
    _users: dict[SnmpUser, GufoUser] = field(default_factory=dict, repr=False)

    async def open(self, endpoint: Endpoint) -> _Session:
        """Return a session, for version 3 with the agent's engine, boots and time learned (RFC 3414 §4)."""
        found = endpoint.credentials
        if isinstance(found, Failure):
            raise ReadError(found, f"{endpoint.address}: there are no credentials")
        try:
            session = self._session(endpoint, found)
        except (OSError, ValueError, SnmpError) as error:
            raise ReadError(Failure.UNREACHABLE, f"{endpoint.address}: {type(error).__name__}") from error
        opened = _Session(session, endpoint.address, self.patience.tries)
        if isinstance(found, SnmpUser):
            await opened.learn()
        return opened

    def _session(self, endpoint: Endpoint, found: SnmpCommunity | SnmpUser) -> GufoSession:
        community, user = (found.name, None) if isinstance(found, SnmpCommunity) else ("", self._user(found))
        return GufoSession(
            endpoint.address, endpoint.port, community=community, user=user, timeout=self.patience.timeout_s
        )

    def _user(self, user: SnmpUser) -> GufoUser:
        if user not in self._users:
            kind = _HASHES[user.hash]
            auth, privacy = (kind.get_master_key(key.encode()) for key in (user.auth, user.privacy))
            self._users[user] = GufoUser(
                user.name,
                auth_key=kind(auth, key_type=KeyType.Master),
                priv_key=Aes128Key(privacy, key_type=KeyType.Master),
            )
        return self._users[user]


@dataclass(frozen=True, slots=True)
class _Session:
    """A session of gufo-snmp; its socket goes with it."""

    session: GufoSession
    address: str
    tries: int

    async def learn(self) -> None:
        """Learn the engine, its boots and its time."""
        await self._tried(self.session.refresh)

    async def get(self, oids: Sequence[str]) -> Mapping[str, Value]:
        """Return the values by OID."""
        found: dict[str, Value] = {}
        for start in range(0, len(oids), _NAMES_A_GET):
            part = oids[start : start + _NAMES_A_GET]
            values = await self._tried(lambda part=part: self.session.get_many(part))  # type: ignore[misc]  # a lambda's default has no type
            # An agent may answer what nobody asked.
            found |= {oid: value for oid in part if (value := values.get(oid)) is not None}
        return found

    async def walk(self, oid: str) -> Mapping[str, Value]:
        """Return everything below an OID; raises `ReadError` for a table that loops or does not end."""
        found: dict[str, Value] = {}
        cells = self.session.getbulk(oid, _REPETITIONS)
        await self._tried(lambda: self._take(cells, oid, found))
        return found

    async def _take(self, cells: AsyncIterator[tuple[str, Value | None]], oid: str, found: dict[str, Value]) -> None:
        """Take cells until there are no more. After a time-out it goes on where it was when it is asked again."""
        start = len(oid) + 1
        async for key, value in cells:
            index = key[start:]
            if index in found or len(found) > LONGEST_WALK:
                raise ReadError(Failure.LOOP, f"{self.address}: the table {oid} goes back to {index}")
            if value is not None:
                found[index] = value

    async def _tried(self, ask: Callable[[], Awaitable[T]]) -> T:
        """Ask again when nothing came; every error of the library becomes ours."""
        for left in reversed(range(self.tries)):
            try:
                return await ask()
            except TimeoutError as error:
                if not left:
                    raise ReadError(Failure.TIMEOUT, f"{self.address}: no answer") from error
            except SnmpAuthError as error:
                raise ReadError(Failure.BAD_CREDENTIALS, f"{self.address}: the SNMPv3 user is refused") from error
            except (SnmpError, ValueError, RuntimeError) as error:
                raise ReadError(Failure.MALFORMED, f"{self.address}: {error}") from error
            except OSError as error:
                raise ReadError(Failure.UNREACHABLE, f"{self.address}: {error.strerror}") from error
        raise ReadError(Failure.TIMEOUT, f"{self.address}: nothing was asked")
