"""Which value of a secret each controller was last given, as fingerprints: some show ciphertext only.

Where a device shows its secret only encrypted, that it differs from the inventory's cannot be read from it. It is set
again when the value differs from the one that was last sent. At first sight a device is believed to have the
inventory's values; one that was brought back is doubted, and has them all set again.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from roaming.errors import PushError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from roaming.secrets import FingerprintKey

# No fingerprint is this.
_DOUBTED: Final = "-"


@dataclass(frozen=True, slots=True)
class Sent:
    """`sent.json` in the state directory: device to secret to keyed fingerprint."""

    state: Path
    key: FingerprintKey

    def renew(self, device: str, secrets: Mapping[str, str]) -> dict[str, str]:
        """Return those of a device's secrets (name to value) that are not what it was last given: value to name."""
        last = self._read().get(device, {})
        return {value: name for name, value in secrets.items() if name in last and last[name] != self._of(value)}

    def record(self, given: Mapping[str, Mapping[str, str]]) -> None:
        """Remember what devices were given: device to secret to value."""
        known = self._read()
        for device, secrets in given.items():
            known[device] = {name: self._of(value) for name, value in secrets.items()}
        self._write(known)

    def _write(self, known: Mapping[str, Mapping[str, str]]) -> None:
        draft = self._path.with_suffix(".new")
        try:
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                json.dump(known, file, sort_keys=True)
                file.flush()
                os.fsync(descriptor)
            draft.replace(self._path)
        except OSError as error:
            message = f"what was sent cannot be kept in the state directory: {error.strerror}"
            raise PushError(message) from None

    def believe(self, device: str, secrets: Mapping[str, str]) -> None:
        """Take a device's secrets for right of which nothing is known yet."""
        last = self._read().get(device, {})
        if not secrets.keys() <= last.keys():
            fresh = {name: self._of(value) for name, value in secrets.items()}
            self._write(self._read() | {device: fresh | last})

    def doubt(self, device: str, secrets: Mapping[str, str]) -> None:
        """Have a device's secrets set again by the next push, whatever they are."""
        self._write(self._read() | {device: dict.fromkeys(secrets, _DOUBTED)})

    @property
    def _path(self) -> Path:
        return self.state / "sent.json"

    def _of(self, value: str) -> str:
        return self.key.of(value.encode())

    def _read(self) -> dict[str, dict[str, str]]:
        try:
            found = json.loads(self._path.read_text(encoding="ascii"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError):
            message = f"{self._path.name} in the state directory cannot be read: remove it to start anew"
            raise PushError(message) from None
        return found if isinstance(found, dict) else {}
