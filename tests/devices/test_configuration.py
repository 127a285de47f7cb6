"""Laws of the tree, of rollback, of outages and of secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.devices import Catalyst, Outage, Setup, brownfield_text
from lab.devices.execute import answer
from lab.devices.session import Session
from lab.devices.tree import GLOBAL, drop, node, parse_tree, print_tree, put
from lab.devices.vault import Vault, decrypt7, encrypt7, hash9

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lab.devices.tree import Tree

SECTIONS = {
    "wlan LON-govroam 17 govroam": ["shutdown", "no shutdown", "security ft", "no security ft", "security wpa wpa3"],
    "wireless profile policy LON-govroam": ["shutdown", "vlan 7", "no vlan", "no shutdown", "nac", 'description "x y"'],
    "radius server LON-eastmarsh-rad-1": ["key abc", "no key", "timeout 9", "no timeout"],
    "wireless tag policy LON-town-hall": ["no wlan LON-govroam", "wlan LON-govroam policy LON-govroam"],
    "no wireless tag site LON-town-hall": [],
    "vlan 4000": ["name new", "no name"],
    "banner motd #bye#": [],
    "no archive": [],
    "hostname renamed": [],
}
STEPS = st.lists(
    st.sampled_from(list(SECTIONS)).flatmap(
        lambda head: st.tuples(st.just(head), st.lists(st.sampled_from(SECTIONS[head] or ["!"]), max_size=6))
    ),
    max_size=6,
)
NAMES = st.text("abcdefgh-", min_size=1, max_size=8)


class User:
    """A device whose clock moves when told, and one user of it."""

    def __init__(self, config: str | None = None) -> None:
        self.now = 1_000_000.0
        self.device = Catalyst("eastmarsh-wlc", Setup(config=config), clock=lambda: self.now, seed=5)
        self.session = Session(1, "netops", "198.51.100.7", length=0)
        self.device.sessions[1] = self.session

    def enter(self, *lines: str) -> str:
        return "".join(answer(self.device, self.session, line).text for line in lines)


def test_the_brownfield_is_printed_as_it_is_written() -> None:
    tree, unknown = parse_tree(brownfield_text())
    assert unknown == ()
    assert print_tree(tree) == brownfield_text()
    assert len(brownfield_text().splitlines()) > 500


@given(STEPS)
@settings(max_examples=60, deadline=None)
def test_a_revert_returns_the_same_bytes(steps: Sequence[tuple[str, list[str]]]) -> None:
    user = User()
    before = user.device.running_text()
    user.enter("configure terminal revert timer 5")
    for head, lines in steps:
        user.enter(head, *lines)
    user.enter("end")
    user.now += 300
    assert user.device.running_text() == before
    assert user.device.pending_revert() is None
    up = {each.wlan for each in user.device.outages() if each.end is None}
    assert up == set()


@given(STEPS)
@settings(max_examples=60, deadline=None)
def test_what_is_printed_is_read_back(steps: Sequence[tuple[str, list[str]]]) -> None:
    user = User()
    user.enter("configure terminal")
    for head, lines in steps:
        user.enter(head, *lines)
    text = user.device.running_text()
    tree, unknown = parse_tree(text)
    assert unknown == ()
    assert tree == user.device.tree
    assert print_tree(tree) == text


@given(STEPS)
@settings(max_examples=30, deadline=None)
def test_the_same_lines_again_change_nothing(steps: Sequence[tuple[str, list[str]]]) -> None:
    user = User()
    user.enter("configure terminal")
    kept = [
        (head, [line for line in lines if "shutdown" not in line and "key" not in line]) for head, lines in steps[:1]
    ]
    for head, lines in kept:
        user.enter(head, *lines[:1])
    once = user.device.running_text()
    for head, lines in kept:
        user.enter(head, *lines[:1])
    assert user.device.running_text() == once


@given(NAMES, NAMES)
def test_the_last_one_wins_and_no_takes_it_away(first: str, second: str) -> None:
    tree = put(put((), node("policy", f"vlan {first}")[0]), node("policy", f"vlan {second}")[0])
    assert [each.line for each in tree] == [f"vlan {second}"]
    assert drop(tree, "vlan") == ()


@given(st.lists(NAMES, unique=True, max_size=6))
def test_a_list_keeps_every_one(names: list[str]) -> None:
    tree: Tree = ()
    for name in names:
        tree = put(tree, node("sg-radius", f"server name {name}")[0])
    assert [each.line for each in tree] == [f"server name {name}" for name in names]
    assert print_tree(parse_tree("".join(f"radius server {name}\n" for name in names))[0]).count(
        "radius server"
    ) == len(names)


def test_lines_stand_where_the_device_prints_them() -> None:
    tree: Tree = ()
    for line in ("wlan B 2 b", "radius server A", "hostname x"):
        tree = put(tree, node(GLOBAL, line)[0])
    assert [each.line for each in tree] == ["hostname x", "radius server A", "wlan B 2 b"]


def test_an_outage_is_as_long_as_the_wlan_is_not_offered() -> None:
    user = User()
    user.enter("configure terminal", "wlan LON-govroam", "shutdown")
    user.now += 3
    user.enter("no shutdown", "wireless profile policy LON-govroam", "shutdown")
    user.now += 4
    user.enter("no shutdown", "wireless profile policy EM-CORP", "shutdown")
    assert user.device.outages() == (
        Outage("LON-govroam", 1_000_000.0, 1_000_003.0),
        Outage("LON-govroam", 1_000_003.0, 1_000_007.0),
        Outage("EM-Corp", 1_000_007.0, None),
    )


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters='"?#'), min_size=1, max_size=40))
@settings(deadline=None, max_examples=50)
def test_a_secret_is_shown_as_type_6_and_known_to_the_test(secret: str) -> None:
    user = User()
    user.enter("configure terminal", "radius server LON-x", f"key 0 {secret}")
    shown = [line for line in user.device.running_text().splitlines() if line.startswith(" key 6 ")]
    user.enter(f"key 0 {secret}")
    again = user.device.running_text()
    assert shown[-1] not in again.splitlines()
    assert again == user.device.running_text()
    assert user.device.secret_of("radius server LON-x", "key") == secret
    section = again.partition("radius server LON-x\n")[2].partition("!")[0]
    assert f" {secret}\n" not in section


def test_a_secret_survives_a_rollback_as_the_same_ciphertext() -> None:
    user = User()
    path = ("radius server LON-eastmarsh-rad-1", "key")
    secret, before = user.device.secret_of(*path), user.device.running_text()
    user.enter("configure terminal revert timer 1", "radius server LON-eastmarsh-rad-1", "key other", "end")
    assert user.device.secret_of(*path) == "other"
    user.enter("configure revert now")
    assert user.device.running_text() == before
    assert user.device.secret_of(*path) == secret


def test_hidekeys_keeps_secrets_out_of_the_devices_own_log() -> None:
    user = User()
    user.enter("configure terminal", "radius server LON-x", "key in-nobodys-log")
    assert not any("in-nobodys-log" in line for line in user.device.device_log())
    user.enter("archive", "log config", "no hidekeys", "radius server LON-x", "key in-the-log")
    assert "key in-the-log" in user.device.device_log()


@pytest.mark.parametrize(("text", "plain"), [("0822455D0A16", "cisco"), ("094F471A1A0A", "cisco"), ("zz", None)])
def test_type_7(text: str, plain: str | None) -> None:
    assert decrypt7(text) == plain


@given(st.text(min_size=1, max_size=30), st.integers(0, 15))
def test_type_7_both_ways(plain: str, start: int) -> None:
    assert decrypt7(encrypt7(plain, start)) == plain


def test_type_9_is_what_published_examples_are() -> None:
    example = "$9$2MJBozw/9R3UsU$2lFhcKvpghcyw8deP25GOfyZaagyUOGBymkryvOdfo6"  # hashcat's, mode 9300
    assert hash9("hashcat", "2MJBozw/9R3UsU") == example
    assert Vault.verify9("hashcat", example)
    assert not Vault.verify9("other", example)


def test_a_full_flash_refuses_the_revert() -> None:
    user = User()
    user.device.setup = Setup(flash_bytes=1000)
    assert "no space left" in user.enter("configure terminal revert timer 5")
    assert user.session.path is None
    assert user.device.pending_revert() is None


def test_old_archives_make_room() -> None:
    user = User()
    for _ in range(15):
        user.enter("archive config")
    assert len(user.device.archives) == len(user.device.flash) == 10
