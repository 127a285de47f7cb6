"""A private CA of the lab's own, and a value for every secret that an inventory names.

The keys of the CAs are no secrets of the federation: the lab keeps them apart, for certificates that are faults.
"""

from __future__ import annotations

import os
import secrets
import string
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum, auto
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pydantic import BaseModel

from lab.errors import LabError
from roaming.model.base import SecretRef
from roaming.model.borough import FederationFace, Snmp, SnmpV2c
from roaming.model.federation import Hub
from roaming.model.identity import Certificate, Credentials, Identity, PasswordProbe, TlsProbe
from roaming.model.terms import Transport

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from roaming.model.network import Network

# What devices that use GovWifi expect its servers to be called (GovWifi tech docs set_up.md).
_GOVWIFI = "wifi.service.gov.uk"
_ALPHABET = string.ascii_letters + string.digits


class SecretKind(StrEnum):
    """What a secret is used for, which decides what a good value looks like."""

    RADIUS = auto()
    PASSWORD = auto()
    KEY = auto()
    LOGIN_KEY = auto()
    TLS_KEY = auto()


# Every place of a secret that is not a plain RADIUS secret (the field `secret` of a record).
_KINDS: dict[tuple[type[BaseModel], str], SecretKind] = {
    (Credentials, "key"): SecretKind.LOGIN_KEY,
    (Credentials, "password"): SecretKind.PASSWORD,
    (Credentials, "enable"): SecretKind.PASSWORD,
    (FederationFace, "key"): SecretKind.TLS_KEY,
    (Hub, "key"): SecretKind.TLS_KEY,
    (Identity, "key"): SecretKind.TLS_KEY,
    (TlsProbe, "key"): SecretKind.TLS_KEY,
    (PasswordProbe, "secret"): SecretKind.PASSWORD,
    (Snmp, "auth"): SecretKind.PASSWORD,
    (Snmp, "privacy"): SecretKind.PASSWORD,
    (SnmpV2c, "community"): SecretKind.PASSWORD,
}
# Key material by the name of its field, wherever it stands: 32 octets in hexadecimal digits.
_KEY_FIELDS = frozenset({"cui_key", "mac_key", "fast_transition_key"})


@dataclass(frozen=True, slots=True)
class Material:
    """Values by secret name, PEM by certificate name; `authorities` are the keys of the CAs, by their names."""

    secrets: Mapping[str, str] = field(repr=False)
    certificates: Mapping[str, str]
    authorities: Mapping[str, str] = field(repr=False, default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Issued:
    """A certificate with its private key; `chain` is what a peer must be sent above it."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey
    chain: str = ""

    @property
    def pem(self) -> str:
        """The certificate and those between it and its root."""
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode() + self.chain


def generate(network: Network) -> Material:
    """Issue every certificate of a network and make up every secret.

    Raises `LabError` where an issuer is missing or one secret is used for two different things.
    """
    kinds = secret_kinds(network)
    keys = {name: ec.generate_private_key(ec.SECP256R1()) for name in _tls_keys(network).values()}
    values = {name: _value(kind) for name, kind in kinds.items() if kind is not SecretKind.TLS_KEY}
    values |= {name: _pem(key) for name, key in keys.items()}
    issued = _issued(network, keys)
    certificates = {name: one.pem for name, one in issued.items()}
    authorities = {name: _pem(issued[name].key) for name in issued if name not in _tls_keys(network)}
    return Material(dict(sorted(values.items())), certificates, authorities)


def secret_kinds(network: Network) -> dict[str, SecretKind]:
    """Return every secret that a network names with what it is used for, sorted by name."""
    kinds: dict[str, SecretKind] = {}
    for name, kind in _references(network):
        if kinds.setdefault(name, kind) is not kind:
            message = f"secret {name} is used as {kinds[name]} and as {kind}: one of them needs a name of its own"
            raise LabError(message)
    return dict(sorted(kinds.items()))


def write(material: Material, directory: Path) -> None:
    """Write a secret store: `<name>` per secret and `certificates/<name>.pem`, for the owner's eyes only."""
    write_private(
        dict(material.secrets) | {f"certificates/{name}.pem": pem for name, pem in material.certificates.items()},
        directory,
    )


def write_private(files: Mapping[str, str], directory: Path) -> None:
    """Write files below a directory, for the owner's eyes only."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, text in files.items():
        path = directory / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as stream:
            stream.write(text.rstrip("\n") + "\n")


def outside_names(realm: str) -> tuple[str, str]:
    """Return the names of the certificate and the key of the lab's home server for an outside realm."""
    return f"outside-{realm.replace('.', '-')}", f"outside/{realm}/key"


def upstream_names(upstream: str) -> tuple[str, str]:
    """Return the names of the certificate and the key of the lab's stand-in for an upstream."""
    return f"outside-{upstream}", f"outside/{upstream}/key"


def govwifi_names() -> tuple[str, str]:
    """Return the names of the certificate that all of the lab's GovWifi servers show, and of its key."""
    return "outside-govwifi", "outside/govwifi/key"


def _references(network: Network) -> Iterator[tuple[str, SecretKind]]:
    roots = (network.federation, *network.hubs, *network.upstreams, *network.boroughs)
    for root in roots:
        yield from _walk(root)
    for name in _tls_keys(network).values():
        yield name, SecretKind.TLS_KEY


def _walk(record: BaseModel) -> Iterator[tuple[str, SecretKind]]:
    for name, value in record:
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, SecretRef):
                yield item.secret, _kind(type(record), name)
            elif isinstance(item, BaseModel):
                yield from _walk(item)


