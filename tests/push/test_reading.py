"""Reading a device for its adoption, with a session in memory and over a real sshd."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from roaming.errors import AdoptionError, TransportError
from roaming.model.bundle import RemoteFile
from roaming.push.reading import Reader
from roaming.transport import Access, LinuxDialler, NetmikoDialler
from roaming.transport.fake import FakeDialler, FakeSession
from tests.adopt.test_access_point import BY_HAND

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from roaming.targets.terminal import Terminal
    from tests.push.conftest import Sshd

ACCESS = Access("device", "10.0.0.1", 22, "roam")


class Shown:
    """A controller that only shows."""

    def __init__(self, shown: dict[str, str]) -> None:
        self.shown = shown

    def show(self, command: str) -> str:
        return self.shown.get(command, "            ^\n% Invalid input detected at '^' marker.\n")

    def ask(self, command: str) -> str:
        raise AssertionError(command)

    def enter(self, command: str) -> None:
        raise AssertionError(command)

    def inside(self, command: str) -> str:
        raise AssertionError(command)

    def configure(self, lines: Sequence[str]) -> None:
        raise AssertionError(lines)

    def leave(self) -> None:
        raise AssertionError

    @contextmanager
    def open(self, access: Access, terminal: Terminal) -> Iterator[Shown]:
        assert (access, terminal.driver) == (ACCESS, "cisco_xe")
        yield self


def reader(files: dict[str, RemoteFile], shown: dict[str, str]) -> Reader:
    return Reader(FakeDialler({"device": FakeSession(dict(files))}), Shown(shown))


def test_a_controller_is_only_shown() -> None:
    shown = {"show running-config": "hostname x\nend\n", "show ap summary": "Number of APs: 0\n"}
    reading = reader({}, shown).controller(ACCESS, "iosxe")
    assert (reading.running, reading.access_points) == ("hostname x\nend\n", "Number of APs: 0\n")


def test_a_configuration_that_breaks_off_is_not_taken() -> None:
    with pytest.raises(TransportError, match="its configuration did not arrive whole"):
        reader({}, {"show running-config": "hostname x\n"}).controller(ACCESS, "iosxe")


def test_a_platform_without_commands() -> None:
    with pytest.raises(AdoptionError, match="device: hostapd is not driven by commands"):
        reader({}, {}).controller(ACCESS, "hostapd")


def remote(text: str) -> RemoteFile:
    return RemoteFile(text.encode(), 0o600, "root", "root")


def test_an_access_points_own_files_are_not_read() -> None:
    files = {"/etc/hostapd/hostapd.conf": remote("interface=é\n"), "/etc/hostapd/hostapd.deny": remote("x")}
    assert reader(files, {}).access_point(ACCESS) == {"/etc/hostapd/hostapd.conf": "interface=é\n"}


@pytest.mark.daemon
def test_an_access_point_over_ssh(sshd: Sshd) -> None:
    with LinuxDialler().open(sshd.access()) as session:
        for path, text in BY_HAND.items():
            session.write(path, remote(text))
    found = Reader(LinuxDialler(), NetmikoDialler()).access_point(sshd.access())
    assert {path: found[path] for path in BY_HAND} == BY_HAND
