"""The certificates that a home's server showed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

if TYPE_CHECKING:
    from datetime import datetime

_PEM: Final = re.compile(r"-----BEGIN CERTIFICATE-----\n.*?-----END CERTIFICATE-----\n", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate. `fingerprint` is SHA-256 in hexadecimal, `names` are its DNS names."""

    subject: str
    issuer: str
    names: tuple[str, ...]
    begins: datetime
    ends: datetime
    fingerprint: str


@lru_cache(maxsize=256)
def certificates(chain: str) -> tuple[Certificate, ...]:
    """Read what `eapol_test -o` wrote: the server's own certificate comes first, then each issuer.

    eapol_test writes in the order of verification, the CA first, and the same certificate again where verification
    looks twice. What is no certificate is passed over.
    """
    found = dict.fromkeys(one for pem in _PEM.findall(chain) if (one := _certificate(pem)))
    return tuple(reversed(found))


def _certificate(pem: str) -> Certificate | None:
    try:
        one = x509.load_pem_x509_certificate(pem.encode())
        return Certificate(
            subject=one.subject.rfc4514_string(),
            issuer=one.issuer.rfc4514_string(),
            names=_names(one),
            begins=one.not_valid_before_utc,
            ends=one.not_valid_after_utc,
            fingerprint=one.fingerprint(SHA256()).hex(),
        )
    except (ValueError, TypeError, x509.DuplicateExtension):
        return None


def _names(one: x509.Certificate) -> tuple[str, ...]:
    try:
        extension = one.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return ()
    return tuple(extension.value.get_values_for_type(x509.DNSName))
