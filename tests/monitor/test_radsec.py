"""Looking at RadSec endpoints on the loopback: real TLS, and everything that is none."""

from __future__ import annotations

import asyncio
import os
import resource
import socket
import ssl
import struct
import threading
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TypeAlias

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from monitor.probes.certificate import judge
from monitor.probes.handshake import Sight, look
from monitor.probes.radsec import Patience, RadsecProbe
from monitor.sample import Failure, FakeSink
from monitor.target import RadiusTarget

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

NOW = datetime(2026, 11, 25, tzinfo=UTC)
NAME = "hub-east.roaming.example"
QUICK = Patience(tries=2, timeout_s=0.3, pause_s=0.01)


@dataclass(frozen=True)
class Issued:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def key_pem(self) -> str:
        formats = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        return self.key.private_bytes(serialization.Encoding.PEM, *formats).decode()


def issue(name: str, by: Issued | None = None, *, ca: bool = False, days: int = 100) -> Issued:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.certificate.subject if by else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=200))
        .not_valid_after(NOW + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    )
    return Issued(builder.sign(by.key if by else key, hashes.SHA256()), key)


CA = issue("radsec-ca", ca=True)
OTHER_CA = issue("radsec-ca", ca=True)
MIDDLE = issue("middle", CA, ca=True, days=50)
GOOD = issue(NAME, CA)


@pytest.mark.parametrize(
    ("chain", "trusted", "days"),
    [
        ((GOOD,), True, 100),
        ((GOOD, CA), True, 100),
        ((issue(NAME, MIDDLE), MIDDLE), True, 50),
        ((issue(NAME, MIDDLE),), False, 100),
        ((issue(NAME, OTHER_CA), OTHER_CA), False, 100),
        ((issue(NAME, OTHER_CA), CA), False, 100),
        ((issue("hub-west.roaming.example", CA),), False, 100),
        ((issue("*.roaming.example", CA),), True, 100),
        ((issue(NAME, CA, days=-1),), False, -1),
        ((issue(NAME, GOOD), GOOD), False, 100),  # a server's certificate issues none
        ((issue(NAME),), False, 100),
    ],
)
def test_a_chain_is_judged(chain: tuple[Issued, ...], trusted: bool, days: int) -> None:  # noqa: FBT001
    judgement = judge(tuple(one.der for one in chain), CA.pem, NAME, NOW)
    assert (judgement.trusted, judgement.expires) == (trusted, (NOW + timedelta(days=days)).timestamp())


def test_what_is_no_certificate_is_not_trusted() -> None:
    judgement = judge((b"\x30\x03nonsense",), CA.pem, NAME, NOW)
    assert (judgement.trusted, judgement.expires) == (False, None)


@pytest.mark.parametrize("authority", ["", "no pem", issue("leaf").pem])
def test_without_a_ca_nothing_is_trusted(authority: str) -> None:
    assert not judge((GOOD.der,), authority, NAME, NOW).trusted


Answer: TypeAlias = "Callable[[socket.socket], None]"


@contextmanager
def endpoint(answer: Answer) -> Iterator[int]:
    """Listen on the loopback and answer every connection in a thread of its own."""
    with socket.create_server(("127.0.0.1", 0)) as listening, ExitStack() as stack:
        held: list[socket.socket] = []

        def serve() -> None:
            while True:
                try:
                    connection = listening.accept()[0]
                except OSError:
                    return
                held.append(connection)
                threading.Thread(target=_guarded, args=(answer, connection), daemon=True).start()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        stack.callback(thread.join, 5)
        stack.callback(listening.shutdown, socket.SHUT_RDWR)
        stack.callback(_close, held)
        yield listening.getsockname()[1]


def _close(held: list[socket.socket]) -> None:
    for connection in held:
        connection.close()


def _guarded(answer: Callable[[socket.socket], None], connection: socket.socket) -> None:
    try:
        answer(connection)
    except OSError:
        connection.close()


