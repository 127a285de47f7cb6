"""Several stores behind one another, and which ones a command asks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from roaming.errors import SecretMissingError
from roaming.secrets.store import DirectoryStore, EnvironmentStore
from roaming.secrets.vault import VaultStore, vault_password

if TYPE_CHECKING:
    from collections.abc import Mapping

    from roaming.secrets.store import SecretStore


@dataclass(frozen=True, slots=True)
class ChainStore:
    """Several stores, asked in order. A store that holds an unfit value ends the search."""

    stores: tuple[SecretStore, ...]

    def secret(self, name: str) -> str:
        """Return the value of the first store that holds the name."""
        places: list[str] = []
        for store in self.stores:
            try:
                return store.secret(name)
            except SecretMissingError as error:
                places.extend(error.places)
        raise SecretMissingError(name, *places)

    def certificate(self, name: str) -> str:
        """Return the PEM of the first store that holds the name."""
        places: list[str] = []
        for store in self.stores:
            try:
                return store.certificate(name)
            except SecretMissingError as error:
                places.extend(error.places)
        raise SecretMissingError(name, *places)


def open_store(
    secrets: Path | None, environ: Mapping[str, str], vault_password_file: Path | None = None
) -> SecretStore:
    """Return the store of a command: the environment first, then a directory of files, or a vault if it is a file.

    Raises SecretError when the vault does not open.
    """
    environment = EnvironmentStore(environ)
    if secrets is None:
        return environment
    if Path(secrets).is_file():
        return ChainStore((environment, VaultStore.open(secrets, vault_password(vault_password_file, environ))))
    return ChainStore((environment, DirectoryStore(Path(secrets))))
