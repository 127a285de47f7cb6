"""What is wrong at one place: a server that another stands in for, a certificate, a building, an access point."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from monitor.attribution.evidence import every, first
from monitor.attribution.finding import OPERATOR, Finding, FindingKind
from monitor.metrics import Status
from monitor.target import FEDERATION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from monitor.attribution.evidence import Evidence
    from monitor.metrics import DeviceState
    from monitor.target import SiteFacts

_DAY: Final = 86_400
NOTICE_DAYS: Final = 30
"""So long before a certificate ends its owner is told."""


def servers(evidence: Evidence) -> Iterator[Finding]:
    """Yield home servers that are down while another of the borough answers."""
    for borough in evidence.estate.boroughs:
        homes = evidence.homes(borough.slug)
        down = [server for server in homes if evidence.answers(server).status is Status.DOWN]
        if not any(evidence.answers(server).status is Status.UP for server in homes):
            continue
        for server in down:
            sentence = f"One of the sign-in servers of {borough.name} is down. Another one does its work."
            since = evidence.answers(server).since
            detail = f"{server.name} {server.address} does not answer"
            yield Finding(FindingKind.SERVER_DOWN, borough.slug, server.name, sentence, detail, since)


def certificates(evidence: Evidence) -> Iterator[Finding]:
    """Yield certificates that end within 30 days, or have ended."""
    owners = {one.name: one.owner for one in (*evidence.estate.servers, *evidence.estate.hubs)}
    for (kind, server), ends in sorted(evidence.picture.certificates.items()):
        days = (ends - evidence.picture.at) / _DAY
        if days < NOTICE_DAYS:
            owner = owners.get(server, server)
            when = "has ended" if days < 0 else f"ends in {days:.0f} days"
            sentence = _certificate(evidence, server, owner, when)
            owner = OPERATOR if owner == FEDERATION else owner
            yield Finding(FindingKind.CERTIFICATE, owner, server, sentence, f"{kind} certificate of {server} {when}")


def _certificate(evidence: Evidence, server: str, owner: str, when: str) -> str:
    """Say what a certificate's end means for people."""
    if owner == FEDERATION:
        return f"The certificate of {server} {when}. Without a new one it cannot carry anybody between boroughs."
    return f"A certificate of {evidence.name(owner)} {when}. Without a new one its staff cannot get online elsewhere."


def buildings(evidence: Evidence) -> Iterator[Finding]:
    """Yield buildings whose access points are all down, and access points that are down in others."""
    for site in evidence.estate.sites:
        states = {name: evidence.access_point(name) for name in site.access_points}
        if every(states.values(), Status.DOWN):
            sentence = f"The wifi of {site.name} is down."
            detail = f"{', '.join(states)} do not answer"
            since = first(states.values())
            yield Finding(FindingKind.SITE_DOWN, site.owner, site.key, sentence, detail, since, (site.owner,))
        else:
            yield from _points(site, states)


def _points(site: SiteFacts, states: dict[str, DeviceState]) -> Iterator[Finding]:
    for name, state in states.items():
        if state.status is Status.DOWN:
            sentence = f"A part of the wifi of {site.name} is down."
            yield Finding(FindingKind.ACCESS_POINT_DOWN, site.owner, name, sentence, f"{name} is down", state.since)


def blindness(evidence: Evidence) -> Iterator[Finding]:
    """Yield boroughs from which nothing recent is known, though something was."""
    for borough in evidence.estate.boroughs:
        states = evidence.outward(borough.slug)
        if states and all(state.status is Status.STALE for state in states):
            sentence = f"Nothing recent is known about visitors in {borough.name}: our test there has stopped."
            detail = f"no probe from {borough.slug} has ended lately"
            since = max((state.at for state in states if state.at is not None), default=None)
            yield Finding(FindingKind.BLIND, OPERATOR, borough.slug, sentence, detail, since, (borough.slug,))
