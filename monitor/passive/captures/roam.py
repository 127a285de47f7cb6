"""A roam as it is told, by the definitions of `docs/captures.md`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.passive.captures.attempt import Kind

if TYPE_CHECKING:
    from monitor.passive.captures.client import Ended


@dataclass(frozen=True, slots=True)
class Roam:
    """One roam, association or failed attempt. `start` is in nanoseconds; what was not heard is None or not there.

    `offsets` are when `phases` began, in ms from `start`. `again`: the client asked by a Reassociation Request.
    `acked`: D1 begins with a frame that was heard acknowledged. `doubtful`: two stations with this address were on the
    air. `inferred`: the FT request was encrypted and is known by its place. `fast`: 802.11r was asked for.
    `refused`: the status with which the access point said no, in the end.
    """

    client: bytes
    previous: bytes | None
    bssid: bytes
    kind: Kind
    start: int
    d1_ms: float | None
    d2_ms: float | None
    d4_ms: float | None
    phases: dict[str, float]
    offsets: dict[str, float]
    again: bool
    ssid: str
    akm: str
    why: str
    acked: bool
    doubtful: bool
    inferred: bool
    fast: bool
    refused: int | None


def told(ended: Ended) -> Roam | None:
    """Return what is told of an attempt that has ended; None for a roam that no kind is meant for."""
    attempt = ended.attempt
    # Where two stations have one address, only what the client itself says of its former access point counts.
    previous = ended.previous if not ended.doubtful or attempt.previous else None
    kind = attempt.kind(previous)
    if kind is None:
        return None
    well, last_data = kind is not Kind.INCOMPLETE, ended.recent()
    return Roam(
        client=attempt.client,
        previous=previous,
        bssid=attempt.bssid,
        kind=kind,
        start=attempt.began,
        d1_ms=ended.d1_ms() if well else None,
        d2_ms=attempt.d2_ms() if well else None,
        d4_ms=attempt.d4_ms() if well else None,
        phases=attempt.phases(last_data),
        offsets=attempt.offsets(last_data),
        again=attempt.again,
        ssid=attempt.asked.ssid,
        akm=attempt.asked.akm,
        why="" if well else attempt.why(),
        acked=ended.acked,
        doubtful=ended.doubtful,
        inferred=attempt.inferred,
        fast=attempt.fast,
        refused=attempt.refused,
    )