def _kind(record: type[BaseModel], name: str) -> SecretKind:
    if name in _KEY_FIELDS:
        return SecretKind.KEY
    return _KINDS.get((record, name), SecretKind.RADIUS)


def _value(kind: SecretKind) -> str:
    if kind is SecretKind.KEY:
        return secrets.token_hex(32)
    if kind is SecretKind.LOGIN_KEY:
        key = ed25519.Ed25519PrivateKey.generate()
        formats = (serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption())
        return key.private_bytes(*formats).decode()
    return "".join(secrets.choice(_ALPHABET) for _ in range(32))


def _pem(key: ec.EllipticCurvePrivateKey) -> str:
    formats = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return key.private_bytes(*formats).decode()


def _radsec_keys(network: Network) -> dict[str, str]:
    """Return the certificates that stand on either end of RadSec, with the names of their keys."""
    keys = {hub.certificate: hub.key.secret for hub in network.hubs}
    for borough in network.boroughs:
        for face in (server.federation for server in borough.radius):
            if face and face.certificate and face.key:
                keys[face.certificate] = face.key.secret
    peers = (upstream for upstream in network.upstreams if upstream.transport is Transport.RADSEC)
    return keys | dict(upstream_names(upstream.name) for upstream in peers)


def _tls_keys(network: Network) -> dict[str, str]:
    """Return every certificate that has a key of its own, with the name of that key."""
    keys = _radsec_keys(network)
    keys |= {borough.identity.certificate: borough.identity.key.secret for borough in network.boroughs}
    outside = [realm for upstream in network.upstreams for realm in upstream.probes]
    keys |= dict(outside_names(realm.realm) for realm in outside)
    keys |= dict([govwifi_names()] if network.federation.govwifi else [])
    probes = [borough.identity.probe for borough in network.boroughs] + [realm.probe for realm in outside]
    return keys | {probe.tls.certificate: probe.tls.key.secret for probe in probes if probe.tls}


def _outside_records(network: Network) -> Iterator[Certificate]:
    """Yield what the stand-ins for other people's servers need, which no inventory lists."""
    for upstream in network.upstreams:
        if upstream.transport is Transport.RADSEC and upstream.tls_name:
            issuer = network.federation.trust.ca
            yield _outside_record(network, upstream_names(upstream.name)[0], (upstream.tls_name,), issuer)
        for realm in upstream.probes:
            yield _outside_record(network, outside_names(realm.realm)[0], realm.server_names, realm.trust[-1])
    if network.federation.govwifi:
        not_after = network.certificates_by_name[network.federation.trust.ca].not_after
        yield Certificate(name=govwifi_names()[0], kind="server", not_after=not_after, names=(_GOVWIFI,))


