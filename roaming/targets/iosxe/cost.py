"""What users notice of a change, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roaming.targets.iosxe.kinds import ACCESS_POINT, GROUP, POLICY_PROFILE, POLICY_TAG, SERVER, WLAN
from roaming.targets.iosxe.thing import SHUT

if TYPE_CHECKING:
    from collections.abc import Collection

    from roaming.targets.iosxe.thing import Thing


def of_change(thing: Thing, keys: Collection[str]) -> str:
    """Say what it costs that these settings change; nothing when nobody notices."""
    if thing.kind is WLAN:
        return _of_wlan(thing, keys)
    if thing.kind is SERVER:
        new_key = f"RADIUS server {thing.name} gets a new key: nobody gets in by it until the server has it too"
        return new_key if "key" in keys else ""
    if thing.kind is GROUP:
        filled = f"RADIUS server group {thing.name} is filled in another order: new authentications wait a moment"
        return filled if any(key.startswith(f"{GROUP.ordered} ") for key in keys) else ""
    return {
        POLICY_PROFILE.title: f"policy profile {thing.name} is shut and opened: the clients in it are sent away once",
        POLICY_TAG.title: f"policy tag {thing.name} changes: the clients of its access points are sent away once",
        ACCESS_POINT.title: f"access point {thing.name} gets other tags: it joins again, half a minute without radio",
    }.get(thing.kind.title, "")


def _of_wlan(wlan: Thing, keys: Collection[str]) -> str:
    if not wlan.open:
        return f"WLAN {_ssid(wlan)} is shut: its clients are sent away"
    if set(keys) == {SHUT}:
        return f"WLAN {_ssid(wlan)} is opened"
    return f"WLAN {_ssid(wlan)} is shut and opened: its clients are sent away once"


def of_removal(thing: Thing, *, again: bool) -> str:
    """Say what it costs that a thing goes, for good or to be made again."""
    if thing.kind is ACCESS_POINT:
        return f"access point {thing.name} loses its tags: it joins again, half a minute without radio"
    if thing.kind is not WLAN:
        return ""
    how = (
        "is removed and made again: its clients are sent away once"
        if again
        else "is removed: its clients are sent away"
    )
    return f"WLAN {_ssid(thing)} {how}"


def _ssid(wlan: Thing) -> str:
    return f"{wlan.value.partition(' ')[2]} ({wlan.name})"
