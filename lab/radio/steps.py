"""A scenario's steps as the guest takes them: who goes where, and what makes it go."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Any, Final

from lab.errors import ScenarioError
from lab.radio.edits import setting
from lab.radio.scenario import How, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lab.radio.plan import Station
    from lab.radio.scenario import Scenario, Step
    from roaming.model.wlan import Wlan

# From which MHz on a channel of 20 MHz has which global operating class (IEEE 802.11-2020 table E-4).
_CLASSES: Final = ((2400, 81), (5170, 115), (5250, 118), (5490, 121), (5735, 125), (5950, 131))
# The PHY type of a neighbour report (annex C, dot11PHYType) by the operating class; all others are VHT.
_HT, _VHT, _HE = 7, 9, 14
_PHYS: Final = {81: _HT, 131: _HE}


def steps(
    scenario: Scenario, wlan: Wlan, stations: tuple[Station, ...], macs: Mapping[str, str]
) -> Iterator[dict[str, Any]]:
    """Yield each step for the guest; ScenarioError for one that the inventory rules out."""
    by_name = {station.name: station for station in stations}
    at: dict[str, Station] = {}
    for step in scenario.walk:
        station, start = by_name[step.to], at.get(step.client)
        if start is not None:
            _refuse_the_impossible(step, wlan, start, station)
        yield {
            "do": "join" if start is None else step.how.value,
            "client": step.client,
            "mac": macs[step.client],
            "node": station.name,
            "bssid": station.bssid,
            "interface": station.interface,
            "from": [start.name, start.interface] if start else None,
            "neighbour": _neighbour(station),
            "forget": step.forget,
            "leave": step.forget or (start is not None and start.mobility_domain != station.mobility_domain),
            "dwell_s": step.dwell_s,
        }
        if step.expect is not Kind.FAILED:
            at[step.client] = station


def _refuse_the_impossible(step: Step, wlan: Wlan, start: Station, station: Station) -> None:
    """Refuse what the inventory, not a fault of what is rendered from it, makes impossible."""
    if step.how is How.ROAM:
        return
    way = f"walk: {step.client} from {start.name} to {step.to}, `{step.how}`"
    key = {How.OVER_DS: "over_ds", How.STEERED: "bss_transition"}[step.how]
    if not getattr(wlan.fast_roaming, key):
        message = f"{way}: the inventory says `{key}: false` of {wlan.name}; a scenario can suppose otherwise (`wlan`)"
        raise ScenarioError(message)
    if len({setting(one.rendered, "mobility_domain") for one in (start, station)}) > 1:
        message = f"{way}: they are of two mobility domains, and wpa_supplicant leaves before such a border"
        raise ScenarioError(message)


def _neighbour(station: Station) -> str:
    """Return an access point as hostapd's BSS_TM_REQ wants a candidate: the one, and the most preferred."""
    place = bisect_right(_CLASSES, station.frequency, key=lambda one: one[0]) - 1
    operating_class = _CLASSES[place][1]
    channel = setting(station.configuration, "channel")
    return f"{station.bssid},0x0000,{operating_class},{channel},{_PHYS.get(operating_class, _VHT)},0301ff"
