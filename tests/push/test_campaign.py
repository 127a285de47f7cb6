"""A whole push of access points, from inventory to journal, over devices in memory; and where its secrets end up."""

from __future__ import annotations

import base64
import itertools
import json
import logging
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from roaming.errors import PushError, SecretError
from roaming.load import load
from roaming.model.bundle import Bundle, RemoteFile, SlotKind
from roaming.plan import as_json, as_text, waves
from roaming.push import DeviceResult, Outcome, Pace, StopRule, Witness, logins, running_files
from roaming.push.campaign import Campaign
from roaming.push.journal import JournalFile, verify
from roaming.render import render
from roaming.secrets import MemoryStore
from roaming.targets import TARGETS
from roaming.transport import FakeDialler, FakeSession
from tests.push.guarded import GuardedSession

if TYPE_CHECKING:
    from pathlib import Path

    from roaming.model.network import Network

CANARY = "c4n4ry'\"0123456789+/0123456789ab"
AP = "camden-th-ap1"


@pytest.fixture(scope="module")
def network(repository: Path) -> Network:
    return load(repository / "lab" / "inventory").network


@pytest.fixture(scope="module")
def bundle(network: Network) -> Bundle:
    """Return the bundle of all access points."""
    return Bundle(tuple(device for device in render(network).devices if device.target == "hostapd"))


def store(network: Network, bundle: Bundle, **changes: str) -> MemoryStore:
    """Return a store with a telling value for everything that access points want."""
    slots = {slot for device in bundle.devices for file in device.files for slot in file.slots}
    values = {slot.name: "a5" * 32 if slot.quoting == "ft_key" else CANARY for slot in slots}
    values |= {one.key.secret: "KEY" for _, one in logins(network).values() if one.key is not None}
    values |= {one.password.secret: CANARY for _, one in logins(network).values() if one.password is not None}
    return MemoryStore(values | changes)


RUNS = itertools.count(1)
ANY_FAILURE = StopRule(max_failures=99)
PACE = Pace(timer=30, margin=0, patience=0, pause=0)


def campaign(network: Network, bundle: Bundle, state: Path, sessions: dict[str, GuardedSession]) -> Campaign:
    return Campaign(
        network,
        store(network, bundle),
        state / "state",
        dialler=FakeDialler(sessions),
        pace=lambda _: PACE,
        today=lambda: date(2026, 11, 23),
    )


@pytest.fixture
def sessions(bundle: Bundle) -> dict[str, GuardedSession]:
    return {device.name: GuardedSession() for device in bundle.devices}


@pytest.fixture
def work(network: Network, bundle: Bundle, tmp_path: Path, sessions: dict[str, GuardedSession]) -> Campaign:
    return campaign(network, bundle, tmp_path, sessions)


def results(work: Campaign, bundle: Bundle, rule: StopRule = ANY_FAILURE) -> tuple[DeviceResult, ...]:
    wanted = work.wanted(bundle)
    plan = work.plan(wanted)
    order = waves(plan.pending, work.network)
    return replace(work, run=f"run-{next(RUNS)}").push(plan, order, wanted, (rule, Witness()), user="someone").results


def push(work: Campaign, bundle: Bundle) -> dict[str, Outcome]:
    return {result.device: result.outcome for result in results(work, bundle)}


def test_push_then_nothing_then_only_what_was_edited(
    work: Campaign, bundle: Bundle, sessions: dict[str, GuardedSession]
) -> None:
    assert set(push(work, bundle).values()) == {Outcome.CHANGED}
    assert work.plan(work.wanted(bundle)).pending == ()
    wanted = next(one for one in work.wanted(bundle) if one.device.name == AP)
    assert sessions[AP].files == dict(wanted.files)
    path = "/etc/hostapd/hostapd.conf"
    sessions[AP].files[path] = RemoteFile(b"ssid=mine\n", 0o600, "root", "root")
    for session in sessions.values():
        session.written.clear()
    assert push(work, bundle) == {AP: Outcome.CHANGED}
    assert {name: session.written for name, session in sessions.items() if session.written} == {AP: [path]}
    assert verify(work.state) == ()


def test_one_dead_access_point_stops_nobody(
    work: Campaign, bundle: Bundle, sessions: dict[str, GuardedSession]
) -> None:
    dead = sessions.pop(AP)
    outcomes = push(work, bundle)
    assert outcomes.pop(AP) is Outcome.UNREACHABLE
    assert set(outcomes.values()) == {Outcome.CHANGED}
    assert dead.written == []


@pytest.mark.parametrize(
    ("dies_at", "outcome"),
    [
        ("lock", Outcome.UNREACHABLE),
        ("precheck", Outcome.UNREACHABLE),
        ("back-up", Outcome.UNREACHABLE),
        ("arm", Outcome.REFUSED),
        ("apply", Outcome.REFUSED),
        ("verify", Outcome.REFUSED),
    ],
)
def test_an_access_point_that_is_lost_is_as_it_was(
    work: Campaign, bundle: Bundle, sessions: dict[str, GuardedSession], dies_at: str, outcome: Outcome
) -> None:
    former = {"/etc/hostapd/hostapd.conf": RemoteFile(b"old", 0o600, "root", "root")}
    sessions[AP].files = dict(former)
    sessions[AP].dies_at = dies_at
    assert push(work, bundle)[AP] is outcome
    assert sessions[AP].files == former
    assert sessions[AP].phase in {"none", "reverted"}
    sessions[AP].dies_at = None
    assert push(work, bundle)[AP] is Outcome.CHANGED


