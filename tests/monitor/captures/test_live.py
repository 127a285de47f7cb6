"""Captures as they come: real packets on the loopback interface, and pipes that bring the air at any pace."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from shutil import which
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from monitor.cli import app
from monitor.errors import CaptureError
from monitor.passive.captures import Input, Live, Machine, Reading, Roam, Tap
from monitor.passive.captures.files import Capture
from monitor.passive.captures.pipe import Pipe
from tests.monitor.captures.air import ONE, TWO, Air
from tests.monitor.captures.machine import set_up
from tests.monitor.captures.made import ACCEPT, Hop, attribute, write

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from scapy.packet import Packet

LISTENING = "listening on lo by"


@contextmanager
def accepting() -> Iterator[int]:
    """Run a server on the loopback interface that accepts everybody, and yield its port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))

        def answer() -> None:
            while True:
                asked, who = server.recvfrom(4096)
                if not asked:
                    return
                server.sendto(bytes((ACCEPT, asked[1])) + (20).to_bytes(2, "big") + bytes(16), who)

        thread = threading.Thread(target=answer)
        thread.start()
        try:
            yield int(server.getsockname()[1])
        finally:
            server.sendto(b"", server.getsockname())
            thread.join()


def sign_in(port: int, times: int = 3) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(5)
        for number in range(times):
            told = attribute(1, b"u@camden.gov.uk")
            head = bytes((1, number)) + (20 + len(told)).to_bytes(2, "big") + os.urandom(16)
            client.sendto(head + told, ("127.0.0.1", port))
            client.recv(4096)


def only(program: str) -> Machine:
    return Machine(program=lambda name: which(name) if name == program else None)


@pytest.mark.parametrize("engine", ["dumpcap", "tcpdump"])
def test_real_packets_are_heard_by_either_program(engine: str) -> None:
    """What is found is told while the capture goes on, and the end is a proper one."""
    with accepting() as port:
        tap = Tap("lo", frozenset({port}), only(engine))
        reading = Reading([tap.capture()], tap.ports, merge=Live())
        found: list[Any] = []
        thread = threading.Thread(target=lambda: found.extend(reading.found()))
        thread.start()
        until = time.monotonic() + 20
        while reading.packets() == 0 and time.monotonic() < until:
            sign_in(port)
            time.sleep(0.1)
        tap.stop()
        thread.join(10)
    assert len(found) >= 3
    assert {(one.realm, one.result.value, one.server) for one in found} == {
        ("camden.gov.uk", "accept", f"127.0.0.1:{port}")
    }
    assert (list(reading.notes()), tap.dropped) == ([], 0)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_and_what_was_found_is_printed(number: signal.Signals) -> None:
    with accepting() as port:
        words = [sys.executable, "-m", "monitor.cli", "capture", "--interface", "lo", "--port", str(port)]
        with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as one:
            assert one.stderr is not None
            assert LISTENING in one.stderr.readline()
            until = time.monotonic() + 2
            while time.monotonic() < until:
                sign_in(port)
                time.sleep(0.2)
            one.send_signal(number)
            out, said = one.communicate(timeout=20)
    assert (one.returncode, said) == (0, "")
    assert "accept: " in out.splitlines()[-3]
    assert out.endswith("RADIUS conversations\n")


