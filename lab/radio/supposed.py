"""The inventory as a scenario supposes it: the WLAN that is walked, otherwise; it is rendered like any change of it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from lab.errors import ScenarioError
from roaming.model.terms import Scheme

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab.radio.scenario import Supposed
    from roaming.model.base import Record
    from roaming.model.network import Network
    from roaming.model.wlan import Wlan


def walked_wlan(network: Network) -> Wlan:
    """Return the WLAN that is walked: the first that leads to the federation; ScenarioError when there is none."""
    for wlan in network.wlans:
        if wlan.scheme is not Scheme.GOVWIFI:
            return wlan
    message = "the inventory has no WLAN that leads to the federation: there is nothing to roam in"
    raise ScenarioError(message)


def supposed(network: Network, wanted: Supposed) -> Network:
    """Return the inventory with what a scenario supposes of the WLAN that is walked."""
    old = walked_wlan(network)
    changes = {
        name: getattr(old, name).model_copy(update={key: getattr(part, key) for key in part.model_fields_set})
        for name, part in _parts(wanted)
    }
    new = old.model_copy(update=changes)
    return replace(network, wlans=tuple(new if wlan is old else wlan for wlan in network.wlans))


def suppositions(wlan: Wlan, wanted: Supposed) -> tuple[str, ...]:
    """Say what a scenario supposes of the WLAN that is walked, in the words of `wlans.yml`."""
    said = []
    for part, values in _parts(wanted):
        pairs = values.model_dump(mode="json", by_alias=True, exclude_unset=True).items()
        said += [f"{wlan.name}: {part}: {{{_word(key)}: {_word(value)}}}" for key, value in pairs]
    return tuple(said)


def _parts(wanted: Supposed) -> Iterator[tuple[str, Record]]:
    for name in type(wanted).model_fields:
        if part := getattr(wanted, name):
            yield name, part


def _word(value: object) -> str:
    """Spell a key or value as the inventory does: a band in quotes, `true` for True."""
    return value if isinstance(value, str) and not value[0].isdigit() else json.dumps(value)
