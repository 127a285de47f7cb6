"""Whether a client can go, and went, as a step asks it to: over the DS, steered by its access point, with WPA3."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from lab.errors import ScenarioError
from lab.radio.edits import setting
from lab.radio.journal import steering_answer
from lab.radio.scenario import How, Kind, Security

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lab.radio.journal import Attempt
    from lab.radio.plan import Plan, Station
    from lab.radio.scenario import Step
    from monitor.passive.captures import Roam as Captured
    from roaming.model.wlan import Wlan

# What the inventory, and hostapd, must say of it, by the way that a client goes.
_WORDS: Final = {How.OVER_DS: "over_ds", How.STEERED: "bss_transition"}
_SETTINGS: Final = {How.OVER_DS: "ft_over_ds", How.STEERED: "bss_transition"}
# From which MHz on a channel of 20 MHz has which global operating class (IEEE 802.11-2020 table E-4).
_CLASSES: Final = ((2400, 81), (5170, 115), (5250, 118), (5490, 121), (5735, 125), (5950, 131))
# The PHY type of a neighbour report (annex C, dot11PHYType) by the operating class; all others are VHT.
_HT, _VHT, _HE = 7, 9, 14
_PHYS: Final = {81: _HT, 131: _HE}
_WPA3: Final = frozenset({"802.1X-SHA256", "FT-802.1X"})


@dataclass(frozen=True, slots=True)
class Going:
    """How a client went in a step: from where, as its supplicant logged it (None: it did not come), as captured.

    `seen` is what the guest saw of the step.
    """

    start: str
    attempt: Attempt | None
    air: Captured | None
    seen: Mapping[str, Any]


def refuse_impossible(step: Step, wlan: Wlan, start: Station, station: Station) -> None:
    """Raise ScenarioError for a way that the inventory, not a fault of what is rendered from it, makes impossible."""
    if step.how not in _WORDS:
        return
    way = f"walk: {step.client} from {start.name} to {step.to}, `{step.how}`"
    key = _WORDS[step.how]
    if not getattr(wlan.fast_roaming, key):
        message = f"{way}: the inventory says `{key}: false` of {wlan.name}; a scenario can suppose otherwise (`wlan`)"
        raise ScenarioError(message)
    if setting(start.rendered, "mobility_domain") != setting(station.rendered, "mobility_domain"):
        message = f"{way}: they are of two mobility domains, and wpa_supplicant leaves before such a border"
        raise ScenarioError(message)


def candidate(station: Station) -> str:
    """Return an access point as hostapd's BSS_TM_REQ wants a candidate: the one, and the most preferred."""
    place = bisect_right(_CLASSES, station.frequency, key=lambda one: one[0]) - 1
    operating_class = _CLASSES[place][1]
    channel = setting(station.configuration, "channel")
    return f"{station.bssid},0x0000,{operating_class},{channel},{_PHYS.get(operating_class, _VHT)},0301ff"


def wrong_way(plan: Plan, step: Step, going: Going, logs: Mapping[str, str]) -> Iterator[str]:
    """Say what of a step went in another way than it asks for."""
    if going.start:
        yield from _not_offered(plan, step, going.start)
    if going.start and step.how is How.STEERED and step.expect is not Kind.FAILED:
        yield from _not_steered(plan, step, going, logs)
    if going.attempt is not None:
        yield from _not_wpa3(plan, step, going)


def _not_offered(plan: Plan, step: Step, start: str) -> Iterator[str]:
    """Say which setting rules a way out; of two access points that differ in it, the diagnosis tells."""
    key = _SETTINGS.get(step.how, "")
    names = (start, step.to) if step.how is How.OVER_DS else (start,)
    values = {name: setting(plan.station(name).configuration, key) for name in names if key}
    if "1" not in values.values():
        yield from (f"{name}: {key} is {'missing' if value is None else value}" for name, value in values.items())


def _not_steered(plan: Plan, step: Step, going: Going, logs: Mapping[str, str]) -> Iterator[str]:
    log, mac = logs.get(f"{going.start}.hostapd.log", ""), plan.macs[step.client]
    answer = steering_answer(log, mac, (going.seen["began"], going.seen["ended"]))
    if answer is None:
        yield f"{step.client} did not answer {going.start}, which asked it to go to {step.to}"
        return
    status, bssid = answer
    if status:
        yield f"{step.client} would not go from {going.start} to {step.to} (status {status})"
    elif plan.at(bssid) != step.to:
        yield f"{step.client} chose {plan.at(bssid)} when {going.start} asked it to go to {step.to}"
    elif going.attempt and not going.attempt.steered:
        yield f"{step.client} went to {step.to}, and not because {going.start} asked it to, by wpa_supplicant's log"


def _not_wpa3(plan: Plan, step: Step, going: Going) -> Iterator[str]:
    if plan.client(step.client).security is not Security.WPA3:
        return
    if not going.seen.get("pmf"):
        yield f"{step.client} at {step.to}: hostapd has it without protected management frames, which is not WPA3"
    if going.air is not None and going.air.akm not in _WPA3:
        yield f"{step.client} at {step.to}: it asked for {going.air.akm or 'no keys'} in the capture, which is not WPA3"
