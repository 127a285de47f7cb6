"""Where a channel lies: which secondary channel and centre a width has (IEEE 802.11-2020 Annex E)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from roaming.errors import RenderError
from roaming.model.terms import Band

if TYPE_CHECKING:
    from roaming.model.site import Radio


@dataclass(frozen=True, slots=True)
class _Block:
    """Channels that are bonded among themselves: numbered first, first+4, … last."""

    first: int
    last: int


_BLOCKS: Final = {
    Band.GHZ_5: (_Block(36, 64), _Block(100, 144), _Block(149, 177)),
    Band.GHZ_6: (_Block(1, 233),),
}
_LAST_2_4: Final = 13
_LAST_UPPER_2_4: Final = 7
# 6 GHz operating classes of Annex E, table E-4.
_CLASSES_6: Final = {20: 131, 40: 132, 80: 133, 160: 134}
# How hostapd counts widths: 20 and 40 are one, the secondary channel tells them apart.
_WIDTHS: Final = {20: 0, 40: 0, 80: 1, 160: 2}


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel of some width. `secondary` is +1 or -1, 0 without one; `centre` indexes the middle of the width."""

    number: int
    width_mhz: int
    secondary: int
    centre: int
    operating_class: int | None

    @property
    def width_code(self) -> int:
        """The width as hostapd counts it."""
        return _WIDTHS[self.width_mhz]


def channel(radio: Radio) -> Channel:
    """Return where a radio's channel lies; raise `RenderError` when its band has no such channel."""
    return _channel_2_4(radio) if radio.band is Band.GHZ_2_4 else _bonded(radio)


def _channel_2_4(radio: Radio) -> Channel:
    if radio.channel > _LAST_2_4 or radio.width_mhz not in {20, 40}:
        raise _missing(radio)
    secondary = 0 if radio.width_mhz == 20 else 1 if radio.channel <= _LAST_UPPER_2_4 else -1  # noqa: PLR2004  MHz
    return Channel(radio.channel, radio.width_mhz, secondary, radio.channel + 2 * secondary, None)


def _bonded(radio: Radio) -> Channel:
    for block in _BLOCKS[radio.band]:
        position, beside = divmod(radio.channel - block.first, 4)
        count = radio.width_mhz // 20
        start = position - position % count
        fits = block.first + 4 * (start + count - 1) <= block.last
        if position >= 0 and beside == 0 and fits:
            secondary = 0 if count == 1 else 1 if position % 2 == 0 else -1
            centre = block.first + 4 * start + 2 * (count - 1)
            operating_class = _CLASSES_6[radio.width_mhz] if radio.band is Band.GHZ_6 else None
            return Channel(radio.channel, radio.width_mhz, secondary, centre, operating_class)
    raise _missing(radio)


def _missing(radio: Radio) -> RenderError:
    message = f"radio {radio.interface}: {radio.band} GHz has no channel {radio.channel} of {radio.width_mhz} MHz"
    return RenderError(message)
