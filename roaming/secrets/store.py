"""Where secrets are kept: the environment, a directory of 0600 files, or memory for tests."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from roaming.errors import SecretError, SecretMissingError
from roaming.secrets import private_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

NAME = re.compile(r"[a-z0-9][a-z0-9._-]*(/[a-z0-9][a-z0-9._-]*)*")


class SecretStore(Protocol):
    """Resolve names to values at the last moment.

    Both methods raise `SecretMissingError` when the store does not hold the name and `SecretError`
    when it does but the value is unfit to use.
    """

    def secret(self, name: str) -> str:
        """Return a secret's value."""
        ...

    def certificate(self, name: str) -> str:
        """Return a certificate as PEM."""
        ...


@dataclass(frozen=True, slots=True)
class EnvironmentStore:
    """Secrets in variables: `camden/ap` is `ROAM_SECRET_CAMDEN_AP`. It holds no certificates."""

    environ: Mapping[str, str] = field(repr=False)

    def secret(self, name: str) -> str:
        """Return the variable's value."""
        variable = f"ROAM_SECRET_{re.sub(r'[^A-Z0-9]', '_', name.upper())}"
        value = self.environ.get(variable)
        if value is None:
            raise SecretMissingError(name, f"the variable {variable}")
        return fit(name, value)

    def certificate(self, name: str) -> str:
        """Refuse: a certificate is a file."""
        raise SecretMissingError(name)


@dataclass(frozen=True, slots=True)
class DirectoryStore:
    """Secrets in files `<root>/<name>` of mode 0600, certificates in `<root>/certificates/<name>.pem`."""

    root: Path

    def secret(self, name: str) -> str:
        """Return the file's text; one trailing newline of a single-line value is not part of it."""
        text = self._read(name, name, private=True)
        return fit(name, without_newline(text))

    def certificate(self, name: str) -> str:
        """Return the certificate's PEM."""
        return fit(name, self._read(name, f"certificates/{name}.pem", private=False))

    def _read(self, name: str, relative: str, *, private: bool) -> str:
        if not NAME.fullmatch(name):
            message = f"'{name}' is not the name of a secret"
            raise SecretError(message)
        try:
            with (self.root / relative).open("rb") as file:
                if private:
                    private_file.refuse_others(file, f"the file of secret {name}")
                return file.read().decode()
        except FileNotFoundError:
            raise SecretMissingError(name, f"the file {relative} in the secrets directory") from None
        except UnicodeDecodeError:
            message = f"the file of secret {name} is not UTF-8"
            raise SecretError(message) from None
        except OSError as error:
            message = f"the file of secret {name} cannot be read: {error.strerror}"
            raise SecretError(message) from None


@dataclass(frozen=True, slots=True)
class MemoryStore:
    """Secrets in memory, for tests and for values made up on the spot."""

    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    certificates: Mapping[str, str] = field(default_factory=dict, repr=False)

    def secret(self, name: str) -> str:
        """Return the value."""
        if name not in self.secrets:
            raise SecretMissingError(name)
        return fit(name, self.secrets[name])

    def certificate(self, name: str) -> str:
        """Return the PEM."""
        if name not in self.certificates:
            raise SecretMissingError(name)
        return fit(name, self.certificates[name])


def fit(name: str, value: str) -> str:
    """Refuse an empty value: no daemon means by it what an engineer does."""
    if not value.strip():
        message = f"secret {name} is empty"
        raise SecretError(message)
    return value


def without_newline(text: str) -> str:
    """Return a single-line text without its trailing newline; a text of several lines as it is."""
    return text[:-1] if text.count("\n") == 1 and text.endswith("\n") else text
