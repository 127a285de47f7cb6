from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pyrage
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roaming.errors import PushError
from roaming.model.bundle import RemoteFile
from roaming.push import Backups

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Damage = Callable[[Path], object]

RUN = "20261124T210000Z-a1b2c3"
CANARY = b"c4n4ry-0123456789"
FILES = {
    "/etc/hostapd/hostapd.conf": RemoteFile(b"auth_server_shared_secret=" + CANARY + b"\n", 0o640, "root", "freerad"),
    "/etc/hostapd/empty.vlan": RemoteFile(b"", 0o4755, "nobody", "nogroup"),
    "/etc/default/hostapd": None,
}
# Another process, with nothing of ours in it: what somebody does who holds a key and the file.
OPEN = "import sys, pyrage; sys.stdout.buffer.write(pyrage.decrypt(open(sys.argv[1], 'rb').read(), \
[pyrage.x25519.Identity.from_str(sys.stdin.read().split()[-1])]))"


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(PushError) as caught:
        call()
    assert "c4n4ry" not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    return str(caught.value)


def backup_path(state: Path, device: str = "ap") -> Path:
    return state / "backups" / RUN / f"{device}.age"


def opened_elsewhere(path: Path, identity: str) -> dict[str, object]:
    command = [sys.executable, "-c", OPEN, str(path)]
    done = subprocess.run(command, input=identity.encode(), capture_output=True, check=True, timeout=60)
    document: dict[str, object] = json.loads(done.stdout)
    return document


paths = st.text(st.characters(exclude_characters="\0"), min_size=1).map(lambda text: f"/{text}")
remote = st.builds(RemoteFile, st.binary(), st.integers(0, 0o7777), st.text(), st.text())


@settings(deadline=None)  # it waits for the disk
@given(files=st.dictionaries(paths, st.none() | remote))
def test_a_backup_gives_back_every_octet_mode_owner_and_absence(
    files: dict[str, RemoteFile | None], tmp_path_factory: pytest.TempPathFactory
) -> None:
    backups = Backups(tmp_path_factory.mktemp("state"))
    backups.keep(RUN, "ap", files)
    loaded = backups.load(RUN, "ap")
    assert loaded == files
    assert list(loaded) == list(files)


def test_a_backup_is_encrypted_and_for_nobody_else(tmp_path: Path) -> None:
    state = tmp_path / "state"
    digest = Backups(state).keep(RUN, "ap", FILES)
    path = backup_path(state)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == digest
    assert path.read_bytes().startswith(b"age-encryption.org/v1\n")
    files = [one for one in state.rglob("*") if one.is_file()]
    assert sorted(one.name for one in files) == ["ap.age", "backup.key"]
    assert all(one.stat().st_mode & 0o777 == 0o600 for one in files)
    assert all(one.stat().st_mode & 0o777 == 0o700 for one in (state, path.parent, path.parent.parent))
    assert not any(CANARY in one.read_bytes() or b"hostapd" in one.read_bytes() for one in files)
    assert "c4n4ry" not in repr(Backups(state).load(RUN, "ap"))


def test_the_same_content_is_another_file_each_time(tmp_path: Path) -> None:
    backups = Backups(tmp_path)
    assert backups.keep(RUN, "ap", FILES) != backups.keep(RUN, "ap-2", FILES)


def test_other_age_programs_open_it_with_our_key_or_a_recipients(tmp_path: Path) -> None:
    safe = pyrage.x25519.Identity.generate()
    Backups(tmp_path, (str(safe.to_public()),)).keep(RUN, "ap", FILES)
    ours = opened_elsewhere(backup_path(tmp_path), (tmp_path / "backup.key").read_text())
    assert ours == opened_elsewhere(backup_path(tmp_path), str(safe))
    assert (ours["run"], ours["device"]) == (RUN, "ap")
    assert ours["files"]["/etc/default/hostapd"] is None  # type: ignore[index]


def test_a_key_made_elsewhere_is_used(tmp_path: Path) -> None:
    identity = pyrage.x25519.Identity.generate()
    (tmp_path / "backup.key").write_text(f"# created: long ago\n# public key: {identity.to_public()}\n{identity}\n")
    (tmp_path / "backup.key").chmod(0o600)
    Backups(tmp_path).keep(RUN, "ap", FILES)
    assert opened_elsewhere(backup_path(tmp_path), str(identity))["device"] == "ap"


def test_many_at_once_end_up_with_one_key(tmp_path: Path) -> None:
    names = [f"ap-{number}" for number in range(24)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda name: Backups(tmp_path).keep(RUN, name, FILES), names))
    assert all(Backups(tmp_path).load(RUN, name) == FILES for name in names)
    assert Backups(tmp_path).devices(RUN) == tuple(sorted(names))


def test_runs_and_devices_are_listed(tmp_path: Path) -> None:
    backups = Backups(tmp_path)
    assert (backups.runs(), backups.devices(RUN)) == ((), ())
    for run, device in (("20261125T000000Z-b", "hub-west"), (RUN, "hub-west"), (RUN, "hub-east")):
        backups.keep(run, device, {})
    (tmp_path / "backups" / "20261126T000000Z-c").mkdir()
    (tmp_path / "backups" / RUN / ".hub.age.draft").write_bytes(b"cut short")
    assert backups.runs() == (RUN, "20261125T000000Z-b")
    assert backups.devices(RUN) == ("hub-east", "hub-west")