def radsec(folder: Path, issued: Issued, version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3) -> Answer:
    """Return an endpoint as daemons are: it demands a client's certificate."""
    certificate, key = folder / "server.pem", folder / "server.key"
    certificate.write_text(issued.pem + CA.pem, encoding="ascii")
    key.write_text(issued.key_pem, encoding="ascii")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    context.load_verify_locations(cadata=CA.pem)
    context.verify_mode = ssl.CERT_REQUIRED
    context.maximum_version = version

    def answer(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as tls:
            tls.recv(1)

    return answer


def says(octets: bytes) -> Answer:
    def answer(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(octets)

    return answer


def _reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def _hang_up(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.shutdown(socket.SHUT_RDWR)


def _half(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.sendall(b"\x16\x03\x03\x00\x7a\x02\x00")
    connection.shutdown(socket.SHUT_RDWR)


def _endless(connection: socket.socket) -> None:
    """Send handshake records that never end: one message of 16 MB in small pieces."""
    connection.recv(65536)
    connection.sendall(b"\x16\x03\x03\x40\x00\x02\xff\xff\xff" + b"\x00" * 16380)
    while True:
        connection.sendall(b"\x16\x03\x03\x40\x00" + b"\x00" * 16384)


def _silent(connection: socket.socket) -> None:
    connection.recv(65536)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_3, ssl.TLSVersion.TLSv1_2])
def test_the_certificate_is_seen_without_one_of_ours(tmp_path: Path, version: ssl.TLSVersion) -> None:
    with endpoint(radsec(tmp_path, GOOD, version)) as port:
        assert asyncio.run(look("127.0.0.1", port, NAME, 5)) == Sight((GOOD.der, CA.der))


def _without_proof(genuine: int) -> Answer:
    """Return an endpoint that shows a certificate which is not its own: it passes on all but the proof of its key."""

    def answer(connection: socket.socket) -> None:
        with socket.create_connection(("127.0.0.1", genuine)) as there:
            there.sendall(connection.recv(65536))
            for record in _records(there):
                if record[5] == 12:  # ServerKeyExchange, RFC 5246 §7.4
                    return
                connection.sendall(record)

    return answer


def _records(there: socket.socket) -> Iterator[bytes]:
    octets = there.makefile("rb")
    while len(head := octets.read(5)) == 5:
        yield head + octets.read(int.from_bytes(head[3:], "big"))


def _long_chain(genuine: int) -> Answer:
    """Return an endpoint that begins as a genuine one does and then shows a chain of more than a look takes."""

    def answer(connection: socket.socket) -> None:
        with socket.create_connection(("127.0.0.1", genuine)) as there:
            there.sendall(connection.recv(65536))
            connection.sendall(next(_records(there)))
        message = b"\x0b\x01\x80\x00" + bytes(0x18000)  # Certificate, RFC 5246 §7.4; OpenSSL takes 100 KiB of it
        for start in range(0, len(message), 0x4000):
            part = message[start : start + 0x4000]
            connection.sendall(b"\x16\x03\x03" + len(part).to_bytes(2, "big") + part)

    return answer


def test_a_chain_without_end_is_cut(tmp_path: Path) -> None:
    with (
        endpoint(radsec(tmp_path, GOOD, ssl.TLSVersion.TLSv1_2)) as genuine,
        endpoint(_long_chain(genuine)) as port,
    ):
        assert asyncio.run(look("127.0.0.1", port, NAME, 5)) == Sight(failure=Failure.TOO_LARGE)


def test_a_certificate_without_proof_of_its_key_is_not_seen(tmp_path: Path) -> None:
    with (
        endpoint(radsec(tmp_path, GOOD, ssl.TLSVersion.TLSv1_2)) as genuine,
        endpoint(_without_proof(genuine)) as port,
    ):
        assert asyncio.run(look("127.0.0.1", port, NAME, 0.5)) == Sight(failure=Failure.TIMEOUT)


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (_silent, Failure.TIMEOUT),
        (_reset, Failure.REFUSED),
        (_hang_up, Failure.REFUSED),
        (_half, Failure.MALFORMED),
        (says(b"SSH-2.0-OpenSSH_9.2p1\r\n"), Failure.MALFORMED),
        (says(bytes(range(256)) * 40), Failure.MALFORMED),
        (says(b"\x15\x03\x03\x00\x02\x02\x28"), Failure.MALFORMED),
        (says(b""), Failure.TIMEOUT),
    ],
)
def test_what_is_no_radsec_is_told_by_its_reason(answer: Answer, failure: Failure) -> None:
    with endpoint(answer) as port:
        assert asyncio.run(look("127.0.0.1", port, NAME, 0.3)) == Sight(failure=failure)


def test_an_endless_handshake_is_cut() -> None:
    with endpoint(_endless) as port:
        sight = asyncio.run(look("127.0.0.1", port, NAME, 5))
    assert sight.failure in {Failure.TOO_LARGE, Failure.MALFORMED}


def test_a_closed_port_refuses() -> None:
    assert asyncio.run(look("127.0.0.1", closed(), NAME, 1)) == Sight(failure=Failure.REFUSED)


def closed() -> int:
    with socket.create_server(("127.0.0.1", 0)) as one:
        port: int = one.getsockname()[1]
    return port


def test_no_route_is_our_own_fault() -> None:
    """The kernel makes no TCP connection to a broadcast address: nothing is sent."""
    assert asyncio.run(look("255.255.255.255", 2083, NAME, 1)) == Sight(failure=Failure.UNREACHABLE, ours=True)


