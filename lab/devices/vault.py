"""How a Catalyst writes secrets: type 7, type 6 and type 9; and the plain values, which only a test may ask for.

Type 7 is the published Vigenère of IOS. Type 6 is AES under a master key that no command shows: here a fresh random
text of the same alphabet, different each time a secret is entered, stable in shows and rollbacks. Type 9 is scrypt.
Sources: "Configuring Type 6 Passwords in IOS XE", community.cisco.com ta-p/4438495; "Controlling Switch Access with
Passwords and Privilege Levels", IOS XE 16.12.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

_SALT7: Final = "dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87"
_ALPHABET6: Final = "".join(chr(code) for code in range(ord("A"), ord("i") + 1))
_ALPHABET64: Final = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def encrypt7(plain: str, start: int) -> str:
    """Return the type 7 text of a secret."""
    data = plain.encode()
    return f"{start:02d}" + "".join(
        f"{byte ^ ord(_SALT7[(start + place) % len(_SALT7)]):02X}" for place, byte in enumerate(data)
    )


def decrypt7(text: str) -> str | None:
    """Return the secret of a type 7 text, None when it is none."""
    try:
        start, data = int(text[:2]), bytes.fromhex(text[2:])
        plain = bytes(byte ^ ord(_SALT7[(start + place) % len(_SALT7)]) for place, byte in enumerate(data))
        return plain.decode()
    except ValueError:
        return None


def hash9(plain: str, salt: str) -> str:
    """Return the type 9 text of a secret: scrypt with N 16384, r 1, p 1, in the alphabet of crypt."""
    raw = hashlib.scrypt(plain.encode(), salt=salt.encode(), n=16384, r=1, p=1, dklen=32)
    return f"$9${salt}${_crypt64(raw)}"


def _crypt64(raw: bytes) -> str:
    bits = "".join(f"{byte:08b}" for byte in raw)
    bits += "0" * (-len(bits) % 6)
    return "".join(_ALPHABET64[int(bits[place : place + 6], 2)] for place in range(0, len(bits), 6))


def made_up(text: str) -> str:
    """Return the secret that a ciphertext of a first configuration shall hide: nobody knows a real one."""
    return f"made-up-{hashlib.sha256(text.encode()).hexdigest()[:16]}"


class Vault:
    """The plain values behind what one device shows. It lives outside the configuration, as the master key does."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._plain: dict[str, str] = {}
        self._first: Mapping[str, str] = {}
        self.master: str | None = None

    def __repr__(self) -> str:
        return "Vault()"

    def type6(self, plain: str) -> str:
        """Encrypt a secret under the master key."""
        length = 24 + 2 * len(plain.encode())
        text = "".join(self._random.choice(_ALPHABET6) for _ in range(length))
        self._plain[text] = plain
        return text

    def type7(self, plain: str) -> str:
        """Obscure a secret."""
        return encrypt7(plain, self._random.randrange(16))

    def type9(self, plain: str) -> str:
        """Hash a secret."""
        text = hash9(plain, "".join(self._random.choice(_ALPHABET64) for _ in range(14)))
        self._plain[text] = plain
        return text

    def adopt(self, first: Mapping[str, str]) -> None:
        """Know what the ciphertexts of the first configuration hide."""
        self._first = first

    def plain(self, kind: str, text: str) -> str | None:
        """Return the secret behind what the configuration shows, None when it cannot be known."""
        if kind == "0":
            return text
        if kind == "6" and self.master is None:
            return None
        return decrypt7(text) if kind == "7" else self._plain.get(text, self._first.get(text))

    @staticmethod
    def verify9(plain: str, text: str) -> bool:
        """Whether a password is the one of a type 9 text."""
        salt = text.split("$")[2]
        return hmac.compare_digest(hash9(plain, salt), text)
