"""Certificates like another one, for faults: of other days, or of a CA that nobody trusts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from lab.errors import LabError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey

_LENGTH: Final = timedelta(days=365)
_STRANGER: Final = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Somebody else's CA")])


@dataclass(frozen=True, slots=True)
class _Authority:
    """Who issues, and until when."""

    name: x509.Name
    key: EllipticCurvePrivateKey
    ends: datetime


def with_other_days(chain: str, authority: str, ends: datetime) -> str:
    """Return a PEM chain whose first certificate ends at another time; `authority` is the PEM of its issuer's key.

    Raises `LabError` when that key did not sign the present one.
    """
    certificate, *above = x509.load_pem_x509_certificates(chain.encode())
    key = load_pem_private_key(authority.encode(), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not _signed(certificate, key.public_key()):
        message = f"the key of a CA at hand is not that of {certificate.issuer.rfc4514_string()}"
        raise LabError(message)
    issued = _like(certificate, _public(certificate), _Authority(certificate.issuer, key, ends))
    return "".join(one.public_bytes(Encoding.PEM).decode() for one in (issued, *above))


def by_a_stranger(chain: str) -> tuple[str, str]:
    """Return a certificate with the names of a chain's first one, and its key, of a CA made up on the spot; PEM."""
    certificate, *_ = x509.load_pem_x509_certificates(chain.encode())
    key, stranger = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    issued = _like(certificate, key.public_key(), _Authority(_STRANGER, stranger, certificate.not_valid_after_utc))
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return issued.public_bytes(Encoding.PEM).decode(), private.decode()


def _like(certificate: x509.Certificate, public: EllipticCurvePublicKey, authority: _Authority) -> x509.Certificate:
    """Issue a certificate with the names and usages of another one."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(certificate.subject)
        .issuer_name(authority.name)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(min(authority.ends, datetime.now(UTC)) - _LENGTH)
        .not_valid_after(authority.ends)
    )
    own = (
        x509.SubjectKeyIdentifier.from_public_key(public),
        x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()),
    )
    replaced = {extension.oid for extension in own}
    kept = ((one.value, one.critical) for one in certificate.extensions if one.oid not in replaced)
    for value, critical in (*kept, *((extension, False) for extension in own)):
        builder = builder.add_extension(value, critical=critical)
    return builder.sign(authority.key, hashes.SHA256())


def _signed(certificate: x509.Certificate, key: EllipticCurvePublicKey) -> bool:
    try:
        key.verify(certificate.signature, certificate.tbs_certificate_bytes, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def _public(certificate: x509.Certificate) -> EllipticCurvePublicKey:
    key = certificate.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey):
        message = f"the lab makes elliptic keys, and {certificate.subject.rfc4514_string()} has none"
        raise LabError(message)
    return key
