"""What certificates are expected to be: alive, named right, issued by the right CA."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from roaming.model.problem import Severity
from roaming.rules import walk
from roaming.rules.rule import Finding, Given, Rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from roaming.load import ModelPath
    from roaming.model.identity import Certificate
    from roaming.model.network import Network

NOTICE = timedelta(days=30)


class Use(NamedTuple):
    """One use of a certificate, and what that use demands of it; None demands nothing."""

    path: ModelPath
    certificate: str
    kind: str
    purpose: str
    names: tuple[str, ...] = ()
    issuers: tuple[str, ...] | None = None


def _uses(network: Network) -> Iterator[Use]:
    ca = (network.federation.trust.ca,)
    yield Use(("federation", "trust", "ca"), ca[0], "ca", "the federation's trust")
    for index, hub in enumerate(network.hubs):
        yield Use(
            ("hubs", index, "certificate"), hub.certificate, "server", f"{hub.name}'s RadSec", (hub.tls_name,), ca
        )
    for path, server, face in walk.faces(network):
        if face.certificate and face.tls_name:
            at = (*path, "certificate")
            yield Use(at, face.certificate, "server", f"{server.name}'s RadSec", (face.tls_name,), ca)
    yield from _identity_uses(network)
    for index, upstream in enumerate(network.upstreams):
        for number, outside in enumerate(upstream.probes):
            path = ("upstreams", index, "probes", number, "trust")
            yield from _trusted(path, outside.trust, f"{outside.realm}'s trust")


def _identity_uses(network: Network) -> Iterator[Use]:
    for path, borough in walk.boroughs(network):
        identity, at = borough.identity, (*path, "identity")
        slug = borough.slug
        eap = Use((*at, "certificate"), identity.certificate, "server", f"{slug}'s EAP")
        yield eap._replace(names=identity.server_names, issuers=identity.trust)
        yield from _trusted((*at, "trust"), identity.trust, f"{slug}'s trust")
        yield from _trusted((*at, "client_trust"), identity.client_trust, f"{slug}'s client_trust")
        if tls := identity.probe.tls:
            where = (*at, "probe", "tls", "certificate")
            yield Use(where, tls.certificate, "client", f"{slug}'s probe", issuers=identity.client_trust)


def _trusted(path: ModelPath, names: Iterable[str], purpose: str) -> Iterator[Use]:
    return (Use((*path, index), name, "ca", purpose) for index, name in enumerate(names))


def expired(given: Given) -> Iterator[Finding]:
    """Find certificates that are no longer valid."""
    for path, certificate in walk.certificates(given.network):
        if certificate.not_after < given.today:
            yield Finding(
                (*path, "not_after"), f"the certificate {certificate.name} expired on {certificate.not_after}"
            )


def expiring(given: Given) -> Iterator[Finding]:
    """Find certificates whose last days have come."""
    for path, certificate in walk.certificates(given.network):
        left = certificate.not_after - given.today
        if timedelta(0) <= left < NOTICE:
            days = f"in {left.days} days" if left else "today"
            text = f"the certificate {certificate.name} expires {days}, on {certificate.not_after}"
            yield Finding((*path, "not_after"), text)


def outlives_issuer(given: Given) -> Iterator[Finding]:
    """Find certificates that are said to be valid longer than their CA."""
    known = given.network.certificates_by_name
    for path, certificate in walk.certificates(given.network):
        issuer = known[certificate.issuer] if certificate.issuer else certificate
        if certificate.not_after > issuer.not_after:
            text = (
                f"{certificate.name} ({certificate.not_after}) outlives its issuer {issuer.name} ({issuer.not_after})"
            )
            yield Finding((*path, "not_after"), text)


def names(given: Given) -> Iterator[Finding]:
    """Find certificates without a name that their peers look for."""
    for use in _uses(given.network):
        present = given.network.certificates_by_name[use.certificate].names
        for name in use.names:
            if name not in present:
                text = f"the certificate {use.certificate} for {use.purpose} lacks the name {name}"
                yield Finding(use.path, text, _record(given.network, use.certificate))


def issuers(given: Given) -> Iterator[Finding]:
    """Find certificates of a CA that their peers do not trust, and CAs that are none."""
    for use in _uses(given.network):
        certificate = given.network.certificates_by_name[use.certificate]
        if use.issuers is not None and certificate.issuer not in use.issuers:
            wanted = " or ".join(use.issuers) or "a CA of client_trust, which is empty"
            issuer = certificate.issuer or "nobody named"
            text = f"the certificate {use.certificate} for {use.purpose} is issued by {issuer}, not by {wanted}"
            yield Finding(use.path, text, _record(given.network, use.certificate))


def kinds(given: Given) -> Iterator[Finding]:
    """Find certificates in the wrong place: a client's in a server, a server's as a CA."""
    for use in _uses(given.network):
        kind = given.network.certificates_by_name[use.certificate].kind
        if kind != use.kind:
            text = f"{use.purpose} wants a {use.kind} certificate, {use.certificate} is a {kind} certificate"
            yield Finding(use.path, text, _record(given.network, use.certificate))
    for path, certificate in walk.certificates(given.network):
        issuer = _issuer(given.network, certificate)
        if issuer and issuer.kind != "ca":
            text = f"{certificate.name} is issued by {issuer.name}, which is a {issuer.kind} certificate"
            yield Finding((*path, "issuer"), text)


def _issuer(network: Network, certificate: Certificate) -> Certificate | None:
    return network.certificates_by_name[certificate.issuer] if certificate.issuer else None


def _record(network: Network, name: str) -> ModelPath | None:
    return next((path for path, certificate in walk.certificates(network) if certificate.name == name), None)


RULES = (
    Rule(
        id="certificate-expired",
        scheme="any",
        text="No certificate is past its last day.",
        why="A peer with an expired certificate is refused, and with it everybody behind it.",
        source="RFC 5280 §4.1.2.5",
        fix="issue a new one, and write its not_after here",
        find=expired,
    ),
    Rule(
        id="certificate-expiring",
        scheme="any",
        text=f"A certificate is renewed {NOTICE.days} days before its last day.",
        why="A new EAP certificate needs a change of profiles on every managed device: a month's notice at least.",
        source="GovWifi tech docs certificate-rotation.md (GW11: at least one month)",
        fix="renew it now",
        find=expiring,
        severity=Severity.WARNING,
    ),
    Rule(
        id="certificate-outlives-issuer",
        scheme="any",
        text="A CA outlives what it issues.",
        why="When the CA expires every certificate below it does, whatever its own date says.",
        source="RFC 5280 §6.1.3",
        fix="renew the CA first, or correct the dates",
        find=outlives_issuer,
    ),
    Rule(
        id="certificate-names",
        scheme="any",
        text="A certificate has the names by which its peers check it: tls_name for RadSec, server_names for EAP.",
        why="A hub that pins a name refuses a certificate without it; a supplicant does likewise.",
        source="RFC 6614 §2.3, RFC 5216 §5.2",
        fix="issue it with the name, or correct the name",
        find=names,
    ),
    Rule(
        id="certificate-issuer",
        scheme="any",
        text="A certificate is issued by a CA that its peers trust: federation.trust, identity.trust or client_trust.",
        why="RadSec has a private CA, because public ones no longer issue client certificates.",
        source="RFC 6614 §2.3, RFC 5280 §6.1",
        fix="have it issued by that CA, or trust its issuer too during a rollover",
        find=issuers,
    ),
    Rule(
        id="certificate-kind",
        scheme="any",
        text="Servers have server certificates, probes client certificates, and only CAs are trusted or issue.",
        why="The extended key usage is checked by the other side.",
        source="RFC 5280 §4.2.1.9, §4.2.1.12",
        fix="name a certificate of the right kind, or correct its kind",
        find=kinds,
    ),
)
