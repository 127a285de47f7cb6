"""Certificates that are faults: openssl says what is wrong with them, and nothing else is."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from lab.errors import LabError
from lab.reissue import by_a_stranger, with_other_days

if TYPE_CHECKING:
    from pathlib import Path

    from lab.pki import Material


def _verified(tmp_path: Path, authority: str, chain: str) -> str:
    (tmp_path / "ca.pem").write_text(authority)
    (tmp_path / "chain.pem").write_text(chain)
    words = ["openssl", "verify", "-CAfile", str(tmp_path / "ca.pem"), str(tmp_path / "chain.pem")]
    found = subprocess.run(words, capture_output=True, text=True, check=False)
    return found.stdout + found.stderr


@pytest.mark.parametrize(("days", "verdict"), [(5, "OK"), (-1, "certificate has expired")])
def test_other_days_are_all_that_changes(material: Material, tmp_path: Path, days: int, verdict: str) -> None:
    before = material.certificates["hackney-eap"]
    ends = datetime.now(UTC) + timedelta(days=days)
    after = with_other_days(before, material.authorities["hackney-eap-ca"], ends)
    assert verdict in _verified(tmp_path, material.certificates["hackney-eap-ca"], after)
    old, new = (x509.load_pem_x509_certificate(text.encode()) for text in (before, after))
    assert abs(new.not_valid_after_utc - ends) < timedelta(seconds=1)
    assert new.not_valid_before_utc < new.not_valid_after_utc
    assert (new.subject, new.issuer, new.public_key()) == (old.subject, old.issuer, old.public_key())
    kinds = {extension.oid: extension.value for extension in old.extensions}
    assert {extension.oid: extension.value for extension in new.extensions} == kinds


def test_the_key_of_another_authority_is_refused(material: Material) -> None:
    with pytest.raises(LabError, match="the key of a CA at hand is not that of CN=hackney-eap-ca"):
        with_other_days(
            material.certificates["hackney-eap"], material.authorities["hackney-client-ca"], datetime.now(UTC)
        )


def test_a_stranger_has_the_names_and_nobodys_trust(material: Material, tmp_path: Path) -> None:
    before = material.certificates["camden-rad-1"]
    after, key = by_a_stranger(before)
    old, new = (x509.load_pem_x509_certificate(text.encode()) for text in (before, after))
    assert new.subject == old.subject
    names = [one.extensions.get_extension_for_class(x509.SubjectAlternativeName).value for one in (old, new)]
    assert names[0] == names[1]
    assert load_pem_private_key(key.encode(), None).public_key() == new.public_key()
    assert "unable to get local issuer certificate" in _verified(tmp_path, material.certificates["radsec-ca"], after)
