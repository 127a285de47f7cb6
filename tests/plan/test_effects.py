"""What a plan does to people, and the document that somebody approves."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roaming.errors import PushError
from roaming.load import load
from roaming.model.bundle import DeviceBundle, DeviceKind, RemoteFile
from roaming.plan import (
    Change,
    DevicePlan,
    Effect,
    EffectKind,
    FileChange,
    Plan,
    ServiceAction,
    Unreachable,
    digest,
    document,
    document_text,
    effects,
    effects_json,
    effects_text,
    read_document,
)
from roaming.secrets import FingerprintKey
from roaming.targets import Action

if TYPE_CHECKING:
    from pathlib import Path

    from roaming.model.network import Network

KEY = FingerprintKey(b"k")
AWAY = "clients are sent away once and come back"
OVERNIGHT = "GovWifi at {} works from {} on: GovWifi takes changes up overnight"


@pytest.fixture(scope="module")
def network(repository: Path) -> Network:
    return load(repository / "inventory").network


def device(path: str, kind: DeviceKind) -> DeviceBundle:
    owner, site, name = path.split("/")
    return DeviceBundle(owner, site, name, kind, "x", "1", ())


def pending(path: str, kind: DeviceKind = DeviceKind.ACCESS_POINT, *, restart: bool = True) -> DevicePlan:
    change = FileChange("/f", Change.CHANGED, "-a\n+b\n", remote("a"), remote("b"))
    actions = (ServiceAction("hostapd", Action.RESTART),) if restart else ()
    return DevicePlan(device(path, kind), (change,), actions)


def remote(text: str) -> RemoteFile:
    return RemoteFile(text.encode(), 0o644, "root", "root")


def some_access_point(network: Network) -> tuple[str, str, date]:
    """Return an access point at a site with GovWifi, the site's name, and when GovWifi knows it."""
    for borough, site, ap in network.access_points():
        for location in borough.govwifi.locations if borough.govwifi else ():
            if site.slug in location.sites and "govwifi" in site.wlans:
                return f"{borough.slug}/{site.slug}/{ap.name}", site.name, location.effective_from
    pytest.fail("London has no access point with GovWifi")


def test_govwifi_is_felt_from_its_day_on(network: Network) -> None:
    path, site, day = some_access_point(network)
    plan = Plan((pending(path), pending("federation/east/hub-east", DeviceKind.HUB)))
    day_before = date.fromordinal(day.toordinal() - 1)
    away = Effect(path, EffectKind.OUTAGE, AWAY)
    hub = Effect("federation/east/hub-east", EffectKind.OUTAGE, "away for some seconds; the other hub carries on")
    assert effects(plan, network, day) == (away, hub)
    assert effects(plan, network, day_before) == (
        away,
        Effect(path, EffectKind.OVERNIGHT, OVERNIGHT.format(site, day), day),
        hub,
    )


def test_a_controller_brings_govwifi_to_its_sites_overnight(network: Network) -> None:
    plan = Plan((pending("camden//camden-wlc", DeviceKind.CONTROLLER, restart=False),))
    works_from = date(2026, 3, 30)
    words = OVERNIGHT.format("Camden Town Hall", works_from)
    there = Effect("camden/camden-wlc", EffectKind.OVERNIGHT, words, works_from)
    assert there in effects(plan, network, date(2026, 3, 29))
    assert there not in effects(plan, network, works_from)


def test_a_site_without_govwifi_waits_for_no_night(network: Network) -> None:
    path, _, day = some_access_point(network)
    owner, slug, _ = path.split("/")
    boroughs = []
    for borough in network.boroughs:
        sites = [
            site.model_copy(update={"wlans": ("govroam",)}) if (borough.slug, site.slug) == (owner, slug) else site
            for site in borough.sites
        ]
        boroughs.append(borough.model_copy(update={"sites": tuple(sites)}))
    without = replace(network, boroughs=tuple(boroughs))
    found = effects(Plan((pending(path),)), without, date.fromordinal(day.toordinal() - 1))
    assert [one.kind for one in found] == [EffectKind.OUTAGE]


def test_nothing_to_do_and_nothing_touched_have_no_effect(network: Network) -> None:
    untouched = pending("camden/x/y", restart=False)
    assert effects(Plan((replace(untouched, files=()),)), network, date(2026, 11, 24)) == ()
    assert effects(Plan((untouched,)), network, date(2026, 11, 24)) == ()


def test_effects_for_eyes_and_machines() -> None:
    day = date(2026, 11, 25)
    found = (
        Effect("c/t/a", EffectKind.OUTAGE, AWAY),
        Effect("c/t/a", EffectKind.OVERNIGHT, OVERNIGHT.format("T", day), day),
        Effect("c/t/b", EffectKind.OUTAGE, AWAY),
    )
    assert effects_text(found) == (
        "clients are sent away once and come back: c/t/a, c/t/b\n"
        "GovWifi at T works from 2026-11-25 on: GovWifi takes changes up overnight: c/t/a"
    )
    assert json.loads(json.dumps(effects_json(found)))[:2] == [
        {"device": "c/t/a", "kind": "outage", "words": AWAY, "works_from": None},
        {
            "device": "c/t/a",
            "kind": "overnight",
            "words": OVERNIGHT.format("T", day),
            "works_from": "2026-11-25",
        },
    ]