def test_a_push_that_was_cut_short_is_refused_until_the_device_was_asked(
    work: Campaign, bundle: Bundle, sessions: dict[str, GuardedSession]
) -> None:
    sessions[AP].phase, sessions[AP].run_name = "armed", "killed"
    journal = JournalFile(work.state, "killed")
    journal.note("device", device=AP, state="planned", files=[])
    journal.note("step", device=AP, state="armed")
    with pytest.raises(PushError, match=f"a former push was cut short on {AP}: `roam push --resume`"):
        push(work, bundle)
    (settled,) = work.resume(work.wanted(bundle), lambda _: None)
    assert (settled.device, settled.outcome) == (AP, Outcome.REFUSED)
    assert settled.words == "the push was cut short; the former configuration is back"
    assert sessions[AP].orders[-2:] == ["status", "release"]
    assert push(work, bundle)[AP] is Outcome.CHANGED
    assert verify(work.state) == ()


def test_a_rollback_returns_the_former_files_from_their_backup(
    work: Campaign, bundle: Bundle, sessions: dict[str, GuardedSession]
) -> None:
    former = {"/etc/hostapd/hostapd.conf": RemoteFile(b"old", 0o640, "root", "daemon")}
    sessions[AP].files = dict(former)
    wanted = work.wanted(bundle)
    plan = work.plan(wanted)
    work.push(plan, waves(plan.pending, work.network), wanted, (ANY_FAILURE, Witness()))
    assert sessions[AP].files != former
    back = work.plan_back(work.run, wanted)
    replace(work, run="zz-back").push(back, waves(back.pending, work.network), wanted, (ANY_FAILURE, Witness()))
    assert sessions[AP].files == former
    assert not [path for path in (work.state / "backups").rglob("*") if path.is_file() and b"old" in path.read_bytes()]


def test_a_device_that_refuses_says_why_without_its_secret(
    work: Campaign, bundle: Bundle, sessions: dict[str, GuardedSession]
) -> None:
    sessions[AP].refuses = f"line 7: {CANARY}"
    words = next(result.words for result in results(work, bundle) if result.device == AP)
    assert words.startswith("line 7: <secret camden/")
    assert words.endswith("; the former configuration is back")
    assert CANARY not in words
    assert sessions[AP].files == {}


def forms(value: str) -> set[str]:
    octets = value.encode()
    return {
        value,
        octets.hex(),
        base64.b64encode(octets).decode().rstrip("="),
        json.dumps(value)[1:-1],
        repr(value)[1:-1],
        value.replace('"', '\\"'),
    }


def test_no_secret_leaves(
    work: Campaign,
    bundle: Bundle,
    sessions: dict[str, GuardedSession],
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    sessions[AP].files["/etc/hostapd/hostapd.conf"] = RemoteFile(
        f"auth_server_shared_secret={CANARY}\nwpa_passphrase=f0rmer-value\n".encode(), 0o644, "root", "root"
    )
    plan = work.plan(work.wanted(bundle))
    shown = [as_text(plan, created=True), json.dumps(as_json(plan)), repr(plan), repr(work), repr(work.wanted(bundle))]
    push(work, bundle)
    shown += [caplog.text, *capfd.readouterr()]
    shown += [path.read_text(errors="replace") for path in work.state.rglob("*") if path.is_file()]
    assert not [form for form in forms(CANARY) for text in shown if form in text]
    assert not [text for text in shown if "f0rmer-value" in text]
    assert any(CANARY.encode() in file.content for file in sessions[AP].files.values())


def test_everything_missing_is_said_at_once(network: Network, bundle: Bundle, tmp_path: Path) -> None:
    work = replace(campaign(network, bundle, tmp_path, {}), store=MemoryStore())
    with pytest.raises(PushError) as caught:
        work.wanted(bundle)
    assert len(str(caught.value).splitlines()) > len(bundle.devices)
    assert "camden/town-hall/camden-th-ap1: camden/" in str(caught.value)


def test_a_short_shared_secret_is_refused_where_it_is_resolved(
    network: Network, bundle: Bundle, tmp_path: Path
) -> None:
    secrets = {ap.secret.secret: "only-12-long" for _, _, ap in network.access_points()}
    work = replace(campaign(network, bundle, tmp_path, {}), store=store(network, bundle, **secrets))
    with pytest.raises(PushError, match="is shared over UDP and shorter than 16 octets"):
        work.wanted(bundle)


def test_a_certificate_that_is_not_the_inventorys_is_refused(network: Network, tmp_path: Path) -> None:
    whole = render(network).limited("federation")
    slots = {slot for device in whole.devices for file in device.files for slot in file.slots}
    pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    certificates = {slot.name: pem for slot in slots if slot.kind is SlotKind.CERTIFICATE}
    values = {slot.name: CANARY for slot in slots if slot.kind is not SlotKind.CERTIFICATE}
    work = Campaign(network, MemoryStore(values, certificates), tmp_path)
    with pytest.raises(PushError, match="is not a certificate in PEM"):
        work.wanted(whole)


def test_a_missing_login_is_a_value(work: Campaign, bundle: Bundle) -> None:
    slots = {slot.name for device in bundle.devices for file in device.files for slot in file.slots}
    values = dict.fromkeys(slots, "a5" * 32)
    plan = replace(work, store=MemoryStore(values)).plan(work.wanted(bundle))
    assert len(plan.unreachable) == len(bundle.devices)
    assert "is in no secret store" in plan.unreachable[0].reason
    assert issubclass(SecretError, LookupError)


def test_foreign_files_beside_ours_are_not_read() -> None:
    foreign = RemoteFile(b"#!/bin/sh\n", 0o755, "root", "root")
    session = FakeSession({"/etc/hostapd/ifupdown.sh": foreign, "/etc/hostapd/hostapd-old.conf": foreign})
    assert set(running_files(session, TARGETS["hostapd"], {})) == {"/etc/hostapd/hostapd-old.conf"}
