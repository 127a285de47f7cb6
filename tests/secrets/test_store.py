from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from roaming.errors import QuoteError, SecretError, SecretMissingError
from roaming.model.bundle import File, Slot, SlotKind
from roaming.secrets import (
    DirectoryStore,
    EnvironmentStore,
    FingerprintKey,
    MemoryStore,
    fill,
    local_key,
    materialise,
    open_store,
)
from roaming.targets.target import refuse_control, word

if TYPE_CHECKING:
    from pathlib import Path


def quoted(value: str) -> str:
    refuse_control(value, "a test")
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


QUOTINGS = {"quoted": quoted, "word": word}


def put(root: Path, name: str, text: str, mode: int = 0o600) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("s3cret\n", "s3cret"),
        ("s3cret", "s3cret"),
        ("s3cret \n", "s3cret "),
        ("two\nlines\n", "two\nlines\n"),
        ("é\n", "é"),
    ],
)
def test_a_single_line_loses_its_newline(tmp_path: Path, text: str, value: str) -> None:
    put(tmp_path, "camden/ap", text)
    assert DirectoryStore(tmp_path).secret("camden/ap") == value


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666, 0o610])
def test_a_file_that_others_may_use_is_refused(tmp_path: Path, mode: int) -> None:
    put(tmp_path, "camden/ap", "s3cret\n", mode)
    with pytest.raises(SecretError, match=f"camden/ap may be used by others .mode {mode:04o}.: chmod 600 it"):
        DirectoryStore(tmp_path).secret("camden/ap")


@pytest.mark.parametrize("name", ["../etc/shadow", "/etc/shadow", "a/../../b", "", "A", "a//b"])
def test_a_name_never_leaves_the_directory(tmp_path: Path, name: str) -> None:
    with pytest.raises(SecretError, match="is not the name of a secret"):
        DirectoryStore(tmp_path).secret(name)


def test_empty_and_unreadable_files_are_said(tmp_path: Path) -> None:
    put(tmp_path, "empty", "\n")
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    (tmp_path / "binary").chmod(0o600)
    (tmp_path / "directory").mkdir()
    store = DirectoryStore(tmp_path)
    for name, words in {"empty": "is empty", "binary": "is not UTF-8", "directory": "cannot be read"}.items():
        with pytest.raises(SecretError, match=words):
            store.secret(name)


def test_the_environment_goes_first(tmp_path: Path) -> None:
    put(tmp_path, "camden/ap-1", "from the file\n")
    store = open_store(tmp_path, {"ROAM_SECRET_CAMDEN_AP_1": "from the environment"})
    assert store.secret("camden/ap-1") == "from the environment"
    assert open_store(tmp_path, {}).secret("camden/ap-1") == "from the file"


def test_what_is_nowhere_says_where_it_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(SecretMissingError) as caught:
        open_store(tmp_path, {}).secret("camden/ap")
    assert str(caught.value) == (
        "camden/ap is in no secret store: looked for the variable ROAM_SECRET_CAMDEN_AP and "
        "the file camden/ap in the secrets directory"
    )
    with pytest.raises(SecretMissingError, match=r"the file certificates/camden-rad-1\.pem in the secrets directory"):
        open_store(tmp_path, {}).certificate("camden-rad-1")
    with pytest.raises(SecretMissingError, match=r"ROAM_SECRET_CAMDEN_AP$"):
        open_store(None, {}).secret("camden/ap")


def test_an_unfit_value_ends_the_search(tmp_path: Path) -> None:
    put(tmp_path, "camden/ap", "good enough\n")
    with pytest.raises(SecretError, match="is empty"):
        open_store(tmp_path, {"ROAM_SECRET_CAMDEN_AP": " "}).secret("camden/ap")


def test_certificates_need_not_be_private(tmp_path: Path) -> None:
    put(tmp_path, "certificates/ca.pem", "PEM\n", 0o644)
    assert open_store(tmp_path, {}).certificate("ca") == "PEM\n"


def test_stores_never_show_what_they_hold() -> None:
    stores = (MemoryStore({"a": "c4n4ry"}, {"b": "c4n4ry"}), EnvironmentStore({"ROAM_SECRET_A": "c4n4ry"}))
    assert "c4n4ry" not in repr(stores)


def test_a_file_is_filled_in_its_targets_spelling() -> None:
    file = File("/f", ("secret = ", Slot(SlotKind.SECRET, "camden/ap", "quoted"), "\n"))
    store = MemoryStore({"camden/ap": 'quo"te\\s {{ }} %{x} é'})
    assert materialise(file, QUOTINGS, store) == ('secret = "quo\\"te\\\\s {{ }} %{x} é"\n'.encode())


def test_a_value_without_a_spelling_is_refused_by_name_and_not_shown() -> None:
    store = MemoryStore({"camden/ap": "c4n4ry with\nnewline"})
    for quoting in ("quoted", "word"):
        with pytest.raises(QuoteError) as caught:
            fill(Slot(SlotKind.SECRET, "camden/ap", quoting), QUOTINGS, store)
        assert str(caught.value).startswith("secret camden/ap: ")
        assert "c4n4ry" not in str(caught.value)
        assert caught.value.__cause__ is None


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(SecretError, match="secret camden/ap is shorter than 8 octets"):
        fill(
            Slot(SlotKind.SECRET, "camden/ap", "word"),
            QUOTINGS,
            MemoryStore({"camden/ap": "1234567"}),
        )


def test_fingerprints_are_keyed_and_stay_the_same(tmp_path: Path) -> None:
    key = local_key(tmp_path / "state")
    assert local_key(tmp_path / "state") == key
    assert (tmp_path / "state/fingerprint.key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / "state").iterdir()] == ["fingerprint.key"]
    assert key.of(b"a") != FingerprintKey(b"other").of(b"a")
    assert len(key.of(b"a")) == 8
    assert repr(key) == "FingerprintKey()"
    (tmp_path / "state/fingerprint.key").write_bytes(b"short")
    with pytest.raises(SecretError, match="is damaged"):
        local_key(tmp_path / "state")
