"""Which setting of which access point stands in the way of FT roams.

Each sentence names the access point and the setting.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from lab.radio.edits import setting

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lab.radio.plan import Plan, Station

# What two access points of one owner must have alike for 802.11r. Values of the last two hold a key: never shown.
_ALIKE: Final = ("mobility_domain", "ft_over_ds", "r0kh", "r1kh")
_SECRET: Final = frozenset({"r0kh", "r1kh"})
_FT_AKM: Final = re.compile(r"\bFT-EAP\b")
_NOT_DECRYPTED: Final = re.compile(r"FT(?:\(RRB\))?: .*(?:decrypt|Unknown|mismatch)", re.IGNORECASE)


def unlike(plan: Plan, start: Station, target: Station) -> tuple[str, ...]:
    """Say which settings of 802.11r are not alike on two access points of one owner.

    A fault even after an FT roam: wpa_supplicant 2.10 takes the mobility domain of the access point that it goes to for
    its own, and hostapd pulls the key; a client that keeps to IEEE 802.11-2020 §13.3 authenticates in full.
    """
    return (*_differences(plan, start, target), *_without_ft(start, target), *_wireless_keys(start, target))


def unread(start: Station, target: Station, logs: Mapping[str, str]) -> tuple[str, ...]:
    """Return what hostapd logged of key messages between two access points that it could not take."""
    return tuple(_unread(start, target, logs))


def _differences(plan: Plan, start: Station, target: Station) -> Iterator[str]:
    for key in _ALIKE:
        values = {station.name: setting(station.configuration, key) for station in (start, target)}
        if len(set(values.values())) > 1:
            wrong = _odd_one(plan, start, target, key)
            right = start if wrong is target else target
            shown = "" if key in _SECRET else f": {values[wrong.name]} here, {values[right.name]} there"
            yield f"{wrong.name}: {key} is not that of {right.name}{shown}"


def _odd_one(plan: Plan, start: Station, target: Station, key: str) -> Station:
    """Return the one to mend: it is not as the inventory renders it, else alone with its value, else the target."""
    for station in (target, start):
        if setting(station.configuration, key) != setting(station.rendered, key):
            return station
    values = [setting(one.configuration, key) for one in plan.stations if one.owner == start.owner]
    return min((target, start), key=lambda station: values.count(setting(station.configuration, key)))


def _without_ft(start: Station, target: Station) -> Iterator[str]:
    for station in (start, target):
        if not _FT_AKM.search(setting(station.configuration, "wpa_key_mgmt") or ""):
            yield f"{station.name}: wpa_key_mgmt offers no FT-EAP"
        elif setting(station.configuration, "mobility_domain") is None:
            yield f"{station.name}: mobility_domain is missing"


def _wireless_keys(start: Station, target: Station) -> Iterator[str]:
    for station in (start, target):
        if setting(station.configuration, "bridge") is None:
            yield f"{station.name}: bridge is missing, so 802.11r's key messages never reach another access point"


def _unread(start: Station, target: Station, logs: Mapping[str, str]) -> Iterator[str]:
    for station in (start, target):
        log = logs.get(f"{station.name}.hostapd.log", "")
        found = next((line for line in log.splitlines() if _NOT_DECRYPTED.search(line)), None)
        if found:
            yield f"{station.name}: hostapd says: {found.partition(': ')[2]}"
