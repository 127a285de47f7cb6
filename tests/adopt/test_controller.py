"""Adopting controllers: the brownfield as goldens, what cannot be read, and laws over all that we would render."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lab.devices import brownfield_text
from roaming.adopt import Adoption, Reading, adopt_controller, as_json, as_text, changes
from roaming.adopt.account import account
from roaming.errors import AdoptionError, RenderError
from roaming.load import load
from roaming.render.iosxe import controllers
from roaming.targets.iosxe.dialect import IosXe
from roaming.targets.iosxe.left import Left, needs, without
from tests.targets.catalyst import RefusedError, after
from tests.targets.test_iosxe_laws import changes as pairs

if TYPE_CHECKING:
    from roaming.model.borough import Borough
    from roaming.model.site import Site
    from tests.conftest import Golden

HERE = Path(__file__).parent
INVENTORY = HERE / "inventory"
LONDON = HERE.parents[1] / "inventory"
IOSXE = IosXe()
FILE = "boroughs/eastmarsh.yml"


def summary(*macs: str) -> str:
    """Return the access points that have joined, as a controller lists them."""
    rows = (
        f"EM-TH-{mac}  2  C9120AXI-E  0200.0a28.00{mac}  060a.2800.{mac}00  civic centre  GB  10.40.1.1  Registered"
        for mac in macs
    )
    head = "AP Name  Slots  AP Model  Ethernet MAC  Radio MAC  Location  CC  IP  State"
    return "\n".join((f"Number of APs: {len(macs)}", "", head, *rows, ""))


JOINED = summary("41", "42", "43", "44")


def adopted(running: str, joined: str = JOINED, directory: Path = INVENTORY) -> Adoption:
    text = (directory / FILE).read_text()
    return adopt_controller(load(directory), "eastmarsh-wlc", text, Reading(running, joined))


def left(adoption: Adoption) -> dict[str, str]:
    return {one.what: one.why for one in adoption.left}


def test_the_brownfield(golden: Golden) -> None:
    adoption = adopted(brownfield_text())
    golden("adopt/eastmarsh.diff", changes(adoption))
    golden("adopt/eastmarsh.txt", as_text(adoption))
    golden("adopt/eastmarsh.json", json.dumps(as_json(adoption), indent=2) + "\n")


def test_everything_that_bears_the_prefix_is_adopted_or_left_or_both() -> None:
    adoption = adopted(brownfield_text())
    accounted = as_text(adoption).splitlines()
    heads = re.findall(r"^(?:radius|aaa|wireless|wlan) .*?LON-\S+", brownfield_text(), re.MULTILINE)
    assert len(heads) == 11
    for head in heads:
        thing = re.sub(r" group LON-\S+", "", head)
        assert any(line.strip().startswith(thing) for line in accounted), thing


def test_no_secret_of_the_device_is_written() -> None:
    secrets = re.findall(r"(?:key|password|secret|community|ascii) (?:[0-9] )?(\S{8,})", brownfield_text())
    adoption = adopted(brownfield_text())
    said = adoption.after + as_text(adoption) + json.dumps(as_json(adoption)) + repr(adoption)
    assert len(secrets) > 15
    assert [one for one in secrets if one in said] == []


def test_an_adoption_of_what_was_adopted_changes_nothing(tmp_path: Path) -> None:
    first = adopted(brownfield_text())
    shutil.copytree(INVENTORY, tmp_path / "inventory")
    (tmp_path / "inventory" / FILE).write_text(first.after)
    second = adopted(brownfield_text(), directory=tmp_path / "inventory")
    assert second.after == second.before == first.after
    assert second.left == first.left


@pytest.mark.parametrize(
    ("old", "new", "what", "why"),
    [
        (
            "ap 0200.0a28.0044\n policy-tag LON-town-hall\n site-tag LON-town-hall",
            "ap 0200.0a28.0044\n policy-tag LON-town-hall\n site-tag EM-TOWN-HALL",
            "ap 0200.0a28.0044",
            "its tags are of two places: LON-town-hall and EM-TOWN-HALL",
        ),
        (
            "ap 0200.0a28.0044\n policy-tag LON-town-hall\n site-tag LON-town-hall",
            "ap 0200.0a28.0044\n policy-tag LON-pool\n site-tag LON-pool",
            "ap 0200.0a28.0044",
            "its tags, LON-pool, are of no site of the inventory",
        ),
        (
            "ap 0200.0a28.0044\n",
            "ap 0200.0a28.0051\n",
            "ap 0200.0a28.0051",
            "it has not joined, so its radio MAC is not known: adopt again when it has, or add it by hand",
        ),
        (
            "wireless tag site LON-town-hall",
            "wireless tag site LON-pool\nwireless tag site LON-town-hall",
            "wireless tag site LON-pool",
            "eastmarsh has no site `pool`: add it to the inventory, and adopt again",
        ),
        (
            "wlan LON-govroam 17 govroam",
            "wlan LON-govroam 17 Govroam",
            "wlan LON-govroam",
            "`wlan LON-govroam 17 Govroam` there, `wlan LON-govroam 17 govroam` here",
        ),
        (
            "wlan LON-govroam 17 govroam\n",
            "wlan LON-govroam 17 govroam\n security wpa psk set-key ascii 8 IHCLRB^MeLhOFT\n",
            "wlan LON-govroam",
            "it holds a secret in a line that we do not write",
        ),
        (
            "wlan LON-govroam 17 govroam\n",
            f"wlan LON-govroam 17 govroam\n strange {'x' * 200}\n",
            "wlan LON-govroam",
            "it holds a line that the inventory cannot name",
        ),
        (
            "wlan LON-govroam 17 govroam\n",
            "wlan LON-govroam 17 govroam\n strange \x1b[2J\n",
            "wlan LON-govroam",
            "it holds a line that the inventory cannot name",
        ),
        (
            " security pmf optional\n",
            " security pmf mandatory\n",
            "wlan LON-govroam / security pmf",
            "`security pmf mandatory` there, `security pmf optional` here",
        ),
        (
            " wlan LON-govroam policy LON-govroam\n!\nwireless tag policy default",
            "!\nwireless tag policy default",
            "wireless tag policy LON-town-hall / wlan LON-govroam",
            "not set there, `wlan LON-govroam policy LON-govroam-130` here",
        ),
    ],
)
def test_what_differs_is_left_with_its_reason(old: str, new: str, what: str, why: str) -> None:
    running = brownfield_text()
    assert old in running
    adoption = adopted(running.replace(old, new))
    assert left(adoption)[what] == why


def test_what_a_device_says_does_not_reach_a_terminal_unseen() -> None:
    own = "aaa authentication dot1x LON-federation group x \x1b[2J\n"
    adoption = adopted(f"{own}{brownfield_text()}")
    assert "\x1b" not in as_text(adoption) + adoption.after
    assert "\\u001b[2J" in as_text(adoption)


def test_what_cannot_stand_beside_what_is_there_is_taken_out_with_it() -> None:
    running = brownfield_text().replace("LON-eastmarsh-rad-1", "LON-RAD1").replace("LON-govroam", "LON-Staff")
    found = left(adopted(running))
    together = "`{}` has the same {}: take both out together"
    there = "the inventory asks for no such thing; "
    ours, theirs = "radius server LON-eastmarsh-rad-1", "radius server LON-RAD1"
    assert found[theirs] == there + together.format(ours, "address")
    assert found[ours] == "it is not there; " + together.format(theirs, "address")
    assert found["wlan LON-Staff"] == there + together.format("wlan LON-govroam", "number")


def test_two_readable_keys_for_one_secret_are_told_without_their_values() -> None:
    running = re.sub(
        r"(radius server LON-eastmarsh-rad-(\d)\n(?: .*\n)*?) key .*\n", r"\1 key 0 first-\2\n", brownfield_text()
    )
    adoption = adopted(running)
    why = "several things have this secret here, and the device has different ones for them"
    assert left(adoption)["radius server LON-eastmarsh-rad-1 / key"] == why
    assert left(adoption)["radius server LON-eastmarsh-rad-2 / key"] == why
    assert "first-" not in as_text(adoption) + adoption.after
    assert [one.name for one in adoption.secrets] == ["eastmarsh/coa"]


def test_readable_keys_can_be_compared() -> None:
    running = re.sub(r"(radius server LON-\S+\n(?: .*\n)*?) key .*\n", r"\1 key 7 02000D550C081B\n", brownfield_text())
    assert {one.name: one.verifiable for one in adopted(running).secrets} == {
        "eastmarsh/coa": False,
        "eastmarsh/wlc": True,
    }


def test_a_controller_without_anything_of_ours_has_nothing_to_adopt() -> None:
    adoption = adopted("hostname eastmarsh-wlc\n", "")
    assert adoption.adopted == ()
    assert adoption.foreign_lines == 1


def test_an_unknown_controller() -> None:
    with pytest.raises(AdoptionError, match="nobody is no controller of the inventory"):
        adopt_controller(load(INVENTORY), "nobody", "", Reading(""))


def test_a_file_that_changed_in_between_is_not_written_wrongly() -> None:
    text = (INVENTORY / FILE).read_text().replace("slug: depot", "slug: depot-2")
    with pytest.raises(AdoptionError, match=r"boroughs/eastmarsh.yml could not be edited: it would not say what"):
        adopt_controller(load(INVENTORY), "eastmarsh-wlc", text, Reading(brownfield_text(), JOINED))


NAMES = ("camden-wlc", "croydon-wlc-1", "croydon-wlc-2")
POINT = r"      - name: (\S+)\n        controller: {}\n        ethernet_mac: \"(\S+)\"\n        radio_mac: \"(\S+)\"\n"


def dots(mac: str) -> str:
    digits = mac.replace(":", "")
    return ".".join(digits[at : at + 4] for at in (0, 4, 8))


def sites(borough: Borough) -> list[Site]:
    """Return the sites of a borough, each with its access points by name: what is added stands behind the others."""
    return [
        site.model_copy(update={"access_points": tuple(sorted(site.access_points, key=lambda ap: ap.name))})
        for site in borough.sites
    ]


@pytest.mark.parametrize("name", NAMES)
def test_what_we_render_is_adopted_without_a_rest(tmp_path: Path, name: str) -> None:
    """Forget mode, numbers, VLANs and access points of a controller, and read them back from what was rendered."""
    whole = load(LONDON).network
    (device,) = (one for one in controllers(whole) if one.name == name)
    (file,) = device.files
    shutil.copytree(LONDON, tmp_path / "inventory")
    path = tmp_path / "inventory" / "boroughs" / f"{device.owner}.yml"
    text = path.read_text()
    points = re.findall(POINT.format(name), text)
    assert points
    joined = "".join(
        f"{one} 2 C9120AXI-E {dots(mac)} {dots(radio)} x GB 10.1.1.1 Registered\n" for one, mac, radio in points
    )
    owns = rf"(- name: {name}\n(?:    .*\n)*?    owns: )\{{prefix.*\}}(\n    ap_mode: flex)?"
    text, count = re.subn(owns, r"\1{prefix: LON-, first_wlan_id: 33}  # kept", text)
    assert count == 1
    for site in (site for borough in whole.boroughs if borough.slug == device.owner for site in borough.sites):
        if any(ap.controller == name for ap in site.controlled):
            text = text.replace(f"visitors: {{id: {site.vlans.visitors.id}", "visitors: {id: 4000")
    path.write_text(re.sub(POINT.format(name), "", text))

    found = load(tmp_path / "inventory")
    adoption = adopt_controller(found, name, path.read_text(), Reading(file.text(lambda _: "x"), joined))
    assert [one.what for one in adoption.left if "staff VLAN" not in one.what] == []
    assert adoption.foreign_lines == 0
    path.write_text(adoption.after)
    again = {one.slug: one for one in load(tmp_path / "inventory").network.boroughs}
    for borough in whole.boroughs:
        assert sites(again[borough.slug]) == sites(borough)
        assert again[borough.slug].controllers == borough.controllers
    assert "  # kept" in adoption.after


CIPHERTEXT = (" key 6 AAAA", " key 6 BBBB")


@settings(max_examples=150, deadline=None)
@given(pairs(CIPHERTEXT))
def test_after_the_account_nothing_differs_whatever_runs(pair: tuple[str, str]) -> None:
    running, wanted = pair
    found = account(running, wanted, IOSXE.scope("LON-", wanted), {})
    everything = tuple(one.what for one in found.left)
    kept = without(wanted, Left.of(everything))
    scope = replace(IOSXE.scope("LON-", kept), left=everything)
    remedy = IOSXE.remedy(running, kept, scope, {})
    assert remedy.commands == ()
    assert remedy.before == remedy.after


@settings(max_examples=150, deadline=None)
@given(pairs(CIPHERTEXT), st.data())
def test_what_is_left_stays_octet_by_octet_while_the_rest_is_pushed(pair: tuple[str, str], data: st.DataObject) -> None:
    running, wanted = pair
    found = account(running, wanted, IOSXE.scope("LON-", wanted), {})
    names = [one.what for one in found.left]
    some = tuple(data.draw(st.lists(st.sampled_from(names), unique=True))) if names else ()
    kept = without(wanted, Left.of(some))
    scope = replace(IOSXE.scope("LON-", kept), left=some)
    not_yet = {one.what for one in found.left if one.not_yet and one.what in some}
    assume(not any(needed in not_yet for _, needed in needs(kept)))
    try:
        result = after(running, IOSXE.remedy(running, kept, scope, {}).commands)
    except (RefusedError, RenderError):
        assume(False)  # noqa: FBT003  the borough's lines name what would go: the controller refuses, the push goes back
    assert IOSXE.foreign(result, scope) == IOSXE.foreign(running, scope)
    assert IOSXE.remedy(result, kept, scope, {}).commands == ()