def plan_of(*contents: str) -> Plan:
    files = tuple(
        FileChange(f"/f{number}", Change.CHANGED, f"-old\n+{text}\n", remote("old"), remote(text))
        for number, text in enumerate(contents)
    )
    return Plan((DevicePlan(device("c/t/a", DeviceKind.HUB), files, (ServiceAction("s", Action.RESTART),)),))


def name(plan: Plan) -> str:
    return digest(document(plan, KEY.of))


def test_the_digest_is_of_what_is_done_and_of_nothing_else() -> None:
    plan = plan_of("one", "two")
    same = replace(plan, unreachable=(Unreachable(device("c/t/b", DeviceKind.HUB), "gone"),))
    idle = DevicePlan(device("c/t/c", DeviceKind.HUB), (), ())
    assert name(plan) == name(same) == name(replace(plan, devices=(*plan.devices, idle)))
    assert name(plan) == "sha256:" + name(plan).removeprefix("sha256:").lower()
    assert len(name(plan)) == len("sha256:") + 64


def variants() -> dict[str, Plan]:
    plan = plan_of("one")
    only = plan.devices[0]
    file = only.files[0]
    assert file.wanted is not None

    def with_file(changed: FileChange) -> Plan:
        return Plan((replace(only, files=(changed,)),))

    return {
        "content behind the same masked diff": with_file(replace(file, wanted=remote("0ne"))),
        "what runs": with_file(replace(file, running=remote("0ld"))),
        "mode": with_file(replace(file, wanted=replace(file.wanted, mode=0o600))),
        "owner": with_file(replace(file, wanted=replace(file.wanted, owner="freerad"))),
        "diff": with_file(replace(file, diff="-old\n+two\n")),
        "path": with_file(replace(file, path="/g")),
        "removed": with_file(replace(file, change=Change.REMOVED, wanted=None)),
        "action": Plan((replace(only, actions=(ServiceAction("s", Action.RELOAD),)),)),
        "a command": Plan((replace(only, commands=("wlan shutdown",)),)),
        "device": Plan((replace(only, device=device("c/t/b", DeviceKind.HUB)),)),
        "one more": Plan((only, pending("c/t/z"))),
    }


def test_the_digest_changes_with_a_secret_that_is_typed() -> None:
    first, second = (replace(plan_of("one").devices[0], commands=(f"key 0 {secret}",)) for secret in ("s3cr3t", "n3w"))
    assert name(Plan((first,))) != name(Plan((second,)))
    assert "s3cr3t" not in json.dumps(document(Plan((first,)), KEY.of))


@pytest.mark.parametrize("what", variants())
def test_the_digest_changes_with(what: str) -> None:
    assert name(variants()[what]) != name(plan_of("one"))


def test_the_document_holds_no_content() -> None:
    file = FileChange("/f", Change.CHANGED, "# differs only in what is masked\n", remote("s3cr3t"), remote("n3w"))
    plan = Plan((DevicePlan(device("c/t/a", DeviceKind.HUB), (file,), ()),))
    text = json.dumps(document(plan, KEY.of))
    assert "s3cr3t" not in text
    assert "n3w" not in text
    assert KEY.of(b"n3w") in text


@given(st.lists(st.text(max_size=30), min_size=1, max_size=4))
def test_law_a_saved_document_has_the_same_digest(contents: list[str]) -> None:
    saved = document(plan_of(*contents), KEY.of)
    assert digest(read_document(json.dumps(saved, indent=2))) == digest(saved)
    assert all(line.isprintable() for line in document_text(saved).split("\n"))


def test_a_document_for_eyes() -> None:
    assert document_text(document(plan_of("one"), KEY.of)) == (
        "c/t/a: restart s (away for some seconds; the other hub carries on)\n  changed /f0\n-old\n+one"
    )


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"form": 2, "plan": {}, "contents": {}}', '{"form": 1, "plan": {}}'])
def test_what_is_no_document_is_refused(text: str) -> None:
    with pytest.raises(PushError, match="this is not a plan of form 1: `roam diff --save FILE` writes one"):
        read_document(text)


@pytest.mark.parametrize("plan", [{}, {"devices": [1]}, {"devices": [{}]}, {"devices": None}])
def test_a_damaged_document_is_not_shown(plan: object) -> None:
    with pytest.raises(PushError, match="the plan is damaged: have it saved again"):
        document_text({"form": 1, "plan": plan, "contents": {}})
