from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from roaming.errors import SecretError
from roaming.model.identity import Certificate
from roaming.secrets import check_certificate, check_pair

TODAY = date(2026, 11, 23)
ENDS = date(2027, 6, 1)


def issue(*names: str) -> tuple[str, str]:
    """Return a self-signed certificate that ends on ENDS, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([])
    builder = (
        x509.CertificateBuilder(name, name, key.public_key(), 1)
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(ENDS.year, ENDS.month, ENDS.day, 12, tzinfo=UTC))
    )
    if names:
        builder = builder.add_extension(
            x509.SubjectAlternativeName([x509.DNSName(one) for one in names]), critical=False
        )
    pem = builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM).decode()
    return pem, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


PEM, PRIVATE = issue("rad1.camden.example", "radius.camden.gov.uk")


def record(not_after: date = ENDS, *names: str) -> Certificate:
    return Certificate(name="camden-rad-1", kind="server", not_after=not_after, names=names)


def test_what_the_inventory_says_passes() -> None:
    check_certificate(record(ENDS, "rad1.camden.example"), PEM, TODAY)
    check_certificate(record(), issue()[0], TODAY)
    check_pair("camden-rad-1", PEM, "camden/rad1-key", PRIVATE)


@pytest.mark.parametrize(
    ("expected", "pem", "today", "words"),
    [
        (
            record(date(2027, 6, 2)),
            PEM,
            TODAY,
            "the inventory says it ends 2027-06-02, the certificate says 2027-06-01",
        ),
        (record(), PEM, date(2027, 6, 2), "certificate camden-rad-1 has ended on 2027-06-01"),
        (record(ENDS, "rad2.camden.example"), PEM, TODAY, "does not hold the name rad2.camden.example"),
        (record(ENDS, "rad2.camden.example"), issue()[0], TODAY, "does not hold the name rad2.camden.example"),
        (record(), "no PEM", TODAY, "certificate camden-rad-1 is not a certificate in PEM"),
    ],
)
def test_what_differs_is_said(expected: Certificate, pem: str, today: date, words: str) -> None:
    with pytest.raises(SecretError, match=words):
        check_certificate(expected, pem, today)


def test_a_key_of_another_certificate_is_refused() -> None:
    with pytest.raises(SecretError, match="private key camden/key does not belong to certificate camden-rad-1"):
        check_pair("camden-rad-1", PEM, "camden/key", issue()[1])
    with pytest.raises(SecretError, match="camden/key is not an unencrypted private key in PEM"):
        check_pair("camden-rad-1", PEM, "camden/key", "nothing")
