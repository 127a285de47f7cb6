"""How a device is read by SNMP: a seam of two calls, and the reader in memory for tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeAlias

from monitor.errors import MonitorError
from monitor.sample import Failure

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from monitor.target import SnmpCommunity, SnmpUser

Value: TypeAlias = "int | float | str | bytes"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where an agent listens and who asks it; a failure in place of credentials that cannot be had."""

    address: str
    credentials: SnmpCommunity | SnmpUser | Failure
    port: int = 161


class ReadError(MonitorError):
    """A device could not be read; `reason` says why, of the closed list."""

    def __init__(self, reason: Failure, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class SnmpSession(Protocol):
    """A conversation with one agent. Both calls raise only `ReadError`. OIDs have no dot in front."""

    async def get(self, oids: Sequence[str]) -> Mapping[str, Value]:
        """Return the values by OID; what the agent does not have is absent."""
        ...

    async def walk(self, oid: str) -> Mapping[str, Value]:
        """Return everything below an OID, by what follows it; empty where there is nothing."""
        ...


class SnmpReader(Protocol):
    """Opens conversations."""

    async def open(self, endpoint: Endpoint) -> SnmpSession:
        """Return a conversation; raises `ReadError`. With version 3 the agent has proven that it knows the user."""
        ...


@dataclass
class FakeSession:
    """Answers from memory."""

    cells: Mapping[str, Value]
    reads: list[str]

    async def get(self, oids: Sequence[str]) -> Mapping[str, Value]:
        """Return those there are."""
        self.reads.append(f"get {len(oids)}")
        return {oid: self.cells[oid] for oid in oids if oid in self.cells}

    async def walk(self, oid: str) -> Mapping[str, Value]:
        """Return those below."""
        self.reads.append(f"walk {oid}")
        below = f"{oid}."
        return {key.removeprefix(below): value for key, value in self.cells.items() if key.startswith(below)}


@dataclass
class FakeReader:
    """Agents by address: cells, or the failure with which one does not answer. `reads` tells what was asked."""

    agents: dict[str, Mapping[str, Value] | Failure] = field(default_factory=dict)
    reads: list[str] = field(default_factory=list)

    async def open(self, endpoint: Endpoint) -> FakeSession:
        """Return the agent's session; one that is not there keeps silent."""
        found = self.agents.get(endpoint.address, Failure.TIMEOUT)
        if isinstance(found, Failure):
            raise ReadError(found, f"{endpoint.address}: {found}")
        return FakeSession(found, self.reads)
