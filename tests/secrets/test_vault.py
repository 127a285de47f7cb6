from __future__ import annotations

import binascii
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from roaming.errors import SecretError, SecretMissingError
from roaming.secrets import VaultStore, open_store, vault_password

if TYPE_CHECKING:
    from collections.abc import Callable

    Encrypt = Callable[..., Path]

CANARY = "c4n4ry+/\"q'u\\ot{{e}}%é-0123456789"
PASSWORD = "correct horse"  # noqa: S105  a test's
PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
ENTRIES = {
    "camden/ap": CANARY,
    "camden/ft-key": "0123456789",
    "camden/rad-1-key": "two\nlines\n",
    "empty": " ",
    "certificates/london-radsec-ca": PEM,
}


def program(*words: str, where: Path) -> None:
    """Run ansible-vault, the program: nothing of Ansible is imported here."""
    command = [str(Path(sys.executable).with_name("ansible-vault")), *words]
    subprocess.run(command, cwd=where, check=True, capture_output=True, timeout=60)


@pytest.fixture
def encrypt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Encrypt:
    """Return what has the real ansible-vault encrypt a text."""
    monkeypatch.chdir(tmp_path)

    def done(text: str, *options: str) -> Path:
        password_file(tmp_path)
        Path("vault.yml").write_text(text, encoding="utf-8")
        program("encrypt", "--vault-password-file", "password", *options, "vault.yml", where=tmp_path)
        return Path("vault.yml")

    return done


