"""A second person's consent: an SSH signature of the plan's digest, by a key that the inventory lists.

`ssh-keygen -Y sign` and `-Y verify` (OpenSSH 8.1 and newer, ssh-keygen(1)): no server, no secret of ours; a key in an
agent or on a security key does as well as one in a file.
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final, Protocol

from roaming.errors import PushError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from roaming.model.change import Approver

NAMESPACE: Final = "seamless-wifi-plan"
_SECONDS: Final = 120
_LARGEST: Final = 16 * 1024


class Signatures(Protocol):
    """Makes and checks signatures of a statement."""

    def sign(self, statement: bytes, key: Path) -> bytes:
        """Return the signature by a private key, or by the agent's key of a public one; raises PushError."""
        ...

    def good(self, statement: bytes, signature: bytes, approver: Approver) -> bool:
        """Tell whether the signature is this approver's; raises PushError when that cannot be found out."""
        ...


def statement(plan_digest: str, ticket: str | None) -> bytes:
    """Return what an approver signs: which plan, for which ticket."""
    return f"seamless-wifi: I approve this plan\nplan {plan_digest}\nticket {ticket or 'none'}\n".encode()


def approved_by(
    statement: bytes, signatures: Iterable[bytes], approvers: Iterable[Approver], by: Signatures
) -> frozenset[Approver]:
    """Return the approvers who signed the statement."""
    candidates = tuple(approvers)
    given = tuple(signatures)
    return frozenset(one for one in candidates for signature in given if by.good(statement, signature, one))


def read_signature(path: Path) -> bytes:
    """Return what a file of `roam approve` holds; raises PushError when it cannot be one."""
    try:
        with path.open("rb") as file:
            text = file.read(_LARGEST + 1)
    except OSError as error:
        message = f"the approval {path} cannot be read: {error.strerror}"
        raise PushError(message) from None
    if len(text) > _LARGEST or not text.startswith(b"-----BEGIN SSH SIGNATURE-----"):
        message = f"{path} is no approval: `roam approve` makes one"
        raise PushError(message)
    return text


@dataclass(frozen=True, slots=True)
class SshKeygen:
    """Signs and verifies with OpenSSH's own program. A passphrase is asked for by it, on the terminal."""

    program: str = "ssh-keygen"

    def sign(self, statement: bytes, key: Path) -> bytes:
        """Return the armoured signature."""
        if not key.is_file():
            message = f"there is no key {key}: name your SSH key with --key"
            raise PushError(message)
        ended = self._run(("-Y", "sign", "-n", NAMESPACE, "-f", os.fspath(key)), statement)
        if ended.returncode:
            message = f"ssh-keygen did not sign: {_words(ended)}"
            raise PushError(message)
        return ended.stdout

    def good(self, statement: bytes, signature: bytes, approver: Approver) -> bool:
        """Verify against this one key; the files that ssh-keygen wants are gone afterwards and hold nothing secret."""
        with TemporaryDirectory(prefix="roam-approval-") as directory:
            allowed, file = Path(directory) / "allowed", Path(directory) / "signature"
            allowed.write_text(f'{approver.name} namespaces="{NAMESPACE}" {approver.public_key}\n', encoding="ascii")
            file.write_bytes(signature)
            words = ("-Y", "verify", "-n", NAMESPACE, "-I", approver.name, "-f", str(allowed), "-s", str(file))
            return self._run(words, statement).returncode == 0

    def _run(self, words: tuple[str, ...], statement: bytes) -> subprocess.CompletedProcess[bytes]:
        command = (self.program, *words)
        try:
            return subprocess.run(command, input=statement, capture_output=True, check=False, timeout=_SECONDS)  # noqa: S603  fixed words, no shell
        except OSError as error:
            message = f"{self.program} cannot be run ({error.strerror}): install openssh-client"
        except subprocess.TimeoutExpired:
            message = f"{self.program} did not answer for {_SECONDS} s"
        raise PushError(message)


@dataclass(frozen=True, slots=True)
class FakeSignatures:
    """Signatures without cryptography: who owns which key file, by the file's name."""

    owners: dict[str, Approver] = field(default_factory=dict)

    def sign(self, statement: bytes, key: Path) -> bytes:
        """Return the statement with the owner's key before it."""
        return self.owners[key.name].public_key.encode() + b"\n" + statement

    def good(self, statement: bytes, signature: bytes, approver: Approver) -> bool:
        """Compare."""
        return signature == approver.public_key.encode() + b"\n" + statement


def _words(ended: subprocess.CompletedProcess[bytes]) -> str:
    lines = ended.stderr.decode(errors="replace").split("\n")
    said = next((line for line in reversed(lines) if line.strip()), f"exit status {ended.returncode}")
    return "".join(part if part.isprintable() else "?" for part in said)
