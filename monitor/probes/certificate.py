"""What a server's certificate is worth: of our CA, of the expected name, and until when.

Nothing that a server sent is trusted: the chain is verified from it to the one CA of the federation, by cryptography.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.x509.verification import Criticality, ExtensionPolicy, PolicyBuilder, Store, VerificationError

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Judgement:
    """`expires` is when the first certificate of the chain ends, in seconds of the epoch; None if none can be read."""

    trusted: bool
    expires: float | None
    fingerprint: str


def judge(chain: tuple[bytes, ...], authorities: str, name: str, now: datetime) -> Judgement:
    """Judge a chain as it was sent, in DER, the server's own certificate first; nothing is raised.

    `authorities` is PEM. An unreadable certificate is not trusted.
    """
    fingerprint = hashlib.sha256(chain[0]).hexdigest()
    try:
        certificates = [x509.load_der_x509_certificate(one) for one in chain]
        expires = min(one.not_valid_after_utc.timestamp() for one in certificates)
    except ValueError:
        return Judgement(trusted=False, expires=None, fingerprint=fingerprint)
    return Judgement(_trusted(certificates, authorities, name, now), expires, fingerprint)


def _trusted(certificates: list[x509.Certificate], authorities: str, name: str, now: datetime) -> bool:
    """Whether a chain leads to one of the CAs.

    Validity, names and who may issue count (RFC 5280 §6.1, RFC 6125): the rules for public CAs do not bind ours.
    """
    anything = ExtensionPolicy.permit_all()
    issuer = anything.require_present(x509.BasicConstraints, Criticality.AGNOSTIC, None)
    server = anything.require_present(x509.SubjectAlternativeName, Criticality.AGNOSTIC, None)
    try:
        store = Store(x509.load_pem_x509_certificates(authorities.encode()))
        builder = PolicyBuilder().store(store).time(now).extension_policies(ca_policy=issuer, ee_policy=server)
        builder.build_server_verifier(x509.DNSName(name)).verify(certificates[0], certificates[1:])
    except (VerificationError, ValueError):
        return False
    return True
