from __future__ import annotations

import logging
import os
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from roaming.eap import AgentSession, Conversation, Nas, PasswordLogin, Reason, Server, Trusted, command
from roaming.errors import TransportError
from roaming.model.bundle import RemoteFile
from roaming.transport import LinuxDialler
from tests.push.conftest import make_key

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.push.conftest import Sshd

pytestmark = pytest.mark.daemon

OCTETS = bytes(range(256)) * 40 + b"\r\n\x04\x03 no newline at the end"


def test_what_is_written_is_read_back(sshd: Sshd, tmp_path: Path) -> None:
    path = str(tmp_path / "a file")
    with LinuxDialler().open(sshd.access()) as session:
        assert session.read(path) is None
        session.write(path, RemoteFile(OCTETS, 0o640, "root", "daemon"))
        found = session.read(path)
    assert found == RemoteFile(OCTETS, 0o640, "root", "daemon")
    assert found is not None
    assert found.content == OCTETS
    assert [entry.name for entry in tmp_path.iterdir()] == ["a file"]


def test_an_empty_file_is_a_file(sshd: Sshd, tmp_path: Path) -> None:
    with LinuxDialler().open(sshd.access()) as session:
        session.write(f"{tmp_path}/empty", RemoteFile(b"", 0o600, "root", "root"))
        found = session.read(f"{tmp_path}/empty")
    assert found is not None
    assert found.content == b""


