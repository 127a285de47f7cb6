"""The little of BER and SNMPv2c that an agent needs (X.690; RFC 3416 §3): small, and quick for long tables."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, Final, TypeAlias

from lab.errors import LabError

if TYPE_CHECKING:
    from collections.abc import Iterator

Oid: TypeAlias = tuple[int, ...]

SEQUENCE: Final = 0x30
INTEGER: Final = 0x02
OCTETS: Final = 0x04
OBJECT_ID: Final = 0x06
GET, GET_NEXT, RESPONSE, GET_BULK = 0xA0, 0xA1, 0xA2, 0xA5
NO_SUCH_INSTANCE: Final = b"\x81\x00"
END_OF_VIEW: Final = b"\x82\x00"
VERSION_2C: Final = 1
IP_ADDRESS, COUNTER, GAUGE, TICKS = 0x40, 0x41, 0x42, 0x43
_LONG, _SEVEN = 0x80, 0x7F


class BerError(LabError):
    """Octets are no message that the simulated agent understands."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a manager asks. `first` and `second` are GETBULK's non-repeaters and max-repetitions."""

    community: bytes
    kind: int
    number: int
    first: int
    second: int
    oids: tuple[Oid, ...]


def oid(text: str) -> Oid:
    """Read `1.3.6.1`."""
    return tuple(int(part) for part in text.split("."))


def tlv(tag: int, content: bytes) -> bytes:
    """Encode a tag, a length and a content."""
    size = len(content)
    if size < _LONG:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, _LONG | len(length))) + length + content


def integer(number: int) -> bytes:
    """Encode an INTEGER."""
    return tlv(INTEGER, number.to_bytes(number.bit_length() // 8 + 1, "big", signed=True))


def counter(number: int) -> bytes:
    """Encode a Counter32."""
    return bytes((COUNTER,)) + integer(number)[1:]


def gauge(number: int) -> bytes:
    """Encode a Gauge32."""
    return bytes((GAUGE,)) + integer(number)[1:]


def ticks(number: int) -> bytes:
    """Encode TimeTicks, in hundredths of a second."""
    return bytes((TICKS,)) + integer(number)[1:]


def octets(value: bytes | str) -> bytes:
    """Encode an OCTET STRING."""
    return tlv(OCTETS, value.encode() if isinstance(value, str) else value)


def ip_address(address: str) -> bytes:
    """Encode an IpAddress."""
    return tlv(IP_ADDRESS, IPv4Address(address).packed)


def object_id(parts: Oid) -> bytes:
    """Encode an OBJECT IDENTIFIER."""
    return tlv(OBJECT_ID, bytes((parts[0] * 40 + parts[1],)) + b"".join(_base_128(part) for part in parts[2:]))


def varbind(parts: Oid, value: bytes) -> bytes:
    """Encode a name and its encoded value."""
    return tlv(SEQUENCE, object_id(parts) + value)


def response(request: Request, varbinds: bytes) -> bytes:
    """Encode the answer without an error."""
    pdu = tlv(RESPONSE, integer(request.number) + integer(0) + integer(0) + tlv(SEQUENCE, varbinds))
    return tlv(SEQUENCE, integer(VERSION_2C) + octets(request.community) + pdu)


def read_request(data: bytes) -> Request:
    """Decode a GET, GETNEXT or GETBULK of version 2c; raises `BerError` for anything else."""
    try:
        return _request(data)
    except (IndexError, ValueError) as error:
        message = "no request of SNMPv2c"
        raise BerError(message) from error


def _request(data: bytes) -> Request:
    (message,) = _contents(data)
    version, community, pdu = _contents(message[1])
    if _number(version[1]) != VERSION_2C:
        refusal = "the simulated agent speaks SNMPv2c"
        raise BerError(refusal)
    number, first, second, binds = _contents(pdu[1])
    names = [next(_contents(bind))[1] for _, bind in _contents(binds[1])]
    numbers = (_number(number[1]), _number(first[1]), _number(second[1]))
    return Request(community[1], pdu[0], *numbers, tuple(_oid(name) for name in names))


def _contents(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield tag and content of one value after the other."""
    at = 0
    while at < len(data):
        tag, size, at = data[at], data[at + 1], at + 2
        if size & _LONG:
            wide = size & _SEVEN
            size, at = int.from_bytes(data[at : at + wide], "big"), at + wide
        if at + size > len(data):
            message = "a value is longer than its message"
            raise BerError(message)
        yield tag, data[at : at + size]
        at += size


def _number(content: bytes) -> int:
    return int.from_bytes(content, "big", signed=True)


def _oid(content: bytes) -> Oid:
    first = min(content[0] // 40, 2)
    parts, value = [first, content[0] - first * 40], 0
    for octet in content[1:]:
        value = value << 7 | octet & _SEVEN
        if not octet & _LONG:
            parts.append(value)
            value = 0
    return tuple(parts)


def _base_128(number: int) -> bytes:
    parts = [number & _SEVEN]
    while number := number >> 7:
        parts.append(number & _SEVEN | _LONG)
    return bytes(reversed(parts))
