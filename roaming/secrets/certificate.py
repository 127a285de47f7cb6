"""Is a certificate what the inventory says, and does its key belong to it?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from roaming.errors import SecretError

if TYPE_CHECKING:
    from datetime import date

    from roaming.model.identity import Certificate


def check_certificate(record: Certificate, pem: str, today: date) -> None:
    """Refuse a certificate whose names or last day differ from the inventory's, or that has ended.

    Days are of UTC. Names are the DNS names of the subject alternative name (RFC 6125 §6.4.4).
    """
    certificate = _load(record.name, pem)
    ends = certificate.not_valid_after_utc.date()
    if ends != record.not_after:
        message = (
            f"certificate {record.name}: the inventory says it ends {record.not_after}, the certificate says {ends}"
        )
        raise SecretError(message)
    if ends < today:
        message = f"certificate {record.name} has ended on {ends}"
        raise SecretError(message)
    missing = sorted(set(record.names) - _names(certificate))
    if missing:
        message = f"certificate {record.name} does not hold the name {missing[0]} that the inventory gives it"
        raise SecretError(message)


def check_pair(name: str, pem: str, key_name: str, key_pem: str) -> None:
    """Refuse a private key that is not the one of the certificate."""
    try:
        key = load_pem_private_key(key_pem.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        message = f"{key_name} is not an unencrypted private key in PEM"
        raise SecretError(message) from None
    encoding = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if key.public_key().public_bytes(*encoding) != _load(name, pem).public_key().public_bytes(*encoding):
        message = f"the private key {key_name} does not belong to certificate {name}"
        raise SecretError(message)


def _load(name: str, pem: str) -> x509.Certificate:
    """Return the first certificate of a PEM: the end entity's, before its chain."""
    try:
        return x509.load_pem_x509_certificate(pem.encode())
    except ValueError:
        message = f"certificate {name} is not a certificate in PEM"
        raise SecretError(message) from None


def _names(certificate: x509.Certificate) -> set[str]:
    try:
        alternative = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return set()
    return set(alternative.value.get_values_for_type(x509.DNSName))
