"""Whether a client went in the way that a step asks for: over the DS, steered by its access point, with WPA3."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from lab.radio.edits import setting
from lab.radio.journal import steering_answer
from lab.radio.scenario import How, Kind, Security

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lab.radio.journal import Attempt
    from lab.radio.plan import Plan
    from lab.radio.scenario import Step
    from monitor.passive.captures import Roam as Captured

# What hostapd must say of it, by the way that a client goes.
_SETTINGS: Final = {How.OVER_DS: "ft_over_ds", How.STEERED: "bss_transition"}
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
    client = next(one for one in plan.scenario.clients if one.name == step.client)
    if client.security is not Security.WPA3:
        return
    if not going.seen.get("pmf"):
        yield f"{step.client} at {step.to}: hostapd has it without protected management frames, which is not WPA3"
    if going.air is not None and going.air.akm not in _WPA3:
        yield f"{step.client} at {step.to}: it asked for {going.air.akm or 'no keys'} in the capture, which is not WPA3"