def walk() -> Air:
    """Return a client that roams three times."""
    air = Air()
    air.data(-0.050, ONE)
    air.fast(0, ONE, TWO)
    air.data(0.020, TWO)
    air.over_ds(0.2, TWO, ONE)
    air.data(0.230, ONE)
    air.full(0.4, TWO, ONE)
    air.data(0.6, TWO)
    return air


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return its pcap."""
    return write(tmp_path_factory.mktemp("walked") / "air.pcap", walk().made, 127).read_bytes()


@dataclass
class Clock:
    """Stands until somebody sleeps."""

    ns: int = 0
    slept: list[float] = field(default_factory=list)

    def steady_ns(self) -> int:
        return self.ns

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.ns += int(seconds * 1e9)
        time.sleep(0.0005)


@contextmanager
def flowing(*pieces: bytes, pause_s: float = 0.0) -> Iterator[Pipe]:
    """Yield a pipe into which somebody writes these pieces."""
    out, into = os.pipe()

    def feed() -> None:
        with os.fdopen(into, "wb", buffering=0) as file:
            for piece in pieces:
                file.write(piece)
                time.sleep(pause_s)

    thread = threading.Thread(target=feed)
    thread.start()
    try:
        yield Pipe(out)
    finally:
        thread.join()
        os.close(out)


def records(made: Sequence[tuple[float, Packet]], folder: Path) -> list[bytes]:
    """Return the header and the records of a pcap of the air."""
    octets = write(folder / "whole.pcap", made, 127).read_bytes()
    found, at = [octets[:24]], 24
    while at < len(octets):
        end = at + 16 + int.from_bytes(octets[at + 8 : at + 12], "little")
        found.append(octets[at:end])
        at = end
    return found


def heard(*pipes: Pipe) -> list[Any]:
    return list(Reading([piped(pipe) for pipe in pipes], merge=Live()).found())


def piped(pipe: Pipe) -> Capture:
    return Capture("a pipe", lambda: nullcontext(pipe))


def test_the_air_at_its_own_pace_is_the_same_as_its_file(tmp_path: Path) -> None:
    pieces = records(walk().made, tmp_path)
    with flowing(*pieces, pause_s=0.65 / len(pieces)) as pipe:
        found = heard(pipe)
    assert [one.kind.value for one in found] == ["ft_air", "ft_ds", "full_eap"]
    assert found == list(Reading([tmp_path / "whole.pcap"]).found())


@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_however_the_octets_come_the_same_is_found(walked: bytes, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(1, len(walked) - 1), max_size=20)))
    pieces = [walked[first:last] for first, last in zip([0, *cuts], [*cuts, len(walked)], strict=True)]
    with flowing(*pieces) as pipe:
        assert [one.kind.value for one in heard(pipe)] == ["ft_air", "ft_ds", "full_eap"]


def test_a_roam_is_told_when_nothing_comes_after_it(walked: bytes) -> None:
    """Nobody waits for the next packet, nor for the end."""
    clock, (out, into) = Clock(), os.pipe()
    pipe = Pipe(out)
    os.write(into, walked)
    live = Live(clock.steady_ns, clock.sleep)
    found: Iterator[Any] = Reading([piped(pipe)], merge=live).found()
    assert [next(found).kind.value for _ in range(3)] == ["ft_air", "ft_ds", "full_eap"]
    # The last one waited for a second station with its address (2 s), and for no longer than that.
    assert 2 <= clock.ns / 1e9 < 4
    os.close(into)
    assert list(found) == []
    os.close(out)


def test_two_sensors_are_put_in_order_though_one_is_late(tmp_path: Path) -> None:
    """The old access point's channel is heard by the sensor that hands over later."""
    air = walk()
    old = [one for one in air.made if one[0] < 0]
    with flowing(*records(air.made[1:], tmp_path)) as new, flowing(*records(old, tmp_path), pause_s=0.3) as late:
        first = next(one for one in heard(new, late) if isinstance(one, Roam))
    assert first.d1_ms == pytest.approx(70.0)


def test_standard_input_is_read_and_a_stop_ends_it(tmp_path: Path) -> None:
    octets = write(tmp_path / "a.pcap", walk().made, 127).read_bytes()
    out, into = os.pipe()
    os.write(into, octets)
    given = Input(Pipe(out))
    found = Reading([given.capture()], merge=Live()).found()
    threading.Timer(0.5, given.stop).start()
    assert len(list(found)) == 3
    os.close(into)
    os.close(out)


def test_the_command_reads_standard_input(tmp_path: Path) -> None:
    hop = Hop()
    hop.conversation()
    octets = write(tmp_path / "a.pcapng", hop.made).read_bytes()
    words = [sys.executable, "-m", "monitor.cli", "capture", "-"]
    done = subprocess.run(words, input=octets[:-3], capture_output=True, check=False)
    assert (done.returncode, done.stdout.decode().splitlines()[-1]) == (
        0,
        "5 packets, 0 roams, 1 RADIUS conversations",
    )
    note = "note: standard input: cut off or damaged after 5 packets; what stands before is read\n"
    assert done.stderr.decode() == note


# What goes wrong, on a machine of our own making


@pytest.mark.parametrize(
    ("interface", "program", "message"),
    [
        ("nope", "dumpcap", "nope: there is no such interface; there are: lo, tun0, wlan0, wlan0mon"),
        (
            "wlan0",
            "dumpcap",
            (
                "wlan0: it is not in monitor mode, so it shows no roam: ip link set wlan0 down; "
                "iw dev wlan0 set type monitor; ip link set wlan0 up"
            ),
        ),
        (
            "lo",
            "wireshark",
            "neither dumpcap nor tcpdump is on this machine: one of them takes the packets up; install one",
        ),
    ],
)
def test_what_cannot_be_heard_is_said(tmp_path: Path, interface: str, program: str, message: str) -> None:
    with pytest.raises(CaptureError) as error:
        Tap(interface, machine=set_up(tmp_path, name=program))
    assert str(error.value) == message