def _outside_record(network: Network, name: str, names: tuple[str, ...], issuer: str) -> Certificate:
    not_after = network.certificates_by_name[issuer].not_after
    return Certificate(name=name, kind="server", not_after=not_after, names=names, issuer=issuer)


def _issued(network: Network, keys: Mapping[str, ec.EllipticCurvePrivateKey]) -> dict[str, _Issued]:
    """Issue every certificate, authorities first."""
    records = network.certificates_by_name | {record.name: record for record in _outside_records(network)}
    key_names, radsec = _tls_keys(network), _radsec_keys(network)
    issued: dict[str, _Issued] = {}
    for record in sorted(records.values(), key=lambda record: _depth(record, records)):
        key = keys[key_names[record.name]] if record.name in key_names else ec.generate_private_key(ec.SECP256R1())
        issued[record.name] = _issue(record, key, issued.get(record.issuer or ""), peer=record.name in radsec)
    return dict(sorted(issued.items()))


def _depth(record: Certificate, records: Mapping[str, Certificate], below: int = 0) -> int:
    """Return how many issuers stand above a certificate: 0 for a root."""
    if record.issuer is None:
        return 0
    if record.issuer not in records or records[record.issuer].kind != "ca" or below > len(records):
        message = f"certificate {record.name}: its issuer {record.issuer} is no CA of this inventory"
        raise LabError(message)
    return 1 + _depth(records[record.issuer], records, below + 1)


def _issue(record: Certificate, key: ec.EllipticCurvePrivateKey, issuer: _Issued | None, *, peer: bool) -> _Issued:
    """Issue one certificate; `peer` says that it stands on both ends of RadSec, so it needs both usages."""
    builder = _builder(record, key, issuer)
    for extension, critical in _extensions(record, peer=peer):
        builder = builder.add_extension(extension, critical=critical)
    certificate = builder.sign(issuer.key if issuer else key, hashes.SHA256())
    return _Issued(certificate, key, issuer.pem if issuer and _has_issuer(issuer.certificate) else "")


def _has_issuer(certificate: x509.Certificate) -> bool:
    return certificate.issuer != certificate.subject


def _builder(record: Certificate, key: ec.EllipticCurvePrivateKey, issuer: _Issued | None) -> x509.CertificateBuilder:
    subject = _subject(record)
    public = key.public_key()
    above = issuer.key.public_key() if issuer else public
    last = datetime.combine(record.not_after, time(23, 59, 59), UTC)
    first = min(datetime.now(UTC), last) - timedelta(days=1)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(first)
        .not_valid_after(last)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(above), critical=False)
    )


def _subject(record: Certificate) -> x509.Name:
    """Name a CA by its record, anything else by its first DNS name where that fits (64 characters, RFC 5280)."""
    common = record.names[0] if record.names and len(record.names[0]) <= 64 else record.name  # noqa: PLR2004
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "seamless-wifi lab"),
            x509.NameAttribute(NameOID.COMMON_NAME, record.name if record.kind == "ca" else common),
        ]
    )


def _extensions(record: Certificate, *, peer: bool) -> Iterator[tuple[x509.ExtensionType, bool]]:
    is_ca = record.kind == "ca"
    yield x509.BasicConstraints(ca=is_ca, path_length=None), True
    yield _key_usage(is_ca=is_ca), True
    if not is_ca:
        server, client = ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH
        usages = {"server": [server, client] if peer else [server], "client": [client]}[record.kind]
        yield x509.ExtendedKeyUsage(usages), False
    if record.names:
        yield x509.SubjectAlternativeName([x509.DNSName(name) for name in record.names]), False


def _key_usage(*, is_ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_ca,
        key_cert_sign=is_ca,
        crl_sign=is_ca,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
