"""Makes a screenshot small: 256 colours at most, and the best compression. Source: https://www.w3.org/TR/png-3/."""

from __future__ import annotations

import struct
import zlib
from itertools import pairwise

_HEAD = b"\x89PNG\r\n\x1a\n"
_TRUECOLOUR, _INDEXED = 2, 3
_MOST = 256
_STEPS = (5, 15, 17, 51)
"""Divisors of 255, so that black and white stay what they are."""


def smaller(picture: bytes) -> bytes:
    """Return a PNG of Chromium (8 bits, RGB, not interlaced) with a palette of the finest steps that fit."""
    chunks = list(_chunks(picture))
    width, height, depth, colour = struct.unpack(">IIBB", chunks[0][1][:10])
    assert (depth, colour) == (8, _TRUECOLOUR)
    raw = zlib.decompress(b"".join(body for kind, body in chunks if kind == b"IDAT"))
    lines = _unfiltered(raw, width * 3, height)
    pixels, palette = next(found for step in _STEPS if len((found := _coarse(lines, step))[1]) <= _MOST)
    indexed = b"".join(b"\0" + bytes(palette[pixel] for pixel in row) for row in pixels)
    head = struct.pack(">IIBBBBB", width, height, 8, _INDEXED, 0, 0, 0)
    parts = ((b"IHDR", head), (b"PLTE", b"".join(palette)), (b"IDAT", zlib.compress(indexed, 9)), (b"IEND", b""))
    return _HEAD + b"".join(_chunk(kind, body) for kind, body in parts)


def _coarse(lines: list[bytearray], step: int) -> tuple[list[list[bytes]], dict[bytes, int]]:
    """Return pixels whose colours are multiples of a step, and a number for each of these."""
    table = bytes(round(value / step) * step for value in range(256))
    steps = [bytes(line).translate(table) for line in lines]
    pixels = [[line[at : at + 3] for at in range(0, len(line), 3)] for line in steps]
    return pixels, {pixel: number for number, pixel in enumerate(sorted({pixel for row in pixels for pixel in row}))}


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _chunks(picture: bytes) -> list[tuple[bytes, bytes]]:
    found, at = [], len(_HEAD)
    while at < len(picture):
        (length,) = struct.unpack(">I", picture[at : at + 4])
        found.append((picture[at + 4 : at + 8], picture[at + 8 : at + 8 + length]))
        at += 12 + length
    return found


def _unfiltered(raw: bytes, stride: int, height: int) -> list[bytearray]:
    """Undo the filter of each line; pixels are three bytes."""
    starts = range(0, (stride + 1) * (height + 1), stride + 1)
    lines: list[bytearray] = []
    above = bytearray(stride)
    for begin, end in pairwise(starts):
        line = bytearray(raw[begin + 1 : end])
        _undo(raw[begin], line, above)
        lines.append(line)
        above = line
    return lines


def _undo(how: int, line: bytearray, above: bytearray) -> None:
    for at in range(len(line)):
        left, corner = (line[at - 3], above[at - 3]) if at >= 3 else (0, 0)
        up = above[at]
        match how:
            case 1:
                line[at] = (line[at] + left) & 255
            case 2:
                line[at] = (line[at] + up) & 255
            case 3:
                line[at] = (line[at] + (left + up) // 2) & 255
            case 4:
                line[at] = (line[at] + _paeth(left, up, corner)) & 255


def _paeth(left: int, up: int, corner: int) -> int:
    guess = left + up - corner
    return min((left, up, corner), key=lambda one: abs(guess - one))
