"""How a borough's staff, and its probes, are known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roaming.model.terms import EapMethod
from roaming.rules import walk
from roaming.rules.rule import Finding, Given, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roaming.load import ModelPath
    from roaming.model.identity import Probe
    from roaming.model.network import Network


def probe_methods(given: Given) -> Iterator[Finding]:
    """Find EAP methods that are offered and that no probe can try."""
    for path, eap, probe, _ in _probes(given.network):
        if EapMethod.TLS in eap and probe.tls is None:
            yield Finding(path, "EAP tls is offered, but the probe has no tls certificate to try it with")
        if EapMethod.PEAP_MSCHAPV2 in eap and probe.password is None:
            yield Finding(path, "EAP peap-mschapv2 is offered, but the probe has no password account to try it with")


def client_trust(given: Given) -> Iterator[Finding]:
    """Find homes that offer EAP-TLS and trust no client CA."""
    for path, borough in walk.boroughs(given.network):
        if EapMethod.TLS in borough.identity.eap and not borough.identity.client_trust:
            yield Finding((*path, "identity", "eap"), f"{borough.slug} offers EAP tls, but client_trust names no CA")


def probe_realm(given: Given) -> Iterator[Finding]:
    """Find probe accounts of a realm that is not the home's own."""
    for path, _, probe, realms in _probes(given.network):
        users: list[tuple[ModelPath, str]] = [((*path, "reject_user"), probe.reject_user)]
        if probe.password:
            users.append(((*path, "password", "user"), probe.password.user))
        for at, user in users:
            if user.partition("@")[2] not in realms:
                yield Finding(at, f"{user} is not in {' or '.join(realms)}, so another home would answer the probe")
        if probe.password and probe.password.user == probe.reject_user:
            yield Finding((*path, "reject_user"), f"{probe.reject_user} is also the account that is to be accepted")


def outside_realm(given: Given) -> Iterator[Finding]:
    """Find probes of outside realms that are behind another upstream, or are a borough's own."""
    owners = given.network.owners_by_realm
    for index, upstream in enumerate(given.network.upstreams):
        for number, outside in enumerate(upstream.probes):
            path = ("upstreams", index, "probes", number, "realm")
            if outside.realm in owners:
                yield Finding(path, f"{outside.realm} is {owners[outside.realm].slug}'s own, not an outside realm")
            elif upstream.realms != "any" and outside.realm not in upstream.realms:
                yield Finding(path, f"{outside.realm} is not among the realms of {upstream.name}")


def _probes(network: Network) -> Iterator[tuple[ModelPath, tuple[EapMethod, ...], Probe, tuple[str, ...]]]:
    for path, borough in walk.boroughs(network):
        identity = borough.identity
        yield (*path, "identity", "probe"), identity.eap, identity.probe, borough.realms
    for index, upstream in enumerate(network.upstreams):
        for number, outside in enumerate(upstream.probes):
            yield ("upstreams", index, "probes", number, "probe"), outside.eap, outside.probe, (outside.realm,)


RULES = (
    Rule(
        id="probe-methods",
        scheme="any",
        text="Each EAP method that a home offers can be tried by a probe.",
        why="What is not tried is found broken by the officer in the other borough's lobby.",
        source="CESNET rad_eap_test: every realm times every server",
        fix="give the probe an account for the method, or stop offering it",
        find=probe_methods,
    ),
    Rule(
        id="client-trust",
        scheme="any",
        text="A home that offers EAP-TLS names the CAs of its staff's devices.",
        why="Without one no device is accepted; with the machine's default list, anybody's is.",
        source="RFC 5216 §5.3",
        fix="name the CA of the devices in client_trust",
        find=client_trust,
    ),
    Rule(
        id="probe-realm",
        scheme="any",
        text="Probe accounts are in a realm of the home they test, and the rejected one is not the accepted one.",
        why="A probe with a neighbour's realm is answered by the neighbour, and says nothing.",
        source="RFC 7542 §3",
        fix="use accounts of the home's own realm, and a reject_user that does not exist",
        find=probe_realm,
    ),
    Rule(
        id="outside-realm",
        scheme="any",
        text="A probe of an outside realm is kept with the upstream that serves the realm.",
        why="It is to prove that way out, and no other.",
        source="docs/architecture.md",
        fix="move the probe, or add the realm to the upstream's realms",
        find=outside_realm,
    ),
)
