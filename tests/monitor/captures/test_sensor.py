"""A sensor: which roams it counts, where, and what Prometheus gets of it."""

from __future__ import annotations

import asyncio
import http.client
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from monitor.cli import app
from monitor.discover import bssids
from monitor.errors import SettingError
from monitor.metrics import State
from monitor.passive.captures import CaptureTask, Kind, PacketsTask, Reading, Roam, RoamCounter
from monitor.sample import FakeClock, FakeSink
from monitor.target import Estate, RadioPlace
from roaming.load import load
from roaming.model.bundle import DeviceKind
from roaming.render import render
from tests.monitor.captures.air import CLIENT, ONE, THREE, TWO, Air, octets
from tests.monitor.captures.machine import machine, set_up
from tests.monitor.captures.made import write
from tests.monitor.parsed import number, parsed

if TYPE_CHECKING:
    from collections.abc import Iterator

REPOSITORY = Path(__file__).parents[3]
LAB = REPOSITORY / "lab" / "inventory"

CAMDEN, HACKNEY = RadioPlace("camden-1", "town-hall", "camden"), RadioPlace("hackney-1", "library", "hackney")
PLACES = {octets(ONE): CAMDEN, octets(TWO): replace(CAMDEN, access_point="camden-2"), octets(THREE): HACKNEY}
COUNTER = RoamCounter(PLACES, frozenset({"govroam"}))

ROAM = Roam(
    client=octets(CLIENT),
    previous=octets(ONE),
    bssid=octets(TWO),
    kind=Kind.FT_AIR,
    start=0,
    d1_ms=70.0,
    d2_ms=8.0,
    d4_ms=None,
    phases={},
    offsets={},
    again=True,
    ssid="govroam",
    akm="FT-802.1X",
    why="",
    acked=False,
    doubtful=False,
    inferred=False,
    fast=True,
    refused=None,
)


def counted(roam: Roam) -> list[str]:
    """Return everything that is told of a roam, as text."""
    sink = FakeSink()
    COUNTER.take(roam, sink)
    told = [f"{one.family.name}{one.labels} {one.by:g}" for one in sink.increments]
    return told + [f"{one.family.name}{one.labels} {one.value:g}" for one in sink.observations]


FULL = replace(ROAM, kind=Kind.FULL_EAP, d2_ms=300)
FAILED = replace(ROAM, kind=Kind.INCOMPLETE, d2_ms=None, akm="", fast=False)

# The roam, then the labels, D2 in seconds, and what it says of 802.11r: nothing, a fast one (0) or a fallback (1).
COUNTED: dict[str, tuple[Roam, tuple[str, str], float | None, int | None]] = {
    "a fast one": (ROAM, ("camden", "ft_air"), 0.008, 0),
    "over the DS": (replace(ROAM, kind=Kind.FT_DS), ("camden", "ft_ds"), 0.008, 0),
    "its request was not heard": (replace(ROAM, akm=""), ("camden", "ft_air"), 0.008, 0),
    "one that fell back": (FULL, ("camden", "full_eap"), 0.3, 1),
    "a client without 802.11r": (replace(FULL, akm="802.1X-SHA256"), ("camden", "full_eap"), 0.3, None),
    "a border of two owners": (replace(FULL, bssid=octets(THREE)), ("hackney", "full_eap"), 0.3, None),
    "from a stranger's": (replace(FULL, previous=bytes(6)), ("camden", "full_eap"), 0.3, None),
    "a cached key": (replace(ROAM, kind=Kind.PMK_CACHED), ("camden", "pmk_cached"), 0.008, None),
    "a lost response": (replace(ROAM, d2_ms=None), ("camden", "ft_air"), None, 0),
    "a failed one": (FAILED, ("camden", "incomplete"), None, None),
    "a wrong key": (replace(FAILED, fast=True, refused=53), ("camden", "incomplete"), None, 1),
    "a full access point": (replace(FAILED, fast=True, refused=17), ("camden", "incomplete"), None, None),
    "refused without 802.11r": (replace(FAILED, refused=53), ("camden", "incomplete"), None, None),
    "refused at a border": (
        replace(FAILED, fast=True, refused=53, bssid=octets(THREE)),
        ("hackney", "incomplete"),
        None,
        None,
    ),
}


@pytest.mark.parametrize("name", COUNTED)
def test_a_roam_is_counted_where_it_led_to(name: str) -> None:
    roam, labels, seconds, fallback = COUNTED[name]
    place = PLACES[roam.bssid]
    where = (place.access_point, place.site, place.owner)
    expected = [f"roaming_roams_total{labels} 1"]
    if fallback is not None:
        expected += [f"roaming_ft_roams_total{where} 1", f"roaming_ft_fallbacks_total{where} {fallback}"]
    if seconds is not None:
        expected.append(f"roaming_roam_seconds{labels} {seconds:g}")
    assert counted(roam) == expected


