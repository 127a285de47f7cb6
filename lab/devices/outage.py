"""When which WLAN was not offered: the price of a change on a Catalyst.

A WLAN is offered when its profile is up and a policy tag maps it to a policy profile that is up ("Policy Tag", Catalyst
9800 configuration model).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lab.devices.catalyst import Catalyst
    from lab.devices.tree import Node, Tree


@dataclass(frozen=True, slots=True)
class Outage:
    """A time without a WLAN, in seconds of the device's clock; `end` is None while it lasts."""

    wlan: str
    start: float
    end: float | None = None


def _up(section: Node) -> bool:
    return any(child.line == "no shutdown" for child in section.children)


def _named(tree: Tree, mode: str) -> Iterable[Node]:
    return (each for each in tree if each.mode == mode)


def offered(tree: Tree) -> frozenset[str]:
    """Return the WLAN profiles that clients can use."""
    wlans = {each.line.split()[1] for each in _named(tree, "wlan") if _up(each)}
    policies = {each.line.split()[3] for each in _named(tree, "policy") if _up(each)}
    maps = (child.line.split() for tag in _named(tree, "policy-tag") for child in tag.children)
    return frozenset(words[1] for words in maps if words[0] == "wlan" and words[1] in wlans and words[3] in policies)


def note(device: Catalyst, before: Tree, at: float) -> None:
    """Open and close outages after a change."""
    if before is device.tree:
        return
    was, is_ = offered(before), offered(device.tree)
    device.outage_log += [Outage(wlan, at) for wlan in sorted(was - is_)]
    _close(device, is_ - was, at)


def _close(device: Catalyst, wlans: frozenset[str], at: float) -> None:
    device.outage_log = [
        replace(each, end=at) if each.end is None and each.wlan in wlans else each for each in device.outage_log
    ]


def rebooted(device: Catalyst, before: Tree, back: float) -> None:
    """Note that a reboot takes every WLAN down until it is over."""
    now = device.clock()
    _close(device, frozenset(each.wlan for each in device.outage_log), now)
    after = offered(device.tree)
    for wlan in sorted(offered(before) | after):
        device.outage_log.append(Outage(wlan, now, back if wlan in after else None))
