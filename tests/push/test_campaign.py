"""A whole push of access points, from inventory to journal, over devices in memory; and where its secrets end up."""

from __future__ import annotations

import base64
import json
import logging
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from roaming.errors import PushError, SecretError
from roaming.load import load
from roaming.model.bundle import Bundle, RemoteFile, SlotKind
from roaming.plan import as_json, as_text
from roaming.push import Outcome, logins, running_files
from roaming.push.campaign import Campaign
from roaming.push.journal import JournalFile, verify
from roaming.render import render
from roaming.secrets import MemoryStore
from roaming.targets import TARGETS
from roaming.transport import FakeDialler, FakeSession, Result

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


def campaign(network: Network, bundle: Bundle, state: Path, sessions: dict[str, FakeSession]) -> Campaign:
    return Campaign(
        network,
        store(network, bundle),
        state / "state",
        dialler=FakeDialler(sessions),
        today=lambda: date(2026, 11, 23),
    )


@pytest.fixture
def sessions(bundle: Bundle) -> dict[str, FakeSession]:
    return {device.name: FakeSession() for device in bundle.devices}


@pytest.fixture
def work(network: Network, bundle: Bundle, tmp_path: Path, sessions: dict[str, FakeSession]) -> Campaign:
    return campaign(network, bundle, tmp_path, sessions)


def push(work: Campaign, bundle: Bundle) -> dict[str, Outcome]:
    wanted = work.wanted(bundle)
    results = work.push(work.plan(wanted), wanted, lambda _: None, user="someone")
    return {result.device: result.outcome for result in results}


def test_push_then_nothing_then_only_what_was_edited(
    work: Campaign, bundle: Bundle, sessions: dict[str, FakeSession]
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


def test_one_dead_access_point_stops_nobody(work: Campaign, bundle: Bundle, sessions: dict[str, FakeSession]) -> None:
    dead = sessions.pop(AP)
    outcomes = push(work, bundle)
    assert outcomes.pop(AP) is Outcome.UNREACHABLE
    assert set(outcomes.values()) == {Outcome.CHANGED}
    assert dead.written == []


def test_an_access_point_that_dies_half_way_is_unknown_and_done_again(
    work: Campaign, bundle: Bundle, sessions: dict[str, FakeSession]
) -> None:
    sessions[AP].dies_after = 1
    sessions[AP].files["/etc/hostapd/hostapd.conf"] = RemoteFile(b"old", 0o600, "root", "root")
    assert push(work, bundle)[AP] is Outcome.UNKNOWN
    sessions[AP].dies_after = None
    assert push(work, bundle) == {AP: Outcome.CHANGED}
    assert work.plan(work.wanted(bundle)).pending == ()


def test_a_push_that_was_cut_short_is_taken_up_although_no_file_differs(
    work: Campaign, bundle: Bundle, sessions: dict[str, FakeSession]
) -> None:
    push(work, bundle)
    JournalFile(work.state, "killed").note("device", device=AP, state="planned")
    (plan,) = work.plan(work.wanted(bundle)).pending
    assert (plan.device.name, plan.changes, [one.action.value for one in plan.actions]) == (AP, (), ["restart"])
    assert push(work, bundle) == {AP: Outcome.CHANGED}
    assert sessions[AP].ran[-2:] == [("service", "hostapd", "status")] * 2


def test_a_device_that_refuses_says_why_without_its_secret(
    work: Campaign, bundle: Bundle, sessions: dict[str, FakeSession]
) -> None:
    def answer(argv: tuple[str, ...], _files: dict[str, RemoteFile]) -> Result:
        return Result(1, f"line 7: {CANARY}".encode()) if argv[0] == "sh" else Result(0)

    sessions[AP].answer = answer
    wanted = work.wanted(bundle)
    results = work.push(work.plan(wanted), wanted, lambda _: None)
    words = next(result.words for result in results if result.device == AP)
    assert words.startswith("line 7: <secret camden/")
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
    sessions: dict[str, FakeSession],
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
    shown += [path.read_text(errors="replace") for path in work.state.iterdir()]
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