@pytest.mark.parametrize(
    ("roam", "expected"),
    [
        (replace(ROAM, kind=Kind.INITIAL, previous=None), []),
        (replace(ROAM, bssid=bytes(6), ssid="Coffee"), []),
        (
            replace(ROAM, bssid=bytes(6)),
            ["roaming_collection_failures_total('capture', 'unknown-device') 1"],
        ),
    ],
    ids=["a first association", "another's network", "our SSID, and not in the inventory"],
)
def test_what_is_no_roam_of_ours_is_none(roam: Roam, expected: list[str]) -> None:
    assert counted(roam) == expected


def test_d1_does_not_come_into_it() -> None:
    """The histogram is of D2: a service gap that is known changes nothing, and stands for nothing."""
    assert counted(replace(ROAM, d1_ms=None)) == counted(ROAM)


@pytest.mark.parametrize(
    ("bssid", "place"),
    [
        # A standalone one with one WLAN, and one that a controller configures.
        ("02:00:0a:0c:15:00", RadioPlace("hackney-sc-ap1", "service-centre", "hackney")),
        ("02:00:0a:0c:15:01", None),
        ("02:00:0a:0c:1f:00", RadioPlace("hackney-cl-ap1", "central-library", "hackney")),
        ("02:00:0a:0c:1f:0f", RadioPlace("hackney-cl-ap1", "central-library", "hackney")),
        ("02:00:0a:0c:1f:10", None),
    ],
)
def test_addresses_lead_to_their_access_points(bssid: str, place: RadioPlace | None) -> None:
    assert bssids(load(LAB).network).get(octets(bssid)) == place


def test_a_standalone_access_point_has_the_addresses_that_are_rendered_for_it() -> None:
    """A London library has two WLANs on 5 GHz, one on 2.4 GHz."""
    network = load(REPOSITORY / "inventory").network
    devices = [device for device in render(network).devices if device.kind is DeviceKind.ACCESS_POINT]
    rendered = {
        octets(bssid): RadioPlace(device.name, device.site, device.owner)
        for device in devices
        for file in device.files
        for bssid in re.findall("^bssid=(.+)$", file.text(), re.MULTILINE)
    }
    names = {device.name for device in devices}
    found = {bssid: place for bssid, place in bssids(network).items() if place.access_point in names}
    assert found == rendered
    assert len(found) > 2 * len(names) > 0


# The program in place of dumpcap: what it hears, as if it had a radio.
HEARD = """echo $$ >> FOLDER/pids
cat FOLDER/air.pcap
exec sleep 60"""
AP1, AP2, STRANGER = "02:00:0a:0c:15:00", "02:00:0a:0c:16:00", "02:00:00:00:09:00"


@pytest.fixture
def radio(tmp_path: Path) -> Path:
    """Return a folder with a radio that hears two fast roams, a fallback, a refusal and a stranger's roam."""
    air = Air()
    air.data(-0.050, AP1)
    air.fast(0, AP1, AP2)
    air.data(0.020, AP2)
    air.over_ds(1, AP2, AP1)
    air.data(1.030, AP1)
    air.full(2, AP2, AP1, akm=3)
    air.data(2.3, AP2)
    air.auth(2.5, AP1, 2)
    air.auth(2.503, AP1, 2, 53)
    air.full(3, STRANGER, AP2)
    air.data(3.3, STRANGER)
    write(tmp_path / "air.pcap", air.made, 127)
    set_up(tmp_path, HEARD.replace("FOLDER", str(tmp_path)))
    return tmp_path


LISTENING = re.compile(r"listening on 127\.0\.0\.1 port (\d+)")
SCRIPT = """
from pathlib import Path
from monitor.cli import main, sensor
from tests.monitor.captures.machine import machine
sensor.MACHINE = machine(Path("FOLDER"))
main()
"""


