"""A picture as plain values for JSON, and back: what `/api/picture` says and `roam-monitor matrix` reads.

What is not known is left out. Moments are seconds of the Unix epoch.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from monitor.errors import PictureError
from monitor.metrics.picture import DeviceState, PairState, Picture, Status

if TYPE_CHECKING:
    from collections.abc import Mapping

_DEVICES: Final = ("servers", "radsec", "trusted", "access_points")
_MOMENTS: Final = ("at", "since", "success_at", "seconds")
_WORDS: Final = ("reason", "sentence", "path")


def picture_document(picture: Picture) -> dict[str, Any]:
    """Return a picture as values that JSON can hold."""
    devices = {name: {device: _known(state) for device, state in getattr(picture, name).items()} for name in _DEVICES}
    return {
        "at": picture.at,
        "pairs": [{"visited": v, "home": h, **_known(state)} for (v, h), state in picture.pairs.items()],
        **devices,
        "paths": [{"visited": v, "path": p, **_known(state)} for (v, p), state in picture.paths.items()],
        "certificates": [
            {"kind": kind, "server": server, "expires": moment}
            for (kind, server), moment in picture.certificates.items()
            if math.isfinite(moment)
        ],
    }


def read_picture(document: object) -> Picture:
    """Return the picture of a document. Raises `PictureError`, which says where it is none.

    Keys that are not known are passed over: a newer process may say more.
    """
    top = _object(document, "the document")
    devices = {
        name: {device: _device(_object(row, name)) for device, row in _object(top.get(name, {}), name).items()}
        for name in _DEVICES
    }
    return Picture(
        at=_number(top, "at"),
        pairs={(_word(row, "visited"), _word(row, "home")): _pair(row) for row in _rows(top, "pairs")},
        paths={(_word(row, "visited"), _word(row, "path")): _device(row) for row in _rows(top, "paths")},
        certificates={
            (_word(row, "kind"), _word(row, "server")): _number(row, "expires") for row in _rows(top, "certificates")
        },
        **devices,
    )


def finite(value: object) -> float | None:
    """Return a number of a JSON document; None for what is none, or beyond all floats."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _known(state: PairState | DeviceState) -> dict[str, Any]:
    found: dict[str, Any] = {"status": state.status.value}
    for name in _MOMENTS:
        value = getattr(state, name, None)
        if value is not None and math.isfinite(value):
            found[name] = value
    for name in (*_WORDS, "failures"):
        if value := getattr(state, name, None):
            found[name] = value
    return found


def _pair(row: Mapping[str, object]) -> PairState:
    return PairState(
        status=_status(row),
        at=_moment(row, "at"),
        since=_moment(row, "since"),
        success_at=_moment(row, "success_at"),
        seconds=_moment(row, "seconds"),
        failures=round(_moment(row, "failures") or 0),
        reason=_word(row, "reason", ""),
        sentence=_word(row, "sentence", ""),
        path=_word(row, "path", ""),
    )


def _device(row: Mapping[str, object]) -> DeviceState:
    return DeviceState(_status(row), _moment(row, "at"), _moment(row, "since"))


def _status(row: Mapping[str, object]) -> Status:
    word = _word(row, "status")
    try:
        return Status(word)
    except ValueError:
        message = f"this is no picture of the federation: {word!r} is no status"
        raise PictureError(message) from None


def _moment(row: Mapping[str, object], name: str) -> float | None:
    return _number(row, name) if name in row else None


def _number(row: Mapping[str, object], name: str) -> float:
    number = finite(row.get(name))
    if number is None:
        raise _wrong(name, "a number")
    return number


def _word(row: Mapping[str, object], name: str, otherwise: str | None = None) -> str:
    value = row.get(name, otherwise)
    if not isinstance(value, str):
        raise _wrong(name, "a word")
    return value


def _object(value: object, name: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise _wrong(name, "an object")
    return value


def _rows(top: Mapping[str, object], name: str) -> list[Mapping[str, object]]:
    value = top.get(name, [])
    if not isinstance(value, list):
        raise _wrong(name, "a list")
    return [_object(row, f"a row of {name}") for row in value]


def _wrong(name: str, what: str) -> PictureError:
    return PictureError(f"this is no picture of the federation: {name} is not {what}")
