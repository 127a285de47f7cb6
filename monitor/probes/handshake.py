"""A TLS handshake as far as the server's certificate.

It ends with the proof of that certificate's key (CertificateVerify in TLS 1.3, RFC 8446 §4.4.3; ServerKeyExchange in
TLS 1.2, RFC 5246 §7.4.3): we have no certificate to show. OpenSSL does the TLS in memory, without any verification;
`monitor.probes.certificate` judges the chain.
"""

from __future__ import annotations

import asyncio
import errno
import ssl
from dataclasses import dataclass
from typing import Final

from monitor.sample import Failure

_LONGEST: Final = 65_536
"""Octets of a server's first flight; a chain has a few thousand."""

_OURS: Final = frozenset(
    {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.EADDRNOTAVAIL, errno.EACCES, errno.EPERM}
    | {errno.ENETUNREACH, errno.ENETDOWN}
)
"""What says nothing of the endpoint: no descriptor, no memory, no route or leave of our own."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What was seen of an endpoint: a chain in DER, or why none; `ours` when the fault is on our side."""

    chain: tuple[bytes, ...] = ()
    failure: Failure | None = None
    ours: bool = False


async def look(address: str, port: int, name: str, timeout_s: float) -> Sight:
    """Look once at the certificate of an endpoint; nothing is raised."""
    try:
        async with asyncio.timeout(timeout_s):
            return await _handshake(address, port, name)
    except TimeoutError:
        return Sight(failure=Failure.TIMEOUT)
    except ssl.SSLError:
        return Sight(failure=Failure.MALFORMED)
    except (ConnectionRefusedError, ConnectionResetError, BrokenPipeError):
        return Sight(failure=Failure.REFUSED)
    except OSError as error:
        return Sight(failure=Failure.UNREACHABLE, ours=error.errno in _OURS)


async def _handshake(address: str, port: int, name: str) -> Sight:
    reader, writer = await asyncio.open_connection(address, port)
    try:
        return await _converse(reader, writer, name)
    finally:
        # The daemon is not to wait for the rest of a handshake that does not come.
        writer.transport.abort()


async def _converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, name: str) -> Sight:
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = _context().wrap_bio(incoming, outgoing, server_hostname=name)
    received = 0
    while not (chain := _advance(tls, outgoing)):
        writer.write(outgoing.read())
        await writer.drain()
        octets = await reader.read(_LONGEST)
        received += len(octets)
        if not octets:
            # It takes the connection and hangs up: so do both daemons with a peer that they do not know.
            return Sight(failure=Failure.REFUSED if not received else Failure.MALFORMED)
        if received > _LONGEST:
            return Sight(failure=Failure.TOO_LARGE)
        incoming.write(octets)
    return Sight(chain)


def _context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _advance(tls: ssl.SSLObject, outgoing: ssl.MemoryBIO) -> tuple[bytes, ...]:
    """Go on with a handshake; returns the chain once the server has proven that it is its own, and nothing before.

    In TLS 1.3 we are done then. In TLS 1.2 it is our turn: what we would say lies in `outgoing` and stays there.
    """
    try:
        tls.do_handshake()
    except ssl.SSLWantReadError:
        return _chain(tls) if outgoing.pending else ()
    return _chain(tls)


def _chain(tls: ssl.SSLObject) -> tuple[bytes, ...]:
    # Public only from Python 3.13 on, and there also only after a whole handshake.
    inner = tls._sslobj  # type: ignore[attr-defined]  # noqa: SLF001  see above
    return tuple(ssl.PEM_cert_to_DER_cert(one.public_bytes()) for one in inner.get_unverified_chain() or ())