@contextmanager
def sensing(folder: Path) -> Iterator[int]:
    """Run a sensor until the block ends, yield its port; what it ends with is looked at."""
    words = [sys.executable, "-c", SCRIPT.replace("FOLDER", str(folder)), "capture", "--interface", "wlan0mon"]
    words += ["-i", str(LAB), "--listen", "127.0.0.1:0"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ROAM_")}
    with subprocess.Popen(
        words, cwd=REPOSITORY, env=environment, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as one:
        assert one.stderr is not None
        try:
            yield next(int(found[1]) for line in one.stderr if (found := LISTENING.search(line)))
        finally:
            one.send_signal(signal.SIGTERM)
            out, said = one.communicate(timeout=20)
    assert (one.returncode, out) == (0, "")
    assert said.splitlines()[-1].endswith("stopped")


def test_a_sensor_answers_prometheus_and_ends_by_sigterm(radio: Path) -> None:
    with sensing(radio) as port:
        body = wait_for("roaming_ft_fallbacks_total", port)
        found = parsed(body)
        for kind in ("ft_air", "ft_ds", "full_eap"):
            assert number(found, "roaming_roams_total", visited="hackney", kind=kind) == 1
            assert number(found, "roaming_roam_seconds_count", visited="hackney", kind=kind) == 1
        assert number(found, "roaming_roam_seconds_bucket", visited="hackney", kind="ft_air", le="0.02") == 1
        assert number(found, "roaming_roam_seconds_bucket", visited="hackney", kind="full_eap", le="0.1") == 0
        where = {"site": "service-centre", "owner": "hackney"}
        assert number(found, "roaming_ft_roams_total", access_point="hackney-sc-ap2", **where) == 2
        assert number(found, "roaming_ft_fallbacks_total", access_point="hackney-sc-ap2", **where) == 1
        assert number(found, "roaming_ft_fallbacks_total", access_point="hackney-sc-ap1", **where) == 0
        # Who probes says how often; a sensor would hide that nobody does. And nobody's address is told.
        assert b"roaming_probe_interval_seconds" not in body
        assert CLIENT.encode() not in body
    assert nobody_is_left(radio)


def wait_for(name: str, port: int) -> bytes:
    body, until = b"", time.monotonic() + 30
    while time.monotonic() < until:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", "/metrics")
        body = connection.getresponse().read()
        connection.close()
        if f"\n{name}{{".encode() in body:
            return body
        time.sleep(0.2)
    message = f"{name} did not come: {body.decode()}"
    raise AssertionError(message)


def nobody_is_left(folder: Path) -> bool:
    """Whether every program that was started has ended."""
    until = time.monotonic() + 5
    pids = [int(line) for line in (folder / "pids").read_text().split()]
    while (alive := [pid for pid in pids if Path(f"/proc/{pid}").exists()]) and time.monotonic() < until:
        time.sleep(0.1)
    return bool(pids) and not alive


def test_an_interface_that_goes_away_is_counted_and_heard_again(radio: Path) -> None:
    """The task ends; its runner begins again. What was heard before counts, and its packets are told no more."""
    (radio / "dumpcap").write_text(
        f"#!/bin/sh\ncat {radio}/air.pcap\necho 'dumpcap: The adapter is gone.' >&2; exit 1\n"
    )
    clock, sink = FakeClock(), FakeSink()
    sensor = CaptureTask(("wlan0mon",), RoamCounter(bssids(load(LAB).network)), machine(radio))
    asyncio.run(sensor.run(sink))
    asyncio.run(PacketsTask(sensor, clock).run(sink))
    assert [one.labels for one in sink.increments if "failures" in one.family.name] == [("capture", "unreachable")]
    assert len(sink.observations) == 3
    assert sink.batches[-1].samples == ()
    asyncio.run(sensor.run(sink))
    assert len(sink.observations) == 6


def test_packets_are_told_while_a_sensor_hears(radio: Path) -> None:
    sensor, sink, clock = CaptureTask(("wlan0mon",), COUNTER, machine(radio)), FakeSink(), FakeClock()

    async def hear() -> None:
        hearing = asyncio.create_task(sensor.run(sink))
        while not any(sensor.packets().values()):  # noqa: ASYNC110  it tells nobody, it is asked
            await asyncio.sleep(0.05)
        await PacketsTask(sensor, clock).run(sink)
        hearing.cancel()

    asyncio.run(hear())
    (told,) = sink.batches[-1].samples
    assert (told.family.name, told.labels) == ("roaming_capture_packets_total", ("wlan0mon",))
    assert told.value > 0
    assert nobody_is_left(radio)


def test_a_process_that_probes_nobody_tells_no_interval() -> None:
    clock = FakeClock()
    state = State(Estate("London", "LOTI", (), (), (), (), ()), interval_s=None, clock=clock)
    assert state.exposition(clock.wall()) == b""
    assert state.points(clock.wall()) == []


@pytest.mark.parametrize(
    ("words", "error", "message"),
    [
        (["--interface", "lo"], SettingError, "--listen tells of roams, and lo is no radio in monitor mode"),
        ([], SystemExit, "--listen needs an --interface, and reads no files"),
        (["a.pcap"], SystemExit, "--listen needs an --interface, and reads no files"),
    ],
)
def test_what_cannot_be_served_is_said(words: list[str], error: type[BaseException], message: str) -> None:
    done = CliRunner().invoke(app, ["capture", "--listen", "127.0.0.1:0", "-i", str(LAB), *words])
    assert isinstance(done.exception, error)
    assert message in " ".join(f"{done.exception} {done.stderr}".replace("│", " ").split())


def test_a_refusal_counts_against_the_access_point_that_refused(radio: Path) -> None:
    """A client that is refused 802.11r may go back to where it was: then there is no full authentication to count."""
    sink, counter = FakeSink(), RoamCounter(bssids(load(LAB).network))
    for one in Reading([radio / "air.pcap"]).found():
        if isinstance(one, Roam):
            counter.take(one, sink)
    refused = [one.labels[0] for one in sink.increments if "fallbacks" in one.family.name and one.by]
    assert sorted(refused) == ["hackney-sc-ap1", "hackney-sc-ap2"]