def test_no_descriptor_is_our_own_fault() -> None:
    async def starved() -> Sight:
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        lowest = os.open(os.devnull, os.O_RDONLY)
        os.close(lowest)
        resource.setrlimit(resource.RLIMIT_NOFILE, (lowest, hard))
        try:
            return await look("127.0.0.1", 1, NAME, 1)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    assert asyncio.run(starved()) == Sight(failure=Failure.UNREACHABLE, ours=True)


def target(name: str = "hub-east", address: str = "127.0.0.1") -> RadiusTarget:
    return RadiusTarget(name, "federation", "hub", "10.0.0.10", address, NAME)


def probe(port: int, *targets: RadiusTarget, authority: Callable[[], str] = lambda: CA.pem) -> RadsecProbe:
    return RadsecProbe(targets or (target(),), authority, patience=QUICK, clock=NOW.timestamp, port=port)


def run(one: RadsecProbe) -> FakeSink:
    sink = FakeSink()
    asyncio.run(one.run(sink))
    return sink


def values(sink: FakeSink) -> dict[str, float]:
    return {sample.family.name: sample.value for batch in sink.batches for sample in batch.samples}


@pytest.mark.parametrize(("issued", "trusted"), [(GOOD, 1.0), (issue(NAME, OTHER_CA), 0.0)])
def test_an_endpoint_is_up_and_its_certificate_is_judged(tmp_path: Path, issued: Issued, trusted: float) -> None:
    with endpoint(radsec(tmp_path, issued)) as port:
        sink = run(probe(port))
    assert values(sink) == {
        "roaming_radsec_up": 1.0,
        "roaming_radsec_trusted": trusted,
        "roaming_certificate_expiry_timestamp_seconds": (NOW + timedelta(days=100)).timestamp(),
    }
    (batch,) = sink.batches
    assert (batch.origin, round(batch.lasts_s, 2)) == ("radsec:hub-east", 91.86)
    assert sink.increments == []


def test_a_silent_endpoint_is_tried_again_and_then_down() -> None:
    tried: list[int] = []

    def second_time(connection: socket.socket) -> None:
        tried.append(1)
        _hang_up(connection)

    with endpoint(second_time) as port:
        sink = run(probe(port))
    assert values(sink) == {"roaming_radsec_up": 0.0}
    assert [one.labels for one in sink.increments] == [("radsec", "refused")]
    assert len(tried) == QUICK.tries


def test_one_success_among_the_tries_is_enough(tmp_path: Path) -> None:
    good, tried = radsec(tmp_path, GOOD), [_hang_up]

    def flaky(connection: socket.socket) -> None:
        (tried.pop() if tried else good)(connection)

    with endpoint(flaky) as port:
        assert values(run(probe(port)))["roaming_radsec_up"] == 1.0


def test_without_the_federations_ca_only_trust_is_unknown(tmp_path: Path) -> None:
    def missing() -> str:
        raise LookupError

    with endpoint(radsec(tmp_path, GOOD)) as port:
        sink = run(probe(port, authority=missing))
    assert set(values(sink)) == {"roaming_radsec_up", "roaming_certificate_expiry_timestamp_seconds"}
    assert [one.labels for one in sink.increments] == [("radsec", "secret-missing")]


def test_another_certificate_is_counted_once(tmp_path: Path) -> None:
    shown = [GOOD, GOOD, issue(NAME, CA)]
    one = probe(0)
    counted = []
    for issued in (*shown, shown[-1]):
        with endpoint(radsec(tmp_path, issued)) as port:
            one.port = port
            counted.append(len(run(one).increments))
    assert counted == [0, 0, 1, 0]


def test_our_own_fault_says_nothing_of_the_endpoint() -> None:
    one = probe(2083, target(address="255.255.255.255"))
    one.patience = Patience(tries=2, pause_s=3)
    began = time.monotonic()
    sink = run(one)
    assert time.monotonic() - began < 2, "nor is it tried again"
    assert sink.batches == []
    assert [one.labels for one in sink.increments] == [("radsec", "unreachable")]


def test_when_not_one_endpoint_answers_it_is_rather_us() -> None:
    names = ("hub-east", "hub-west", "camden-rad-1")
    with endpoint(_silent) as port:
        assert run(probe(port, *map(target, names))).batches == []
        assert len(run(probe(port, *map(target, names[:2]))).batches) == 2


def test_an_endpoint_on_demand_teaches_the_scheduled_look_nothing(tmp_path: Path) -> None:
    with endpoint(radsec(tmp_path, GOOD)) as port:
        one = probe(port, target(), replace(target("camden-home-1"), federation=""))
        [batch] = asyncio.run(one.on_demand("hub-east"))
        assert batch.samples[0].value == 1.0
        assert asyncio.run(one.on_demand("camden-home-1")) == ()
        assert asyncio.run(one.on_demand("elsewhere")) == ()
