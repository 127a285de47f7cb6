"""What a plan does to people: who is cut off for how long, and what works only from tomorrow on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from roaming.model.bundle import DeviceKind
from roaming.model.terms import Scheme
from roaming.plan.report import hint

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from roaming.model.borough import Borough
    from roaming.model.bundle import DeviceBundle
    from roaming.model.network import Network
    from roaming.model.site import Site
    from roaming.plan.change import Plan


class EffectKind(StrEnum):
    """An interruption while the device is changed, or a change that is not felt before a day."""

    OUTAGE = "outage"
    OVERNIGHT = "overnight"


@dataclass(frozen=True, slots=True)
class Effect:
    """What the change of one device does. `works_from` is the day on which an overnight effect is felt."""

    device: str
    kind: EffectKind
    words: str
    works_from: date | None = None


def effects(plan: Plan, network: Network, today: date) -> tuple[Effect, ...]:
    """Return what a plan does to people, device after device in the plan's order."""
    found: list[Effect] = []
    for one in plan.pending:
        words = one.outage or ((hint(one),) if one.actions else ())
        found.extend(Effect(one.device.path, EffectKind.OUTAGE, sentence) for sentence in words)
        found.extend(_overnight(one.device, network, today))
    return tuple(found)


def effects_text(found: Iterable[Effect]) -> str:
    """Return a line for each effect, those that several devices have in common once."""
    together: dict[str, list[str]] = {}
    for one in found:
        together.setdefault(one.words, []).append(one.device)
    return "\n".join(f"{words}: {', '.join(devices)}" for words, devices in together.items())


def effects_json(found: Iterable[Effect]) -> list[dict[str, object]]:
    """Return the effects as JSON knows them."""
    return [
        {
            "device": one.device,
            "kind": one.kind.value,
            "words": one.words,
            "works_from": None if one.works_from is None else one.works_from.isoformat(),
        }
        for one in found
    ]


def _overnight(device: DeviceBundle, network: Network, today: date) -> Iterator[Effect]:
    """Yield for each GovWifi location of the device's sites that is not registered yet the day on which it is.

    GovWifi's servers fetch their clients once a night (GovWifi/govwifi-frontend README), and the admin site shows an
    address as available from the day after it was entered (GovWifi/govwifi-admin app/models/ip.rb, `available?`).
    """
    for borough, site in sites_of(device, network):
        if all(network.wlans_by_name[name].scheme is not Scheme.GOVWIFI for name in site.wlans):
            continue
        for location in borough.govwifi.locations if borough.govwifi else ():
            if site.slug in location.sites and location.effective_from > today:
                day = location.effective_from
                words = f"GovWifi at {site.name} works from {day} on: GovWifi takes changes up overnight"
                yield Effect(device.path, EffectKind.OVERNIGHT, words, day)


def sites_of(device: DeviceBundle, network: Network) -> Iterator[tuple[Borough, Site]]:
    """Yield the sites whose radios a device runs: the one place to say so for a kind of device."""
    borough = network.boroughs_by_slug.get(device.owner)
    if borough is None:
        return
    if device.kind is DeviceKind.ACCESS_POINT:
        yield from ((borough, site) for site in borough.sites if site.slug == device.site)
    for controller in borough.controllers:
        if controller.name == device.name:
            found = {site.slug: site for site, _ in network.controlled(borough, controller)}
            yield from ((borough, site) for site in found.values())
