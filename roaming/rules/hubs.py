"""The hubs and the ways out of the region: two of each, nothing of ours outside, a fail-over in time."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from roaming.errors import RenderError
from roaming.federation import timers
from roaming.model.problem import Severity
from roaming.model.terms import Scheme
from roaming.rules.rule import Finding, Given, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roaming.load import ModelPath
    from roaming.model.federation import Hub
    from roaming.model.network import Network

ONE_SITE_PREFIX = 26
"""Public addresses that share this many bits are taken to stand in one data centre's network."""


def two_hubs(given: Given) -> Iterator[Finding]:
    """Find a federation whose hubs can fall together."""
    hubs = given.network.hubs
    if len(hubs) < 2:  # noqa: PLR2004  the rule's own number, named in the message
        yield Finding(("hubs",), f"there are to be at least two hubs, not {len(hubs)}")
    for (_, first), (index, second) in combinations(enumerate(hubs), 2):
        yield from _apart(first, second, ("hubs", index))


def _apart(first: Hub, second: Hub, path: ModelPath) -> Iterator[Finding]:
    if first.site == second.site:
        yield Finding((*path, "site"), f"{second.name} stands where {first.name} stands, in {first.site}")
    different = int(first.address) ^ int(second.address)
    if first.address != second.address and different >> (32 - ONE_SITE_PREFIX) == 0:
        text = f"{second.address} is in the same /{ONE_SITE_PREFIX} as {first.name}'s {first.address}"
        yield Finding((*path, "address"), text)


def own_realm_upstream(given: Given) -> Iterator[Finding]:
    """Find upstreams that claim a borough's realm, or a name below one."""
    owners = given.network.owners_by_realm
    for path, realm in _claimed(given.network):
        suffixes = (realm.split(".", dots)[-1] for dots in range(realm.count(".")))
        owner = next((owners[suffix] for suffix in suffixes if suffix in owners), None)
        if owner:
            yield Finding(path, f"{realm} is {owner.slug}'s own and may not be sent upstream")


def _claimed(network: Network) -> Iterator[tuple[ModelPath, str]]:
    for index, upstream in enumerate(network.upstreams):
        for number, realm in enumerate(() if upstream.realms == "any" else upstream.realms):
            yield ("upstreams", index, "realms", number), realm


def scheme_declared(given: Given) -> Iterator[Finding]:
    """Find WLANs and upstreams of schemes that the federation does not take part in."""
    network = given.network
    used = [(("wlans", index, "scheme"), wlan.scheme) for index, wlan in enumerate(network.wlans)]
    used += [(("upstreams", index, "scheme"), upstream.scheme) for index, upstream in enumerate(network.upstreams)]
    for path, scheme in used:
        if scheme not in network.federation.schemes:
            yield Finding(
                path, f"the scheme {scheme} is not one of the federation's schemes", ("federation", "schemes")
            )


def two_upstreams(given: Given) -> Iterator[Finding]:
    """Find schemes whose one national proxy is the only way out."""
    upstreams = given.network.upstreams
    for scheme in Scheme:
        ways = [i for i, upstream in enumerate(upstreams) if upstream.realms == "any" and upstream.scheme is scheme]
        if len(ways) == 1:
            yield Finding(
                ("upstreams", ways[0]), f"{upstreams[ways[0]].name} is the only way out of London for {scheme}"
            )


def failover_target(given: Given) -> Iterator[Finding]:
    """Find a target that the daemons cannot reach."""
    try:
        timers(given.network.federation)
    except RenderError as error:
        yield Finding(("federation", "failover_target"), str(error))


RULES = (
    Rule(
        id="two-hubs",
        scheme="any",
        text=f"There are two hubs or more, at different sites, not in one /{ONE_SITE_PREFIX}.",
        why="With one hub, or with both behind one switch, one fault stops every officer's roaming.",
        source="GEANT eduroam NRO audit draft (164331539): servers on different IP subnets and locations",
        fix="add a hub in a second data centre with an address of its own network",
        find=two_hubs,
    ),
    Rule(
        id="own-realm-upstream",
        scheme="govroam",
        text="No upstream serves a borough's realm or a name below it.",
        why="Requests for London's own users would go to the national proxies and come back: a loop.",
        source='Jisc govroam wiki, siteadmin:freeradius_realm_filtering: "specifically banned in the Tech Spec"',
        fix="take the realm out of the upstream's realms",
        find=own_realm_upstream,
    ),
    Rule(
        id="scheme-declared",
        scheme="any",
        text="WLANs and upstreams are of a scheme that the federation takes part in.",
        why="A scheme is a contract: an SSID of a scheme that was never joined rejects everybody.",
        source="Jisc govroam wiki, implementing_govroam; GovWifi requirements.md (signed MOU)",
        fix="add the scheme to federation.schemes, or correct it here",
        find=scheme_declared,
    ),
    Rule(
        id="two-upstreams",
        scheme="any",
        text="A scheme with a way out for any realm has two upstreams for it.",
        why="National proxies are taken down for maintenance one at a time.",
        source="GEANT eduroam NRO audit draft (164331539): servers on different IP subnets and locations",
        fix="add the scheme's second national proxy",
        find=two_upstreams,
        severity=Severity.WARNING,
    ),
    Rule(
        id="failover-target",
        scheme="any",
        text="The time within which a new authentication succeeds after a hub died is one that the daemons can keep.",
        why="The daemons clamp what they cannot do with a warning that nobody reads.",
        source="radsecproxy 1.11.2 radsecproxy.h (STATUS_SERVER_PERIOD 25); FreeRADIUS 3.2.7 realms.c",
        fix="raise federation.failover_target",
        find=failover_target,
    ),
)