def test_a_backup_is_never_overwritten(tmp_path: Path) -> None:
    backups = Backups(tmp_path)
    backups.keep(RUN, "ap", FILES)
    assert refused(lambda: backups.keep(RUN, "ap", {})) == f"the backup of ap in run {RUN} is there already"
    assert backups.load(RUN, "ap") == FILES


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    assert refused(lambda: Backups(tmp_path).load(RUN, "ap")) == f"there is no backup of ap in run {RUN}"


@pytest.mark.parametrize("name", ["../x", "", ".", "a/b", ".hidden", "-\n"])
def test_a_name_never_leaves_the_directory(name: str, tmp_path: Path) -> None:
    for call in (lambda: Backups(tmp_path).keep(name, "ap", {}), lambda: Backups(tmp_path).load(RUN, name)):
        assert refused(call) == f"'{name}' is not the name of a run or a device"
    assert list(tmp_path.iterdir()) == []


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def turn(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1] + bytes([path.read_bytes()[-1] ^ 1]))


def replace_by(content: object) -> Damage:
    """Return what puts other content into a backup, encrypted to the right key."""

    def done(path: Path) -> None:
        identity = pyrage.x25519.Identity.from_str((path.parents[2] / "backup.key").read_text().split()[-1])
        path.write_bytes(pyrage.encrypt(json.dumps(content).encode(), [identity.to_public()]))

    return done


def copy_of_another(path: Path) -> None:
    Backups(path.parents[2]).keep(RUN, "other", FILES)
    path.write_bytes((path.parent / "other.age").read_bytes())


def key(text: str, mode: int = 0o600) -> Damage:
    def done(path: Path) -> None:
        (path.parents[2] / "backup.key").write_text(text)
        (path.parents[2] / "backup.key").chmod(mode)

    return done


DAMAGED = f"the backup of ap in run {RUN} is damaged"


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (cut, DAMAGED),
        (turn, DAMAGED),
        (lambda path: path.write_bytes(b""), DAMAGED),
        (lambda path: path.write_bytes(b"c4n4ry"), DAMAGED),
        (replace_by([]), DAMAGED),
        (replace_by({"version": 1}), DAMAGED),
        (replace_by({"version": 1, "run": RUN, "device": "ap", "files": []}), DAMAGED),
        (replace_by({"version": 1, "run": RUN, "device": "ap", "files": {"/f": {"content": "c4n4ry"}}}), DAMAGED),
        (replace_by({"version": 2}), f"the backup of ap in run {RUN} was made by a newer version of this program"),
        (copy_of_another, f"the backup of ap in run {RUN} holds another one's files"),
        (
            key(f"{pyrage.x25519.Identity.generate()}\n"),
            f"the backup of ap in run {RUN} was made for another key than backup.key",
        ),
        (
            lambda path: (path.parents[2] / "backup.key").unlink(),
            f"the backup of ap in run {RUN} cannot be opened: backup.key is not in the state directory",
        ),
        (
            key("c4n4ry"),
            "backup.key in the state directory is damaged: put a copy of it back, without it no backup opens",
        ),
        (
            lambda path: [path.unlink(), path.mkdir()],
            f"the backup of ap in run {RUN} cannot be read: Is a directory",
        ),
    ],
)
def test_a_backup_that_does_not_open_says_why(damage: Damage, message: str, tmp_path: Path) -> None:
    Backups(tmp_path).keep(RUN, "ap", FILES)
    damage(backup_path(tmp_path))
    assert refused(lambda: Backups(tmp_path).load(RUN, "ap")) == message


def test_a_key_that_others_may_use_is_refused(tmp_path: Path) -> None:
    Backups(tmp_path).keep(RUN, "ap", FILES)
    (tmp_path / "backup.key").chmod(0o640)
    said = f"the backups' key {tmp_path / 'backup.key'} may be used by others (mode 0640): chmod 600 it"
    assert refused(lambda: Backups(tmp_path).load(RUN, "ap")) == said
    assert refused(lambda: Backups(tmp_path).keep(RUN, "ap-2", FILES)) == said


def test_a_mistyped_recipient_stops_the_backup(tmp_path: Path) -> None:
    mistyped = str(pyrage.x25519.Identity.generate().to_public())[:-1] + "q"
    said = refused(lambda: Backups(tmp_path, (mistyped, mistyped)).keep(RUN, "ap", FILES))
    assert said == f"{mistyped} is not an age public key: is it whole?"
    assert Backups(tmp_path).devices(RUN) == ()


def test_a_state_directory_that_cannot_be_used_is_said(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file")
    said = refused(lambda: Backups(tmp_path / "state").keep(RUN, "ap", FILES))
    assert said == "the backups' key cannot be kept in the state directory: File exists"
    (tmp_path / "backups").write_text("a file")
    said = refused(lambda: Backups(tmp_path).keep(RUN, "ap", FILES))
    assert said == "the backup of ap cannot be kept: Not a directory"


# A file may grow to 8 KiB and no further: what a full disk is to a program, without a disk to fill.
FULL = """
import os, resource, sys
from pathlib import Path
from roaming.errors import PushError
from roaming.model.bundle import RemoteFile
from roaming.push import Backups
resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))
try:
    Backups(Path(sys.argv[1])).keep("run", "ap", {"/f": RemoteFile(os.urandom(20000), 0o600, "root", "root")})
except PushError as error:
    print(error)
"""


def test_a_backup_that_does_not_fit_is_not_there(tmp_path: Path) -> None:
    command = [sys.executable, "-B", "-c", FULL, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert (done.stdout, done.stderr) == ("the backup of ap cannot be kept: File too large\n", "")
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["backup.key"]