def password_file(directory: Path, text: str = f"{PASSWORD}\n", mode: int = 0o600) -> Path:
    path = directory / "password"
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return what the real ansible-vault made of the entries, once: the program takes a second to start."""
    place = tmp_path_factory.mktemp("vault")
    password_file(place)
    (place / "vault.yml").write_text(yaml.safe_dump(ENTRIES), encoding="utf-8")
    program("encrypt", "--vault-password-file", "password", "vault.yml", where=place)
    return (place / "vault.yml").read_bytes()


@pytest.fixture
def here(vault: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("vault.yml").write_bytes(vault)
    return Path("vault.yml")


def refused(path: Path, password: bytes = PASSWORD.encode()) -> str:
    with pytest.raises(SecretError) as caught:
        VaultStore.open(path, password)
    assert CANARY not in str(caught.value)
    assert PASSWORD not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    return str(caught.value)


def test_what_the_program_encrypts_is_read(here: Path) -> None:
    assert here.read_text().startswith("$ANSIBLE_VAULT;1.1;AES256\n")
    store = VaultStore.open(here, PASSWORD.encode())
    assert store.secret("camden/ap") == CANARY
    assert store.secret("camden/ft-key") == "0123456789"
    assert store.secret("camden/rad-1-key") == "two\nlines\n"
    assert store.certificate("london-radsec-ca") == PEM
    with pytest.raises(SecretError, match="secret empty is empty"):
        store.secret("empty")


def test_a_labelled_vault_is_of_format_1_2(encrypt: Encrypt) -> None:
    path = encrypt("camden/ap: |\n  s3cret-value\n", "--vault-id", "london@password", "--encrypt-vault-id", "london")
    assert path.read_text().startswith("$ANSIBLE_VAULT;1.2;AES256;london\n")
    assert VaultStore.open(path, PASSWORD.encode()).secret("camden/ap") == "s3cret-value"


def test_what_was_rekeyed_by_the_program_opens_with_the_new_password_only(here: Path, tmp_path: Path) -> None:
    password_file(tmp_path)
    Path("new").write_text("other\n", encoding="utf-8")
    program(
        "rekey", "--vault-password-file", "password", "--new-vault-password-file", "new", "vault.yml", where=tmp_path
    )
    assert VaultStore.open(here, b"other").secret("camden/ap") == CANARY
    assert refused(here) == ("the vault vault.yml does not open: its password is another one, or the file is damaged")


def test_what_is_missing_says_where_it_was_looked_for(here: Path) -> None:
    store = open_store(here, {"ROAM_VAULT_PASSWORD": PASSWORD})
    with pytest.raises(SecretMissingError) as caught:
        store.secret("camden/nothing")
    assert str(caught.value) == (
        "camden/nothing is in no secret store: looked for the variable ROAM_SECRET_CAMDEN_NOTHING and "
        "the entry camden/nothing in the vault vault.yml"
    )
    with pytest.raises(SecretMissingError, match=r"looked for the entry certificates/camden-rad-1 in the vault"):
        store.certificate("camden-rad-1")


def test_the_environment_goes_before_the_vault(here: Path) -> None:
    environ = {"ROAM_VAULT_PASSWORD": PASSWORD, "ROAM_SECRET_CAMDEN_AP": "from the environment"}
    assert open_store(here, environ).secret("camden/ap") == "from the environment"


def test_the_password_file_goes_before_the_environment(here: Path, tmp_path: Path) -> None:
    path = password_file(tmp_path)
    assert open_store(here, {"ROAM_VAULT_PASSWORD": "wrong"}, path).secret("camden/ap") == CANARY


def test_a_vault_shows_nothing_of_itself(here: Path) -> None:
    assert repr(VaultStore.open(here, PASSWORD.encode())) == "VaultStore(path=PosixPath('vault.yml'))"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("camden/ap: c4n4ry\n", "x is not encrypted by ansible-vault: `ansible-vault encrypt x` does it"),
        ("", "x is not encrypted by ansible-vault: `ansible-vault encrypt x` does it"),
        ("\xff\xfe", "x is not encrypted by ansible-vault: `ansible-vault encrypt x` does it"),
        (
            "$ANSIBLE_VAULT;1.0;AES\n6162",
            "the vault x is not of format 1.1 or 1.2 with AES256: `ansible-vault rekey x` renews it",
        ),
        (
            "$ANSIBLE_VAULT\n",
            "the vault x is not of format 1.1 or 1.2 with AES256: `ansible-vault rekey x` renews it",
        ),
        ("$ANSIBLE_VAULT;1.1;AES256\n", "the vault x is damaged"),
        ("$ANSIBLE_VAULT;1.1;AES256\nnothex", "the vault x is damaged"),
        ("$ANSIBLE_VAULT;1.1;AES256\n" + binascii.hexlify(b"61\n62").decode(), "the vault x is damaged"),
        ("$ANSIBLE_VAULT;1.1;AES256\n" + binascii.hexlify(b"61\n6\n62").decode(), "the vault x is damaged"),
    ],
)
def test_what_is_no_vault_is_refused(text: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("x").write_bytes(text.encode("latin-1"))
    assert refused(Path("x")) == message


def test_a_vault_that_cannot_be_read_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert refused(Path("gone")) == "the vault gone cannot be read: No such file or directory"


@settings(deadline=None)  # keys are derived slowly on purpose
@given(place=st.integers(min_value=0), bit=st.integers(0, 7))
def test_a_changed_bit_never_gives_a_value(
    vault: bytes, tmp_path_factory: pytest.TempPathFactory, place: int, bit: int
) -> None:
    damaged = bytearray(vault)
    place %= len(vault)
    damaged[place] ^= 1 << bit
    path = tmp_path_factory.getbasetemp() / "damaged.yml"
    path.write_bytes(damaged)
    try:
        store = VaultStore.open(path, PASSWORD.encode())
    except SecretError:
        return
    # The case of a hexadecimal digit, the label's place and the blanks of lines are outside what is authenticated.
    assert store.secret("camden/ap") == CANARY


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- c4n4ry\n", "the vault vault.yml holds no names: lines of `name: value` are wanted"),
        ("\n", "the vault vault.yml holds no names: lines of `name: value` are wanted"),
        ("a: b\na: c4n4ry\n", "line 2 of what the vault vault.yml holds is not `name: value`"),
        ("a: b\nb: *c4n4ry\n", "line 2 of what the vault vault.yml holds is not `name: value`"),
        ("a: b\nb: &c4n4ry d\n", "line 2 of what the vault vault.yml holds is not `name: value`"),
        ("a: !c4n4ry d\n", "line 1 of what the vault vault.yml holds is not `name: value`"),
        ("a: @c4n4ry\n", "line 1 of what the vault vault.yml holds is not `name: value`"),
        ("a: b\n<<: {c4n4ry: d}\n", "line 2 of what the vault vault.yml holds is not `name: value`"),
        (
            "a: b\n# why\nC4n4ry!: d\n",
            "line 3 of what the vault vault.yml holds does not begin with the name of a secret",
        ),
        ("a: 12345678\n", "line 1 of what the vault vault.yml holds: the value of a is not text, put it into quotes"),
        ("a:\n", "line 1 of what the vault vault.yml holds: the value of a is not text, put it into quotes"),
        (
            "a: {b: c4n4ry}\n",
            "line 1 of what the vault vault.yml holds: the value of a is not text, put it into quotes",
        ),
    ],
)
def test_what_it_holds_is_read_strictly_and_not_repeated(text: str, message: str, encrypt: Encrypt) -> None:
    said = refused(encrypt(text))
    more = ": no name twice, no anchor, alias, tag or merge key, and values in quotes"
    assert said == message + more * message.endswith("`name: value`")
    assert "4n4ry" not in said


def test_what_it_holds_is_utf_8(encrypt: Encrypt, tmp_path: Path) -> None:
    encrypt("a: b\n")
    Path("vault.yml").write_bytes(b"a: \xff\n")
    program("encrypt", "--vault-password-file", "password", "vault.yml", where=tmp_path)
    assert refused(Path("vault.yml")) == "what the vault vault.yml holds is not UTF-8"


@pytest.mark.parametrize(
    ("text", "mode", "message"),
    [
        (PASSWORD, 0o640, "the vault password file password may be used by others (mode 0640): chmod 600 it"),
        (PASSWORD, 0o604, "the vault password file password may be used by others (mode 0604): chmod 600 it"),
        (" \n", 0o600, "the vault password file password is empty"),
        (
            "#!/bin/sh\n",
            0o700,
            "the vault password file password is a program, and is not run: put its output into ROAM_VAULT_PASSWORD",
        ),
    ],
)
def test_an_unfit_password_file_is_refused(
    text: str, mode: int, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    password_file(tmp_path, text, mode)
    with pytest.raises(SecretError) as caught:
        vault_password(Path("password"), {})
    assert str(caught.value) == message


def test_a_password_is_wanted(here: Path) -> None:
    with pytest.raises(SecretError) as caught:
        open_store(here, {})
    assert str(caught.value) == (
        "the vault needs its password: --vault-password-file, ROAM_VAULT_PASSWORD_FILE or ROAM_VAULT_PASSWORD"
    )
    with pytest.raises(SecretError, match="the vault password file gone cannot be read: No such file or directory"):
        open_store(here, {}, Path("gone"))
