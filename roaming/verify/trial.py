"""What a verification tries: from which borough, as whose user, and which ends count as right. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from secrets import token_hex
from typing import TYPE_CHECKING, Final

from pydantic import TypeAdapter, ValidationError

from roaming.eap import Nas, Reason, calling_station, outer_identity
from roaming.errors import VerifyError
from roaming.model.base import Realm
from roaming.model.terms import EapMethod, Scheme
from roaming.verify.home import Home, homes
from roaming.verify.limit import Limit, parse_limit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roaming.model.borough import Borough, RadiusServer
    from roaming.model.network import Network
    from roaming.model.site import AccessPoint, Site


class Expect(StrEnum):
    """How the users are to be met."""

    ACCEPT = "accept"
    UNKNOWN_USER = "unknown-user"
    WRONG_PASSWORD = "wrong-password"  # noqa: S105  the name of an expectation


@dataclass(frozen=True, slots=True)
class Options:
    """What to try. `timeout` and `retry_for` are in seconds; `identity` is an outer identity to use as it stands.

    `run` stands in every other identity, so that logs can be searched for it; by default it is made up.
    """

    limit: str | None = None
    method: EapMethod | None = None
    expect: Expect = Expect.ACCEPT
    identity: str | None = None
    timeout: int = 5
    retry_for: float = 0.0
    parallel: int = 6
    run: str = field(default_factory=lambda: token_hex(4))


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who wants in. `home` is the matrix's column, `source` whose probe he is; None for a made-up name."""

    home: str
    realm: str
    method: EapMethod
    right: frozenset[Reason]
    expect: Expect = Expect.ACCEPT
    source: Home | None = None
    identity: str | None = None


@dataclass(frozen=True, slots=True)
class Trial:
    """One thing to try: a user at an access point of a visited borough, whose proxies are asked in that order."""

    number: int
    visited: Borough
    user: User
    nas: Nas
    proxies: tuple[RadiusServer, ...]

    def identity(self, run: str, attempt: int) -> str:
        """Return the outer identity of an attempt: each has its own, so that each can be found in the logs."""
        if self.user.identity is not None:
            return self.user.identity
        number = str(self.number) if attempt == 1 else f"{self.number}.{attempt}"
        return outer_identity(run, number, self.user.realm)


def trials(network: Network, options: Options) -> tuple[Trial, ...]:
    """Return everything to be tried, in the order of the inventory; raise `VerifyError` when that is nothing."""
    limit = parse_limit(network, options.limit)
    users = _users(network, options)
    wanted = [(visited, user) for visited in network.boroughs for user in users if limit.includes(visited)]
    if not wanted:
        message = "nothing to try: no home within these limits offers that method and has a probe for it"
        raise VerifyError(message)
    return tuple(
        Trial(number, visited, user, _nas(network, visited, limit), _proxies(network, visited, limit))
        for number, (visited, user) in enumerate(wanted, start=1)
    )


def _users(network: Network, options: Options) -> tuple[User, ...]:
    known = homes(network)
    if options.identity is None:
        return tuple(user for home in known for user in _probes(home, options))
    realm = options.identity.partition("@")[2].lower()
    home = next((home for home in known if realm in home.realms), None)
    if home is None:
        return (_stranger(network, options.identity, realm),)
    return tuple(_probes(home, options))


_REALM: Final[TypeAdapter[str]] = TypeAdapter(Realm)

_RIGHT: Final = {
    Expect.ACCEPT: frozenset({Reason.ACCEPTED}),
    Expect.UNKNOWN_USER: frozenset({Reason.REJECTED_AT_HOME}),
    Expect.WRONG_PASSWORD: frozenset({Reason.REJECTED_AT_HOME}),
}


def _probes(home: Home, options: Options) -> list[User]:
    """Return a home's probe, once for each method; passwords and unknown users are a matter of PEAP."""
    methods = [method for method in home.methods() if options.method in (None, method)]
    if options.expect is not Expect.ACCEPT:
        methods = [method for method in methods if method is EapMethod.PEAP_MSCHAPV2]
    return [
        User(home.name, home.realm, method, _RIGHT[options.expect], options.expect, home, options.identity)
        for method in methods
    ]


def _stranger(network: Network, identity: str, realm: str) -> User:
    """Return a user whom nobody knows: without a well-formed realm he must not leave the borough."""
    if not _well_formed(realm):
        right = frozenset({Reason.REJECTED_LOCALLY})
    elif any(upstream.realms == "any" for upstream in network.upstreams):
        right = frozenset({Reason.REJECTED_BY_HUB, Reason.REJECTED_UNNAMED, Reason.REJECTED_AT_HOME})
    else:
        right = frozenset({Reason.REJECTED_BY_HUB})
    return User(realm or "no realm", realm, EapMethod.PEAP_MSCHAPV2, right, Expect.UNKNOWN_USER, None, identity)


def _well_formed(realm: str) -> bool:
    try:
        _REALM.validate_python(realm)
    except ValidationError:
        return False
    return True


def _proxies(network: Network, visited: Borough, limit: Limit) -> tuple[RadiusServer, ...]:
    return tuple(proxy for proxy in network.proxies(visited) if limit.proxy in ("", proxy.name))


def _nas(network: Network, visited: Borough, limit: Limit) -> Nas:
    """Return an access point that the borough owns, or its agent where the inventory knows none."""
    for _, site, point in network.access_points():
        if site.owner == visited.slug and _within(limit, site, point):
            offered = next(_offers(network, site, point), None)
            if offered:
                return offered
    federated = [wlan for wlan in network.wlans if wlan.scheme is not Scheme.GOVWIFI]
    ssid = federated[0].ssid if federated else "roam"
    return Nas(visited.agent.name, calling_station(visited.agent.name), ssid)


def _offers(network: Network, site: Site, point: AccessPoint) -> Iterator[Nas]:
    """Yield the federated WLANs of an access point; a radio's BSSID counts up with each WLAN on its band."""
    for radio in point.radios:
        for index, wlan in enumerate(network.offered(site, radio.band)):
            if wlan.scheme is not Scheme.GOVWIFI:
                digits = f"{int(radio.bssid.replace(':', ''), 16) + index:012x}"
                yield Nas(point.identifier, ":".join(digits[at : at + 2] for at in range(0, 12, 2)), wlan.ssid)


def _within(limit: Limit, site: Site, point: AccessPoint) -> bool:
    return limit.site in ("", site.slug) and limit.access_point in ("", point.name)