DENIED = 'dumpcap: You do not have permission to capture on device "lo".'


@pytest.mark.parametrize(
    ("name", "script", "message"),
    [
        (
            "dumpcap",
            f"echo 'dumpcap: cap_set_proc() fail return: x' >&2; echo '{DENIED}' >&2; exit 1",
            "lo: PROGRAM may not capture there: run this as root, or once: setcap cap_net_raw,cap_net_admin=ep PROGRAM",
        ),
        (
            "tcpdump",
            "echo 'tcpdump: listening on lo' >&2; echo 'tcpdump: lo: That device is not up' >&2; exit 1",
            "lo: PROGRAM ended: lo: That device is not up",
        ),
        ("dumpcap", "exit 1", "lo: PROGRAM ended: it says nothing"),
        (
            "dumpcap",
            "cat USB; exec sleep 9",
            (
                "lo: link type 189 is not understood; those that are: loopback of BSD (0, 108), Ethernet (1), "
                "raw IP (12, 14, 101, 228, 229), "
                "802.11 (105), Linux cooked (113, 276), radiotap (127)"
            ),
        ),
        ("dumpcap", "echo 'no capture at all'; exec sleep 9", "lo: neither pcap nor pcapng"),
    ],
)
def test_why_the_program_ended_is_said(tmp_path: Path, name: str, script: str, message: str) -> None:
    usb = write(tmp_path / "usb.pcap", walk().made, 189)
    here = set_up(tmp_path, script.replace("USB", str(usb)), name)
    tap = Tap("lo", machine=here)
    with pytest.raises(CaptureError) as error:
        list(Reading([tap.capture()], merge=Live()).found())
    assert str(error.value) == message.replace("PROGRAM", tap.engine)


def test_a_program_that_ends_in_the_middle_loses_nothing(tmp_path: Path) -> None:
    """What was heard is told, then why there is no more; what the kernel dropped is told too."""
    path = write(tmp_path / "air.pcap", walk().made, 127)
    lost = "Packets received/dropped on interface 'lo': 24/7 (pcap:7/dumpcap:0/flushed:0/ps_ifdrop:0) (77.4%)"
    script = f"cat {path}; echo \"{lost}\" >&2; echo 'dumpcap: The adapter is gone.' >&2; exit 1"
    tap, live = Tap("wlan0mon", machine=set_up(tmp_path, script)), Live()
    found = list(Reading([tap.capture()], merge=live).found())
    assert len(found) == 3
    assert (str(live.error), tap.dropped) == (f"wlan0mon: {tap.engine} ended: The adapter is gone.", 7)


def test_the_kernel_is_asked_for_what_counts_alone(tmp_path: Path) -> None:
    """Beacons are left to it on the air, all but RADIUS elsewhere, behind tags too."""
    here = set_up(tmp_path, f'for word; do echo "$word"; done > {tmp_path}/words')
    for interface in ("wlan0mon", "lo", "tun0", "any"):
        with pytest.raises(CaptureError):
            list(Reading([Tap(interface, frozenset({1812, 1645}), here).capture()], merge=Live()).found())
        words = (tmp_path / "words").read_text().splitlines()
        assert words[:8] == ["-q", "-P", "-i", interface, "-s", "4500", "-w", "-"]
        ports = "udp port 1645 or udp port 1812"
        assert (
            words[9]
            == {
                "wlan0mon": "not (type mgt subtype beacon)",
                "lo": f"{ports} or (vlan and ({ports} or (vlan and ({ports}))))",
                "tun0": ports,
                "any": ports,
            }[interface]
        )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "either files are read, or interfaces are listened on (--interface)"),
        (["a.pcap", "--interface", "lo"], "either files are read, or interfaces are listened on (--interface)"),
        (["-", "a.pcap"], "standard input (-) is read alone"),
    ],
)
def test_wrong_usage(words: list[str], message: str) -> None:
    done = CliRunner().invoke(app, ["capture", *words])
    assert done.exit_code == 2
    assert message in " ".join(done.stderr.replace("│", " ").split())


def test_the_command_says_that_there_is_no_such_interface() -> None:
    done = CliRunner().invoke(app, ["capture", "--interface", "nope0"])
    assert isinstance(done.exception, CaptureError)
    assert str(done.exception).startswith("nope0: there is no such interface; there are: ")
