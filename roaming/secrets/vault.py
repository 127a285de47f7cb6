"""Secrets in one YAML file that ansible-vault has encrypted, read here: ansible-core is GPL-3.0 and stays a program.

The format is that of "Using encrypted variables and files", section "Format of files encrypted with Ansible Vault"
(docs.ansible.com/ansible/latest/vault_guide/vault_using_encrypted_content.html): a line
`$ANSIBLE_VAULT;1.1;AES256` (1.2 adds a label), then hexadecimal in lines of 80 digits, which spells three lines of
hexadecimal again: salt, HMAC-SHA256 and ciphertext. PBKDF2-HMAC-SHA256 makes both keys and the first counter of them.
"""

from __future__ import annotations

import binascii
import stat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CTR
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from cryptography.hazmat.primitives.padding import PKCS7

from roaming.errors import SecretError, SecretMissingError
from roaming.load.document import parse
from roaming.secrets import private_file
from roaming.secrets.store import NAME, fit, without_newline

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from roaming.load.document import Document

PASSWORD = "ROAM_VAULT_PASSWORD"  # noqa: S105  the name of a variable
PASSWORD_FILE = "ROAM_VAULT_PASSWORD_FILE"  # noqa: S105  the name of a variable

_MARK = "$ANSIBLE_VAULT"
_VERSIONS = frozenset({"1.1", "1.2"})
_PARTS = 3
_ITERATIONS = 10_000
_KEY_OCTETS = 32
_BLOCK_OCTETS = 16


@dataclass(frozen=True, slots=True)
class VaultStore:
    """Names and values of a vault, in memory only. A certificate is the entry `certificates/<name>`."""

    path: Path
    entries: Mapping[str, str] = field(repr=False)

    @classmethod
    def open(cls, path: Path, password: bytes) -> VaultStore:
        """Decrypt a file of `name: value` lines.

        Raises SecretError when it cannot be read, is no vault, or is damaged, and for a wrong password: the format
        cannot tell the last two apart.
        """
        try:
            text = _decrypted(path, password).decode()
        except UnicodeDecodeError:
            message = f"what the vault {path} holds is not UTF-8"
            raise SecretError(message) from None
        return cls(path, _entries(path, text))

    def secret(self, name: str) -> str:
        """Return the entry's value; one trailing newline of a single-line value is not part of it."""
        return fit(name, without_newline(self._entry(name, name)))

    def certificate(self, name: str) -> str:
        """Return the certificate's PEM."""
        return fit(name, self._entry(name, f"certificates/{name}"))

    def _entry(self, name: str, key: str) -> str:
        if key not in self.entries:
            raise SecretMissingError(name, f"the entry {key} in the vault {self.path}")
        return self.entries[key]


def vault_password(file: Path | None, environ: Mapping[str, str]) -> bytes:
    """Return the password that stands in a 0600 file, or else in the environment.

    White space around it is not part of it, as for ansible-vault. Raises SecretError when there is none.
    """
    value = environ.get(PASSWORD, "").encode() if file is None else _file_password(file)
    if not value.strip():
        message = (
            f"the vault needs its password: --vault-password-file, {PASSWORD_FILE} or {PASSWORD}"
            if file is None
            else f"the vault password file {file} is empty"
        )
        raise SecretError(message)
    return value.strip()


def _file_password(file: Path) -> bytes:
    what = f"the vault password file {file}"
    try:
        value = private_file.read(file, what)
        program = bool(file.stat().st_mode & stat.S_IXUSR)
    except OSError as error:
        message = f"{what} cannot be read: {error.strerror}"
        raise SecretError(message) from None
    if program:
        # ansible-vault would run it: what stands in it is not the password.
        message = f"{what} is a program, and is not run: put its output into {PASSWORD}"
        raise SecretError(message)
    return value


def _decrypted(path: Path, password: bytes) -> bytes:
    """Return what a vault holds, once its HMAC has been found right."""
    salt, digest, ciphertext = _parts(path)
    kdf = PBKDF2HMAC(SHA256(), 2 * _KEY_OCTETS + _BLOCK_OCTETS, salt, _ITERATIONS)
    derived = kdf.derive(password)
    key, hmac_key, counter = derived[:_KEY_OCTETS], derived[_KEY_OCTETS : 2 * _KEY_OCTETS], derived[2 * _KEY_OCTETS :]
    hmac = HMAC(hmac_key, SHA256())
    hmac.update(ciphertext)
    try:
        hmac.verify(digest)
    except InvalidSignature:
        message = f"the vault {path} does not open: its password is another one, or the file is damaged"
        raise SecretError(message) from None
    decryptor, unpadder = Cipher(AES256(key), CTR(counter)).decryptor(), PKCS7(8 * _BLOCK_OCTETS).unpadder()
    return unpadder.update(decryptor.update(ciphertext) + decryptor.finalize()) + unpadder.finalize()


def _parts(path: Path) -> tuple[bytes, bytes, bytes]:
    """Return a vault's salt, HMAC and ciphertext."""
    header, body = _lines(path)
    mark, version, cipher = [*(word.strip() for word in header.split(";")), "", ""][:_PARTS]
    if mark != _MARK:
        message = f"{path} is not encrypted by ansible-vault: `ansible-vault encrypt {path}` does it"
        raise SecretError(message)
    if version not in _VERSIONS or cipher != "AES256":
        message = f"the vault {path} is not of format 1.1 or 1.2 with AES256: `ansible-vault rekey {path}` renews it"
        raise SecretError(message)
    try:
        salt, digest, ciphertext = map(binascii.unhexlify, binascii.unhexlify(body).split(b"\n", _PARTS - 1))
    except ValueError:
        message = f"the vault {path} is damaged"
        raise SecretError(message) from None
    return salt, digest, ciphertext


def _lines(path: Path) -> tuple[str, str]:
    """Return the first line of a vault and all others as one; what is not ASCII is no vault's."""
    try:
        header, *others = path.read_bytes().decode("ascii", errors="replace").splitlines() or [""]
    except OSError as error:
        message = f"the vault {path} cannot be read: {error.strerror}"
        raise SecretError(message) from None
    return header, "".join(line.strip() for line in others)


def _entries(path: Path, text: str) -> dict[str, str]:
    """Return names and values. Only lines are named in errors: what stands in them may be a value in a wrong place."""
    document, problems = parse(text, str(path))
    if not text.strip() or not (problems or isinstance(document.data, dict)):
        message = f"the vault {path} holds no names: lines of `name: value` are wanted"
        raise SecretError(message)
    if problems:
        message = (
            f"line {problems[0].line} of what the vault {path} holds is not `name: value`: "
            "no name twice, no anchor, alias, tag or merge key, and values in quotes"
        )
        raise SecretError(message)
    members = document.data if isinstance(document.data, dict) else {}
    return {key: _text(path, document, key, value) for key, value in members.items()}


def _text(path: Path, document: Document, key: str, value: object) -> str:
    line = document.line((key,))
    if not NAME.fullmatch(key):
        message = f"line {line} of what the vault {path} holds does not begin with the name of a secret"
        raise SecretError(message)
    if not isinstance(value, str):
        message = f"line {line} of what the vault {path} holds: the value of {key} is not text, put it into quotes"
        raise SecretError(message)
    return value
