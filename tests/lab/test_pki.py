"""What the lab issues is what the inventory says, and openssl agrees."""

from __future__ import annotations

import datetime as dt
import subprocess
import time
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from lab.errors import LabError
from lab.logins import authorized_key
from lab.pki import Material, SecretKind, generate, secret_kinds, write
from roaming.load import load
from roaming.model.identity import Certificate
from roaming.secrets import DirectoryStore
from tests.edited import edited

if TYPE_CHECKING:
    from pathlib import Path

    from roaming.model.network import Network


@pytest.fixture(scope="module")
def store(material: Material, tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("pki") / "secrets"
    write(material, directory)
    return directory


def _certificate(material: Material, name: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate(material.certificates[name].encode())


def test_every_certificate_is_what_the_inventory_says(network: Network, material: Material) -> None:
    for record in network.certificates_by_name.values():
        found = _certificate(material, record.name)
        basic = found.extensions.get_extension_for_class(x509.BasicConstraints)
        assert basic.critical
        assert basic.value.ca == (record.kind == "ca")
        assert found.not_valid_after_utc.date() == record.not_after
        assert found.not_valid_before_utc < dt.datetime.now(dt.UTC)
        if record.names:
            names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
            assert tuple(names.get_values_for_type(x509.DNSName)) == record.names
        issuer = found.issuer.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
        assert issuer == (record.issuer or record.name)


@pytest.mark.parametrize(
    ("name", "usages"),
    [
        ("hub-east", {ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH}),
        ("camden-rad-1", {ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH}),
        ("camden-eap", {ExtendedKeyUsageOID.SERVER_AUTH}),
        ("camden-probe", {ExtendedKeyUsageOID.CLIENT_AUTH}),
    ],
)
def test_usages_fit_what_a_certificate_is_for(
    material: Material, name: str, usages: set[x509.ObjectIdentifier]
) -> None:
    extension = _certificate(material, name).extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    assert set(extension.value) == usages


@pytest.mark.parametrize(
    ("name", "authority", "purpose", "host"),
    [
        ("hub-east", "radsec-ca", "sslserver", "hub-east.roaming.example"),
        ("hub-east", "radsec-ca", "sslclient", "hub-east.roaming.example"),
        ("hackney-proxy-1", "radsec-ca", "sslclient", "proxy1.hackney.example"),
        ("hackney-eap", "hackney-eap-ca", "sslserver", "radius.hackney.gov.uk"),
        ("hackney-probe", "hackney-client-ca", "sslclient", "probe.hackney.gov.uk"),
        ("outside-leeds-gov-uk", "leeds-eap-ca", "sslserver", "radius.leeds.gov.uk"),
    ],
)
def test_openssl_accepts(store: Path, name: str, authority: str, purpose: str, host: str) -> None:
    certificates = store / "certificates"
    words = ["openssl", "verify", "-x509_strict", "-purpose", purpose, "-verify_hostname", host]
    words += ["-CAfile", str(certificates / f"{authority}.pem"), str(certificates / f"{name}.pem")]
    found = subprocess.run(words, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr


def test_openssl_refuses_another_boroughs_authority(store: Path) -> None:
    certificates = store / "certificates"
    words = ["openssl", "verify", "-CAfile", str(certificates / "camden-eap-ca-2025.pem")]
    found = subprocess.run([*words, str(certificates / "hackney-eap.pem")], capture_output=True, check=False)
    assert found.returncode != 0


def test_a_key_belongs_to_its_certificate(material: Material) -> None:
    for name, key in [("hub-east", "federation/hub-east-key"), ("camden-probe", "camden/probe-key")]:
        private = load_pem_private_key(material.secrets[key].encode(), None)
        public = _certificate(material, name).public_key()
        formats = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        assert private.public_key().public_bytes(*formats) == public.public_bytes(*formats)


def test_every_secret_that_is_named_has_a_value_fit_for_its_use(network: Network, material: Material) -> None:
    kinds = secret_kinds(network)
    assert material.secrets.keys() == kinds.keys()
    for name, kind in kinds.items():
        value = material.secrets[name]
        match kind:
            case SecretKind.KEY:
                assert len(bytes.fromhex(value)) == 32, name
            case SecretKind.LOGIN_KEY:
                assert authorized_key(value).startswith("ssh-ed25519 "), name
            case SecretKind.TLS_KEY:
                assert value.startswith("-----BEGIN PRIVATE KEY-----"), name
            case _:
                assert value.isalnum(), name
                assert len(value) >= 24, name
    assert len(set(material.secrets.values())) == len(material.secrets)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("camden/agent", SecretKind.RADIUS),
        ("camden/probe-password", SecretKind.PASSWORD),
        ("camden/ft-key", SecretKind.KEY),
        ("federation/cui-key", SecretKind.KEY),
        ("federation/fticks-mac-key", SecretKind.KEY),
        ("camden/ssh", SecretKind.LOGIN_KEY),
        ("camden/rad-1-key", SecretKind.TLS_KEY),
        ("camden/snmp-auth", SecretKind.PASSWORD),
    ],
)
def test_kinds(network: Network, name: str, kind: SecretKind) -> None:
    assert secret_kinds(network)[name] is kind


def test_a_community_is_a_password(tmp_path: Path) -> None:
    before = "fast_transition_key: {secret: camden/ft-key}\n"
    edit = ("boroughs/camden.yml", before, f"{before}snmp: {{community: {{secret: camden/snmp}}}}\n")
    network = load(edited(tmp_path, (edit,))).network
    assert secret_kinds(network)["camden/snmp"] is SecretKind.PASSWORD


def test_the_store_reads_back_and_is_private(store: Path, material: Material) -> None:
    opened = DirectoryStore(store)
    assert all(opened.secret(name).rstrip("\n") == value.rstrip("\n") for name, value in material.secrets.items())
    assert all(opened.certificate(name) == pem for name, pem in material.certificates.items())
    assert {path.stat().st_mode & 0o777 for path in store.rglob("*") if path.is_file()} == {0o600}
    assert store.stat().st_mode & 0o777 == 0o700


def test_values_do_not_show_in_a_repr(material: Material) -> None:
    assert material.secrets["camden/agent"] not in repr(material)


def test_two_uses_of_one_secret_are_refused(network: Network) -> None:
    federation = network.federation.model_copy(update={"cui_key": network.boroughs[0].agent.secret})
    with pytest.raises(LabError, match="camden/agent is used as key and as radius"):
        secret_kinds(_with(network, federation=federation))


def test_an_unknown_issuer_is_named(network: Network) -> None:
    lost = Certificate(name="lost", kind="client", not_after=dt.date(2030, 1, 1), issuer="nobody")
    with pytest.raises(LabError, match="certificate lost: its issuer nobody is no CA"):
        generate(_with(network, certificates=(*network.certificates, lost)))


def test_an_intermediate_is_sent_with_the_leaf(network: Network) -> None:
    day = dt.date(2030, 1, 1)
    middle = Certificate(name="middle", kind="ca", not_after=day, issuer="radsec-ca")
    leaf = Certificate(name="leaf", kind="server", not_after=day, names=("leaf.example.org",), issuer="middle")
    pem = generate(_with(network, certificates=(*network.certificates, leaf, middle))).certificates["leaf"]
    found = x509.load_pem_x509_certificates(pem.encode())
    names = [one.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value for one in found]
    assert names == ["leaf.example.org", "middle"]


def test_london_is_quick(repository: Path) -> None:
    london = load(repository / "inventory").network
    start = time.monotonic()
    found = generate(london)
    assert time.monotonic() - start < 5
    assert found.certificates.keys() >= london.certificates_by_name.keys()


def _with(network: Network, **changes: object) -> Network:
    fields = ("federation", "hubs", "upstreams", "certificates", "wlans", "boroughs")
    values = {name: getattr(network, name) for name in fields} | changes
    return type(network)(**values)
