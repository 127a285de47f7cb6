"""What users notice of a change, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from roaming.targets.iosxe.kinds import POLICY_PROFILE, POLICY_TAG, SERVER, WLAN
from roaming.targets.iosxe.thing import SHUT

if TYPE_CHECKING:
    from collections.abc import Collection

    from roaming.targets.iosxe.thing import Thing

_NAMED: Final = 3


def of_change(thing: Thing, keys: Collection[str]) -> str:
    """Say what it costs that these settings change; nothing when nobody notices."""
    if thing.kind is WLAN:
        return _of_wlan(thing, keys)
    if thing.kind is SERVER:
        new_key = f"RADIUS server {thing.name} gets a new key: nobody gets in by it until the server has it too"
        return new_key if "key" in keys else ""
    return {
        POLICY_PROFILE.title: f"policy profile {thing.name} is shut and opened: the clients in it are sent away once",
        POLICY_TAG.title: f"policy tag {thing.name} changes: the clients of its access points are sent away once",
    }.get(thing.kind.title, "")


def _of_wlan(wlan: Thing, keys: Collection[str]) -> str:
    if not wlan.open:
        return f"WLAN {_ssid(wlan)} is shut: its clients are sent away"
    if set(keys) == {SHUT}:
        return f"WLAN {_ssid(wlan)} is opened"
    return f"WLAN {_ssid(wlan)} is shut and opened: its clients are sent away once"


def of_removal(thing: Thing, *, again: bool) -> str:
    """Say what it costs that a thing goes, for good or to be made again."""
    if thing.kind is not WLAN:
        return ""
    how = (
        "is removed and made again: its clients are sent away once"
        if again
        else "is removed: its clients are sent away"
    )
    return f"WLAN {_ssid(thing)} {how}"


def of_refilling(group: Thing) -> str:
    """Say what it costs that servers leave a group and come back to it."""
    return f"RADIUS server group {group.name} is emptied and filled again: new authentications wait a moment"


def of_joining(access_points: Collection[str]) -> str:
    """Say what it costs that access points get other tags: each leaves the controller and joins it again."""
    if not access_points:
        return ""
    if len(access_points) == 1:
        (only,) = access_points
        return f"access point {only} gets other tags: it joins again, half a minute without radio"
    some = ", ".join(sorted(access_points)[:_NAMED])
    more = ", …" if len(access_points) > _NAMED else ""
    count = len(access_points)
    return f"{count} access points get other tags ({some}{more}): they join again, half a minute without radio"


def _ssid(wlan: Thing) -> str:
    return f"{wlan.value.partition(' ')[2]} ({wlan.name})"
