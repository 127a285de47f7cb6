"""What is wrong between boroughs: hubs, boroughs that are cut off, homes that nobody reaches, pairs."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from monitor.attribution.evidence import every, first
from monitor.attribution.finding import OPERATOR, Finding, FindingKind
from monitor.attribution.suspects import LOST_SHARE, Suspects, suspects
from monitor.metrics import Status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from monitor.attribution.evidence import Evidence
    from monitor.target import RadiusTarget

_EXPIRED: Final = "certificate-expired"


def hubs(evidence: Evidence) -> Iterator[Finding]:
    """Yield hubs that are down; all of them together are one finding."""
    everyone = tuple(borough.slug for borough in evidence.estate.boroughs)
    down = [hub for hub in evidence.estate.hubs if evidence.endpoint(hub).status is Status.DOWN]
    since = first(evidence.endpoint(hub) for hub in down)
    if down and len(down) == len(evidence.estate.hubs):
        names = " and ".join(hub.name for hub in down)
        sentence = "The network that joins the boroughs is down: staff can work in their own borough only."
        yield Finding(FindingKind.FEDERATION_DOWN, OPERATOR, names, sentence, f"{names} do not answer", since, everyone)
        return
    for hub in down:
        sentence = "One of the machines that join the boroughs is down. Nobody is cut off: the others carry everything."
        detail = f"{hub.name} {hub.federation} does not answer"
        yield Finding(FindingKind.HUB_DOWN, OPERATOR, hub.name, sentence, detail, evidence.endpoint(hub).since)


def between(evidence: Evidence) -> Iterator[Finding]:
    """Yield boroughs that are cut off, isolated, unreachable or slow, and pairs that fail by themselves."""
    found = suspects(evidence.picture.pairs)
    both = set(found.isolated) & set(found.unreachable)
    for borough in sorted(both):
        yield _cut_off(evidence, borough)
    for borough in sorted(set(found.isolated) - both):
        yield _isolated(evidence, borough)
    for home in sorted(set(found.unreachable) - both):
        yield _unreachable(evidence, home)
    yield from _slow(evidence, found)
    for visited, home in found.pairs:
        yield _pair(evidence, visited, home)


def _cut_off(evidence: Evidence, borough: str) -> Finding:
    name = evidence.name(borough)
    what, why = _cause(evidence, borough)
    sentence = (
        f"{name} is cut off: {what}. Its staff cannot get online in other boroughs, nor visitors in its buildings."
    )
    since = first(evidence.lost(home=borough, visited=borough))
    return Finding(FindingKind.CUT_OFF, borough, borough, sentence, why, since, (borough,))


def _isolated(evidence: Evidence, borough: str) -> Finding:
    _, why = _cause(evidence, borough)
    sentence = f"Visitors cannot get online in the buildings of {evidence.name(borough)}: its way out does not work."
    since = first(evidence.lost(visited=borough))
    return Finding(FindingKind.ISOLATED, borough, borough, sentence, why, since, (borough,))


def _unreachable(evidence: Evidence, home: str) -> Finding:
    what, why = _cause(evidence, home)
    sentence = f"Staff of {evidence.name(home)} cannot get online in other boroughs: {what}."
    since = first(evidence.lost(home=home))
    return Finding(FindingKind.UNREACHABLE, home, home, sentence, why, since, (home,))


def _cause(evidence: Evidence, borough: str) -> tuple[str, str]:
    """Return the most telling reason why a borough is out of reach, for people and for engineers."""
    homes, proxies = evidence.homes(borough), evidence.proxies(borough)
    reasons = Counter(state.reason for state in evidence.lost(home=borough))
    usual = reasons.most_common(1)[0][0] if reasons else ""
    if every(map(evidence.answers, homes), Status.DOWN):
        return "its sign-in server does not answer", f"no answer from {_names(homes)} inside the borough"
    if usual == _EXPIRED:
        return "the certificate of its sign-in server has ended", "its EAP server certificate is outside its validity"
    if every(map(evidence.endpoint, proxies), Status.DOWN):
        return "its connection to the other boroughs is down", f"the RadSec endpoints of {_names(proxies)} are silent"
    if any(evidence.trusted(proxy).status is Status.DOWN for proxy in proxies):
        return "its connection is not trusted by the others", f"{_names(proxies)}: certificate or key is wrong"
    if homes and not evidence.well_at_home(borough):
        turned_away = usual.startswith("rejected")
        what = "turns everybody away" if turned_away else "does not answer"
        return f"its sign-in server {what}", f"its own staff fail too: {usual or 'no reason known'}"
    return "the reason is not known yet", usual or "no reason known"


def _names(servers: tuple[RadiusTarget, ...]) -> str:
    return ", ".join(server.name for server in servers)


def _slow(evidence: Evidence, found: Suspects) -> Iterator[Finding]:
    for home in evidence.estate.homes:
        known = [state for state in evidence.inward(home) if state.status in {Status.UP, Status.SLOW}]
        slow = [state for state in known if state.status is Status.SLOW]
        if home not in found.unreachable and slow and len(slow) >= LOST_SHARE * len(known):
            longest = max(state.seconds or 0 for state in slow)
            sentence = f"Staff of {evidence.name(home)} get online elsewhere, but slowly: up to {longest:.0f} seconds."
            detail = f"{len(slow)} of {len(known)} boroughs see slow authentications"
            yield Finding(FindingKind.SLOW, home, home, sentence, detail, first(slow), (home,))


def _pair(evidence: Evidence, visited: str, home: str) -> Finding:
    state = evidence.picture.pairs[visited, home]
    sentence = f"Staff of {evidence.name(home)} cannot get online in the buildings of {evidence.name(visited)}."
    return Finding(
        FindingKind.PAIR_DOWN, visited, f"{visited} {home}", sentence, state.sentence, state.since, (visited, home)
    )
