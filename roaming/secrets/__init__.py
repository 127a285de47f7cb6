"""Secrets: where they are kept, how they fill a file's slots, and how they stay out of sight."""

from roaming.secrets.certificate import check_certificate, check_pair
from roaming.secrets.chain import ChainStore, open_store
from roaming.secrets.fingerprint import FingerprintKey, local_key
from roaming.secrets.mask import Mask
from roaming.secrets.materialise import fill, materialise, resolve
from roaming.secrets.redaction import Redaction
from roaming.secrets.store import DirectoryStore, EnvironmentStore, MemoryStore, SecretStore
from roaming.secrets.vault import VaultStore, vault_password

__all__ = [
    "ChainStore",
    "DirectoryStore",
    "EnvironmentStore",
    "FingerprintKey",
    "Mask",
    "MemoryStore",
    "Redaction",
    "SecretStore",
    "VaultStore",
    "check_certificate",
    "check_pair",
    "fill",
    "local_key",
    "materialise",
    "open_store",
    "resolve",
    "vault_password",
]
