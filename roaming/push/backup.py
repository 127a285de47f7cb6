"""The configuration of a device before a run, encrypted: whole, never masked, and opened only by who holds a key.

A backup is an age file (age-encryption.org/v1; ADR 9) of JSON. `age -d -i backup.key DEVICE.age` opens it without us.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pyrage

from roaming.errors import PushError, SecretError
from roaming.model.bundle import RemoteFile
from roaming.secrets import private_file

if TYPE_CHECKING:
    from pathlib import Path

    from roaming.plan import Former

KEY: Final = "backup.key"
_VERSION: Final = 1
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_DAMAGED: Final = "is damaged"


@dataclass(frozen=True, slots=True)
class Backups:
    """Backups below `state/backups`, one file for each run and device.

    They are encrypted to this installation's own key, `state/backup.key`, made on first use, and to `recipients`: age
    public keys (`age1…`) of keys that are kept elsewhere. Every method raises PushError.
    """

    state: Path
    recipients: tuple[str, ...] = ()

    def keep(self, run: str, device: str, files: Former) -> str:
        """Bring a backup to disk and return the sha256 of its file; one that is there is never overwritten.

        `files` are the device's by path; None is a path where there was no file.
        """
        path = self._path(run, device)
        content = _encoded(run, device, files)
        encrypted: bytes = pyrage.encrypt(content, [self._identity().to_public(), *map(_recipient, self.recipients)])
        try:
            for directory in (path.parent.parent, path.parent):
                _make(directory)
            private_file.create(path, encrypted)
        except FileExistsError:
            message = f"the backup of {device} in run {run} is there already"
            raise PushError(message) from None
        except OSError as error:
            message = f"the backup of {device} cannot be kept: {error.strerror}"
            raise PushError(message) from None
        return hashlib.sha256(encrypted).hexdigest()

    def load(self, run: str, device: str) -> dict[str, RemoteFile | None]:
        """Return the files of a backup, as they were given."""
        path = self._path(run, device)
        what = f"the backup of {device} in run {run}"
        try:
            encrypted = path.read_bytes()
        except FileNotFoundError:
            message = f"there is no backup of {device} in run {run}"
            raise PushError(message) from None
        except OSError as error:
            message = f"{what} cannot be read: {error.strerror}"
            raise PushError(message) from None
        return _decoded(self._decrypted(encrypted, what), run, device)

    def digest(self, run: str, device: str) -> str | None:
        """Return the sha256 of a backup's file, for the account of a run; None where there is none."""
        try:
            return hashlib.sha256(self._path(run, device).read_bytes()).hexdigest()
        except OSError:
            return None

    def runs(self) -> tuple[str, ...]:
        """Return the runs that there are backups of, in the order of their names, which is that of time."""
        return tuple(run for run in self._names(self.state / "backups") if self.devices(run))

    def devices(self, run: str) -> tuple[str, ...]:
        """Return the devices that a run has backups of, by name."""
        names = self._names(self._path(run, "any").parent)
        return tuple(name.removesuffix(".age") for name in names if name.endswith(".age"))

    def _names(self, directory: Path) -> tuple[str, ...]:
        """Return what stands in a directory; drafts begin with a dot and do not count."""
        try:
            return tuple(sorted(path.name for path in directory.iterdir() if _NAME.fullmatch(path.name)))
        except (FileNotFoundError, NotADirectoryError):
            return ()
        except OSError as error:
            message = f"the backups cannot be read: {error.strerror}"
            raise PushError(message) from None

    def _path(self, run: str, device: str) -> Path:
        for name in (run, device):
            if not _NAME.fullmatch(name):
                message = f"'{name}' is not the name of a run or a device"
                raise PushError(message)
        return self.state / "backups" / run / f"{device}.age"

    def _decrypted(self, encrypted: bytes, what: str) -> bytes:
        if not (self.state / KEY).exists():
            message = f"{what} cannot be opened: {KEY} is not in the state directory"
            raise PushError(message)
        try:
            content: bytes = pyrage.decrypt(encrypted, [self._identity()])
        except pyrage.DecryptError as error:
            other = "No matching keys" in str(error)
            message = f"{what} {f'was made for another key than {KEY}' if other else _DAMAGED}"
            raise PushError(message) from None
        return content

    def _identity(self) -> pyrage.x25519.Identity:
        """Return this installation's key, made on first use; several that start at once end up with one."""
        path = self.state / KEY
        try:
            self.state.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not path.exists():
                with suppress(FileExistsError):
                    private_file.create(path, _identity_file(pyrage.x25519.Identity.generate()))
            text = private_file.read(path, f"the backups' key {path}").decode("ascii", errors="replace")
        except OSError as error:
            message = f"the backups' key cannot be kept in the state directory: {error.strerror}"
            raise PushError(message) from None
        except SecretError as error:
            raise PushError(str(error)) from None
        lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
        try:
            return pyrage.x25519.Identity.from_str(lines[0] if len(lines) == 1 else "")
        except pyrage.IdentityError:
            message = f"{KEY} in the state directory is damaged: put a copy of it back, without it no backup opens"
            raise PushError(message) from None


def _make(directory: Path) -> None:
    """Have a directory for our eyes only, its name on disk: also when another thread has just made it."""
    with suppress(FileExistsError):
        directory.mkdir(mode=0o700)
    private_file.sync(directory.parent)


def _identity_file(identity: pyrage.x25519.Identity) -> bytes:
    """Spell an identity as age-keygen does, so that age reads it."""
    return f"# public key: {identity.to_public()}\n{identity}\n".encode()


def _recipient(text: str) -> pyrage.x25519.Recipient:
    try:
        return pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError:
        message = f"{text} is not an age public key: is it whole?"
        raise PushError(message) from None


def _encoded(run: str, device: str, files: Former) -> bytes:
    """Return run, device and files as JSON; the first two so that no file can pass for another."""
    members = {path: None if file is None else _member(file) for path, file in files.items()}
    return json.dumps({"version": _VERSION, "run": run, "device": device, "files": members}).encode()


def _member(file: RemoteFile) -> dict[str, object]:
    content = base64.b64encode(file.content).decode()
    return {"content": content, "mode": file.mode, "owner": file.owner, "group": file.group}


def _decoded(content: bytes, run: str, device: str) -> dict[str, RemoteFile | None]:
    what = f"the backup of {device} in run {run}"
    try:
        document = json.loads(content)
        if document["version"] != _VERSION:
            message = f"{what} was made by a newer version of this program"
            raise PushError(message)
        if (document["run"], document["device"]) != (run, device):
            message = f"{what} holds another one's files"
            raise PushError(message)
        return {path: _file(member) for path, member in document["files"].items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        message = f"{what} {_DAMAGED}"
        raise PushError(message) from None


def _file(member: dict[str, Any] | None) -> RemoteFile | None:
    if member is None:
        return None
    content = base64.b64decode(member["content"], validate=True)
    return RemoteFile(content, int(member["mode"]), str(member["owner"]), str(member["group"]))
