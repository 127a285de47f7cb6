"""Which setting of which access point stands in the way of FT roams.

Each sentence names the access point and the setting.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from lab.radio.edits import setting

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lab.radio.plan import Plan, Station

# What two access points of one owner must have alike for 802.11r. Values of the last two hold a key: never shown.
_ALIKE: Final = ("mobility_domain", "ft_over_ds", "r0kh", "r1kh")
_SECRET: Final = frozenset({"r0kh", "r1kh"})
_FT_AKM: Final = re.compile(r"\bFT-EAP\b")
_NOT_DECRYPTED: Final = "FT(RRB): Failed to decrypt"
_SENDER: Final = re.compile(r"received frame from remote AP ([0-9a-f:]{17})")


def unlike(plan: Plan, start: Station, target: Station) -> tuple[str, ...]:
    """Say which settings of 802.11r are not alike on two access points of one owner.

    A fault even after an FT roam: wpa_supplicant 2.10 takes the mobility domain of the access point that it goes to for
    its own, and hostapd pulls the key; a client that keeps to IEEE 802.11-2020 §13.3 authenticates in full.
    """
    ends = start, target
    return (*_differences(plan, *ends), *_without_ft(*ends), *_wireless_keys(*ends), *_without_keys(*ends))


def unread(ends: Sequence[Station], logs: Mapping[str, str]) -> tuple[str, ...]:
    """Say whose key messages an access point could not decrypt, as its hostapd logged."""
    names = {station.bssid: station.name for station in ends}
    found = []
    for station in ends:
        sender = ""
        for line in logs.get(f"{station.name}.hostapd.log", "").splitlines():
            sender = match[1] if (match := _SENDER.search(line)) else sender
            if _NOT_DECRYPTED in line and sender in names:
                found.append(f"{station.name}: cannot decrypt the key messages of {names[sender]} (r0kh, r1kh)")
    return tuple(dict.fromkeys(found))


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


def _without_keys(start: Station, target: Station) -> Iterator[str]:
    for station in (start, target):
        for key in ("r0kh", "r1kh"):
            if setting(station.configuration, key) is None:
                yield f"{station.name}: {key} is missing, so it reads no key message of another access point"
