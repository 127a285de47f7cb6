"""Signatures by a real ssh-keygen: by the right key, for this plan and ticket, or not at all."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner, Result

from roaming.cli import app
from roaming.errors import PushError
from roaming.model.bundle import DeviceBundle, DeviceKind, RemoteFile
from roaming.model.change import Approver
from roaming.plan import Change, DevicePlan, FileChange, Plan, digest, document
from roaming.push import FakeSignatures, Signatures, SshKeygen, approved_by, read_signature, statement

if TYPE_CHECKING:
    from pathlib import Path

SAID = statement("sha256:00", "CHG1")


def make(directory: Path, name: str, kind: str = "ed25519") -> Approver:
    path = directory / name
    subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-C", "", "-f", str(path)], check=True)
    return Approver(name=name, public_key=" ".join(path.with_suffix(".pub").read_text().split()[:2]))


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys")


@pytest.fixture(scope="module")
def people(keys: Path) -> dict[str, Approver]:
    return {name: make(keys, name) for name in ("ada", "ben")} | {"ecd": make(keys, "ecd", "ecdsa")}


@pytest.fixture(params=["ssh-keygen", "fake"])
def by(request: pytest.FixtureRequest, people: dict[str, Approver]) -> Signatures:
    return SshKeygen() if request.param == "ssh-keygen" else FakeSignatures(people)


def test_who_signed_what(by: Signatures, keys: Path, people: dict[str, Approver]) -> None:
    ada, ben = people["ada"], people["ben"]
    signature = by.sign(SAID, keys / "ada")
    forged = Approver(name="ada", public_key=ben.public_key)
    assert approved_by(SAID, [signature], [ada, ben], by) == {ada}
    assert approved_by(SAID, [signature, by.sign(SAID, keys / "ben")], [ada, ben], by) == {ada, ben}
    assert approved_by(SAID, [signature], [ben, forged], by) == frozenset()
    assert approved_by(statement("sha256:01", "CHG1"), [signature], [ada], by) == frozenset()
    assert approved_by(statement("sha256:00", None), [signature], [ada], by) == frozenset()
    assert approved_by(SAID, [b"", signature[:-30]], [ada], by) == frozenset()


def test_other_kinds_of_key_do_as_well(keys: Path, people: dict[str, Approver]) -> None:
    signature = SshKeygen().sign(SAID, keys / "ecd")
    assert approved_by(SAID, [signature], people.values(), SshKeygen()) == {people["ecd"]}


def test_a_signature_for_something_else_is_no_approval(keys: Path, people: dict[str, Approver]) -> None:
    command = ["ssh-keygen", "-Y", "sign", "-n", "git", "-f", str(keys / "ada")]
    signature = subprocess.run(command, input=SAID, capture_output=True, check=True).stdout
    assert approved_by(SAID, [signature], [people["ada"]], SshKeygen()) == frozenset()


def test_what_does_not_sign_says_why(keys: Path, tmp_path: Path) -> None:
    with pytest.raises(PushError, match=r"there is no key .*nobody: name your SSH key with --key"):
        SshKeygen().sign(SAID, tmp_path / "nobody")
    (tmp_path / "no-key").write_text("no key\n")
    with pytest.raises(PushError, match="ssh-keygen did not sign: "):
        SshKeygen().sign(SAID, tmp_path / "no-key")
    with pytest.raises(PushError, match=r"ssh-nokeygen cannot be run \(No such file or directory\)"):
        SshKeygen("ssh-nokeygen").sign(SAID, keys / "ada")


def test_an_approval_is_read_from_its_file_only(tmp_path: Path, keys: Path) -> None:
    file = tmp_path / "approval"
    with pytest.raises(PushError, match="cannot be read: No such file"):
        read_signature(file)
    for octets in (b"", b"yes\n", b"-----BEGIN SSH SIGNATURE-----" + b"A" * 20_000):
        file.write_bytes(octets)
        with pytest.raises(PushError, match="is no approval: `roam approve` makes one"):
            read_signature(file)
    file.write_bytes(SshKeygen().sign(SAID, keys / "ada"))
    assert read_signature(file) == file.read_bytes()


def saved(path: Path) -> str:
    change = FileChange("/f", Change.CHANGED, "-old\n+new\x1b[2J\n", remote("old"), remote("new"))
    hub = DeviceBundle("federation", "east", "hub-east", DeviceKind.HUB, "radsecproxy", "1", ())
    plan = document(Plan((DevicePlan(hub, (change,), ()),)), lambda content: content.hex())
    path.write_text(json.dumps(plan))
    return digest(plan)


def remote(text: str) -> RemoteFile:
    return RemoteFile(text.encode(), 0o644, "root", "root")


def roam(*words: object, answer: str | None = None) -> Result:
    return CliRunner().invoke(app, ["approve", *map(str, words)], input=answer)


def test_the_command_shows_asks_and_signs(tmp_path: Path, keys: Path, people: dict[str, Approver]) -> None:
    name = saved(tmp_path / "plan.json")
    result = roam(tmp_path / "plan.json", "--key", keys / "ada", "--ticket", "CHG1", answer="y\n")
    assert result.exit_code == 0, result.output
    assert (
        "federation/east/hub-east: no service is touched (nothing is interrupted)\n  changed /f\n-old\n+new\\u001b"
        in (result.stdout)
    )
    assert f"plan {name}, ticket CHG1" in result.stdout
    signature = read_signature(tmp_path / "plan.json.approval")
    assert approved_by(statement(name, "CHG1"), [signature], people.values(), SshKeygen()) == {people["ada"]}


def test_who_says_no_signs_nothing(tmp_path: Path, keys: Path) -> None:
    saved(tmp_path / "plan.json")
    assert roam(tmp_path / "plan.json", "--key", keys / "ada", answer="n\n").exit_code == 1
    assert not (tmp_path / "plan.json.approval").exists()


@pytest.mark.parametrize(("octets", "said"), [(b"{}", "not a plan"), (b"\xff", "not UTF-8"), (None, "No such file")])
def test_a_plan_that_cannot_be_read(tmp_path: Path, keys: Path, octets: bytes | None, said: str) -> None:
    plan = tmp_path / "plan.json"
    if octets is not None:
        plan.write_bytes(octets)
    result = roam(plan, "--key", keys / "ada", "--yes")
    assert isinstance(result.exception, PushError)
    assert said in str(result.exception)
