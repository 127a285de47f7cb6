"""What the guest changes in a rendered hostapd.conf, and that it changes nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.radio.edits import EDITS, edited, setting, without_radar
from roaming.render.hostapd import access_points

if TYPE_CHECKING:
    from roaming.model.network import Network


@pytest.mark.parametrize(
    ("rendered", "guest"),
    [
        *(("36", "36"), ("48", "48"), ("52", "36"), ("56", "40"), ("60", "44"), ("64", "48"), ("100", "36")),
        *(("108", "44"), ("116", "36"), ("144", "48"), ("149", "149"), ("6", "6")),
    ],
)
def test_a_channel_with_radar_becomes_one_without(rendered: str, guest: str) -> None:
    assert without_radar(rendered) == guest


@given(st.integers(1, 233))
def test_no_channel_with_radar_is_left(channel: int) -> None:
    assert int(without_radar(str(channel))) not in range(52, 145)


def test_nothing_but_the_listed_settings_is_changed(network: Network) -> None:
    keys = {edit.key for edit in EDITS}
    for device in access_points(network):
        text = next(file.text() for file in device.files if file.path.endswith("hostapd.conf"))
        pairs = zip(text.splitlines(), edited(text, {}).splitlines(), strict=True)
        changed = {old.partition("=")[0] for old, new in pairs if old != new}
        assert changed <= keys, device.name


def test_a_scenario_spoils_one_setting() -> None:
    text = "channel=52\nmobility_domain=d6a7\n# mobility_domain=x\n"
    assert edited(text, {"mobility_domain": "beef"}) == "channel=36\nmobility_domain=beef\n# mobility_domain=x\n"


def test_6_ghz_knows_no_radar() -> None:
    text = "channel=53\nop_class=133\n"
    assert edited(text, {}) == text


@pytest.mark.parametrize(("key", "value"), [("channel", "52"), ("r0kh", "ff * a"), ("bridge", None)])
def test_a_setting_is_read(key: str, value: str | None) -> None:
    """Of the first BSS, not of a GovWifi beside it, which has a bridge of its own."""
    assert setting("channel=52\nr0kh=ff * a\nr0kh=00 * b\nbss=wlan0_1\nbridge=brvlan322\n", key) == value


def test_the_edits_are_printed_with_their_reason() -> None:
    assert [str(edit) for edit in EDITS] == [
        (
            "channel= of 52 to 144 becomes one of 36 to 48: listening for radar takes 60 s (600 s at 116 to 128), "
            "and there is none in the air of a simulator"
        ),
        (
            "vht_oper_centr_freq_seg0_idx= of 58 to 138 moves with the channel: hostapd starts on no 80 MHz that its "
            "channel is not in"
        ),
    ]


@pytest.mark.parametrize(("number", "centre"), [(52, 58), (100, 106), (112, 106), (116, 122), (144, 138)])
def test_80_mhz_move_with_their_channel(number: int, centre: int) -> None:
    """The channel stands where it stood in its 80 MHz."""
    text = edited(f"channel={number}\nvht_oper_centr_freq_seg0_idx={centre}\n", {})
    moved, middle = (int(setting(text, key) or 0) for key in ("channel", "vht_oper_centr_freq_seg0_idx"))
    assert (moved - middle, middle) == (number - centre, 42)


@pytest.mark.parametrize("centre", [42, 155, 171])
def test_80_mhz_without_radar_stay(centre: int) -> None:
    text = f"channel={centre - 6}\nvht_oper_centr_freq_seg0_idx={centre}\n"
    assert edited(text, {}) == text