def test_new_directories_are_like_the_one_they_stand_in(sshd: Sshd, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    home.chmod(0o750)
    os.chown(home, 1, 1)
    with LinuxDialler().open(sshd.access()) as session:
        session.write(f"{home}/a b/c/file", RemoteFile(b"x", 0o600, "root", "root"))
        assert session.listing(str(home)) == (f"{home}/a b/c/file",)
        assert session.listing(f"{home}/nowhere") == ()
    for made in (home / "a b", home / "a b/c"):
        status = made.stat()
        assert (status.st_mode & 0o7777, status.st_uid, status.st_gid) == (0o750, 1, 1)


def test_a_reader_sees_the_old_file_or_the_new(sshd: Sshd, tmp_path: Path) -> None:
    path = tmp_path / "file"
    old, new = b"o" * 200_000, b"n" * 200_000
    path.write_bytes(old)
    seen: set[bytes] = set()
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            seen.add(path.read_bytes())

    reader = threading.Thread(target=look)
    reader.start()
    with LinuxDialler().open(sshd.access()) as session:
        session.write(str(path), RemoteFile(new, 0o600, "root", "root"))
    done.set()
    reader.join()
    assert seen <= {old, new}
    assert path.read_bytes() == new


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(sshd: Sshd, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("old")
    with (
        LinuxDialler().open(sshd.access()) as session,
        pytest.raises(TransportError, match=r"^loopback: .*/file cannot be written: chown: invalid user"),
    ):
        session.write(f"{tmp_path}/file", RemoteFile(b"new", 0o600, "nobody-by-this-name", "root"))
    assert (tmp_path / "file").read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


def test_a_directory_is_no_file(sshd: Sshd, tmp_path: Path) -> None:
    with (
        LinuxDialler().open(sshd.access()) as session,
        pytest.raises(TransportError, match="cannot be read: status 45"),
    ):
        session.read(str(tmp_path))


def test_a_command_gets_its_words_as_they_are(sshd: Sshd) -> None:
    words = ["printf", "%s|", "a b", "$HOME", "'", '"', "`id`", "é"]
    with LinuxDialler().open(sshd.access()) as session:
        assert session.run(words).out == "a b|$HOME|'|\"|`id`|é|".encode()
        failed = session.run(["sh", "-c", "cat; echo oops >&2; exit 7"], b"in")
        assert session.run(["true"], b"x" * 3_000_000).rc == 0
    assert (failed.rc, failed.out, failed.err) == (7, b"in", b"oops\n")


def test_an_unknown_host_key_is_refused(sshd: Sshd, tmp_path: Path) -> None:
    (tmp_path / "known_hosts").write_text("")
    access = sshd.access(host_key=None, known_hosts=tmp_path / "known_hosts")
    with pytest.raises(TransportError, match="its host key is not known: refused"), LinuxDialler().open(access):
        pass


def test_a_known_hosts_file_serves_hashed_and_plain(sshd: Sshd, tmp_path: Path) -> None:
    known = tmp_path / "known_hosts"
    known.write_text(f"# a comment\n\n[127.0.0.1]:{sshd.port} {sshd.host_key}\n")
    subprocess.run(["ssh-keygen", "-q", "-H", "-f", str(known)], check=True, capture_output=True)
    assert "127.0.0.1" not in known.read_text()
    with LinuxDialler().open(sshd.access(host_key=None, known_hosts=known)) as session:
        assert session.run(["true"]).rc == 0


def test_another_host_key_is_refused(sshd: Sshd, tmp_path: Path) -> None:
    other = make_key(tmp_path / "other")
    with (
        pytest.raises(TransportError, match="its host key is not the one that is known: refused"),
        LinuxDialler().open(sshd.access(host_key=other)),
    ):
        pass


def test_without_any_host_key_nobody_is_dialled(sshd: Sshd) -> None:
    access = sshd.access(host_key=None, port=1)
    with pytest.raises(TransportError, match="give it host_key in the inventory"), LinuxDialler().open(access):
        pass


def test_a_refused_login_is_said_without_the_password(sshd: Sshd) -> None:
    access = sshd.access(key=None, password="c4n4ry-wrong-password")  # noqa: S106  a canary
    with pytest.raises(TransportError) as caught, LinuxDialler().open(access):
        pass
    assert str(caught.value) == f"loopback ([127.0.0.1]:{sshd.port}): it refuses the login of root"
    assert "c4n4ry" not in repr(access)
    assert caught.value.__cause__ is None


def test_nobody_there_is_said(sshd: Sshd) -> None:
    with pytest.raises(TransportError, match=r"no connection$"), LinuxDialler().open(sshd.access(port=1)):
        pass


def test_nothing_of_a_file_reaches_the_logs(sshd: Sshd, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    canary = "c4n4ry-0f-th1s-run"
    caplog.set_level(logging.DEBUG)
    # A process that serves has told paramiko to say less; here it shall say all.
    caplog.set_level(logging.DEBUG, logger="paramiko")
    with LinuxDialler().open(sshd.access()) as session:
        session.write(f"{tmp_path}/file", RemoteFile(f'secret = "{canary}"'.encode(), 0o600, "root", "root"))
        session.read(f"{tmp_path}/file")
    assert caplog.records
    assert canary not in caplog.text
    assert canary.encode().hex() not in caplog.text


def test_conversations_are_held_over_one_channel_and_nothing_stays(sshd: Sshd) -> None:
    """Nothing listens on the port; eapol_test runs for real and says so."""
    conversation = Conversation(
        identity="roam-monitor-camden@camden.gov.uk",
        login=PasswordLogin("roam-probe@camden.gov.uk", "a password"),
        server=Server("camden-rad-1", "127.0.0.1", "a secret", 1),
        nas=Nas("camden-th-ap1", "02:00:0a:07:11:00", "govroam"),
        trusted=Trusted(("a CA",), ("radius.camden.gov.uk",)),
        timeout=20,
        idle=2,
    )
    with LinuxDialler().open(sshd.access()) as session:
        with AgentSession(session.start(command(4))) as agent, ThreadPoolExecutor(4) as pool:
            outcomes = list(pool.map(agent.converse, [conversation] * 8))
        assert {outcome.reason for outcome in outcomes} == {Reason.NOTHING_LISTENS}
        assert agent.converse(conversation).reason is Reason.AGENT_UNREACHABLE
        assert _soon(lambda: b"roam-eap" not in session.run(["sh", "-c", "cat /proc/[0-9]*/cmdline"]).out)


def _soon(holds: Callable[[], bool]) -> bool:
    for _ in range(50):
        if holds():
            return True
        time.sleep(0.1)
    return False


def test_a_connection_that_breaks_ends_what_waits(sshd: Sshd) -> None:
    with LinuxDialler().open(sshd.access()) as session:
        channel = session.start(["sleep", "60"])
        session.connection.disconnect()
        assert channel.receive() == b""
        with pytest.raises(TransportError):
            channel.send(b"x")


def test_one_session_too_many_waits_for_another_to_end(sshd: Sshd) -> None:
    """Netmiko's terminal and nine commands are the ten sessions that sshd allows."""
    with LinuxDialler().open(sshd.access()) as session:
        others = [session.start(["cat"]) for _ in range(9)]
        ending = threading.Timer(0.5, others[0].close)
        ending.start()
        assert session.run(["echo", "in"]).out == b"in\n"
        ending.join()


def test_sessions_that_are_refused_side_by_side_are_all_asked_for_again(sshd: Sshd) -> None:
    """paramiko tells one of them only why it was refused."""
    with LinuxDialler().open(sshd.access()) as session, ThreadPoolExecutor(6) as pool:
        others = [session.start(["cat"]) for _ in range(9)]
        answers = [pool.submit(session.run, ["echo", "in"]) for _ in range(6)]
        time.sleep(0.1)
        for one in others:
            one.close()
        assert [answer.result().out for answer in answers] == [b"in\n"] * 6
