"""Laws 2, 3 and 10 on a controller that others configure too: whatever runs, whatever is wanted."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roaming.targets import Scope
from roaming.targets.iosxe.dialect import IosXe
from tests.targets.catalyst import RefusedError, after

IOSXE = IosXe()

NAMES = ("a", "b", "c", "d")
MACS = tuple(f"0200.0a07.010{number}" for number in range(5))


@dataclass(frozen=True)
class State:
    """What is ours on a controller: each part may be there or not, and refers only to what is there."""

    servers: dict[str, tuple[int, str]]
    group: tuple[str, ...]
    wlans: dict[str, tuple[int, str, tuple[str, ...]]]
    vlans: dict[str, int]
    tags: dict[str, dict[str, str]]
    points: dict[str, str]
    flex: bool

    def text(self) -> str:
        return "".join(f"{line}\n" for line in chain(self._radius(), self._profiles(), self._tags()))

    def _radius(self) -> list[str]:
        lines = []
        for name, (address, key) in self.servers.items():
            lines += [f"radius server LON-{name}", f" address ipv4 10.0.0.{address} auth-port 1812 acct-port 1813", key]
        lines += ["aaa group server radius LON-g", *(f" server name LON-{name}" for name in self.group), " deadtime 5"]
        lines += ["aaa authentication dot1x LON-g group LON-g"]
        lines += ["radius-server attribute wireless authentication call-station-id ap-macaddress-ssid"]
        clients = [f" client 10.0.0.{address} server-key 0 coa" for address, _ in self.servers.values()]
        return [*lines, *(["aaa server radius dynamic-author", *clients] if clients else [])]

    def _profiles(self) -> list[str]:
        lines = ["wireless aaa policy LON-site", " nas-id option1 ap-site-tag"]
        for name in self.tags if self.flex else ():
            lines += [f"wireless profile flex LON-{name}", " vlan-name staff", f"  vlan-id {100 + len(name)}"]
        for name, vlan in self.vlans.items():
            lines += [f"wireless profile policy LON-{name}", " aaa-override", " aaa-policy LON-site"]
            lines += [f" vlan {vlan}", " no shutdown"]
        for name, (number, ssid, security) in self.wlans.items():
            lines += [f"wlan LON-{name} {number} {ssid}", *security]
            lines += [" security dot1x authentication-list LON-g", " no shutdown"]
        return lines

    def _tags(self) -> list[str]:
        lines = []
        for name, wlans in self.tags.items():
            lines += [f"wireless tag policy LON-{name}"]
            lines += [f" wlan LON-{wlan} policy LON-{profile}" for wlan, profile in wlans.items()]
            lines += [f"wireless tag site LON-{name}"]
            lines += [" no local-site", f" flex-profile LON-{name}"] if self.flex else []
        for mac, tag in self.points.items():
            lines += [f"ap {mac}", f" policy-tag LON-{tag}", f" site-tag LON-{tag}"]
        return lines


FAST = (
    (),
    (" no security ft adaptive",),
    (" no security ft adaptive", " security ft", " security wpa akm ft dot1x"),
    (" security ft", " security wpa akm ft dot1x"),
)
WPA = ((), (" no security wpa wpa2", " no security wpa akm dot1x", " security wpa wpa3"), (" security wpa wpa3",))
PMF = ((), (" security pmf optional",), (" security pmf mandatory",))
KEYS = (" key 0 first", " key 0 second", " key 7 02000D550C081B", " key 6 AAAA", " key 6 BBBB")
PLAIN_KEYS = KEYS[:2]


@st.composite
def states(draw: st.DrawFn, keys: tuple[str, ...] = KEYS) -> State:
    some = st.lists(st.sampled_from(NAMES), unique=True)
    addresses = draw(st.permutations(range(1, 6)))
    names = draw(some)
    servers = {name: (addresses[at], draw(st.sampled_from(keys))) for at, name in enumerate(names)}
    group = tuple(draw(st.permutations(names)))
    numbers = draw(st.permutations(range(17, 23)))
    security = st.tuples(st.sampled_from(FAST), st.sampled_from(WPA), st.sampled_from(PMF)).map(
        lambda parts: tuple(chain(*parts))
    )
    ssids = st.sampled_from(("govroam", '"two words"', "GovWifi"))
    wlans = {name: (numbers[at], draw(ssids), draw(security)) for at, name in enumerate(draw(some))}
    vlans = {name: draw(st.integers(2, 9)) for name in draw(some)}
    profiles = st.sampled_from(sorted(vlans)) if vlans else st.nothing()
    mapped = st.lists(st.sampled_from(sorted(wlans)), unique=True) if wlans and vlans else st.just([])
    tags = {name: {wlan: draw(profiles) for wlan in draw(mapped)} for name in draw(some)}
    macs = draw(st.lists(st.sampled_from(MACS), unique=True)) if tags else []
    points = {mac: draw(st.sampled_from(sorted(tags))) for mac in macs}
    return State(servers, group, wlans, vlans, tags, points, draw(st.booleans()))


FOREIGN = (
    "hostname camden-wlc\n",
    "service password-encryption\n",
    "radius server CORP-ISE\n address ipv4 10.9.9.9 auth-port 1645 acct-port 1646\n key 7 02000D550C081B\n",
    "aaa group server radius CORP\n deadtime 15\n",
    "aaa authentication dot1x default group radius\n",
    "banner login ^C\nwlan LON-a 17 govroam\n shutdown\n^C\n",
    "wlan CORP-LON-a 1 Corporate\n security wpa psk set-key ascii 0 LON-secret\n no shutdown\n",
    "wireless profile policy LONDON\n description LON-a\n vlan 5\n no shutdown\n",
    "wireless tag rf LON-rf\n description not of our kinds\n",
    "interface Vlan120\n description LON-visitors\n ip address 10.7.120.1 255.255.252.0\n",
    "ap 0200.0a07.0199\n policy-tag default-policy-tag\n rf-tag CORP\n",
    "crypto pki certificate chain TP\n certificate self-signed 01\n  30820330 30820218\n  \tquit\n",
    "line vty 0 4\n transport input ssh\n",
)


@st.composite
def brownfields(draw: st.DrawFn, state: State) -> str:
    """Return a configuration with what is ours and what is not, mixed, in sections that are shared too."""
    strange = draw(st.lists(st.sampled_from(FOREIGN), unique=True))
    ours = state.text().replace(" no security ft adaptive\n security ft\n", " security ft\n")
    if draw(st.booleans()):
        head = "aaa server radius dynamic-author\n"
        client = " client 10.9.9.9 server-key 7 02000D550C081B\n"
        ours = ours.replace(head, head + client) if head in ours else f"{ours}{head}{client}"
    for mac in draw(st.lists(st.sampled_from(MACS), unique=True)):
        head = f"ap {mac}\n"
        ours = ours.replace(head, f"{head} rf-tag CORP\n") if head in ours else f"{ours}{head} rf-tag CORP\n"
    at = draw(st.integers(0, len(strange)))
    tail = "".join(f"!\n{block}" for block in strange[at:])
    return "Building configuration...\n\n" + "".join(f"{block}!\n" for block in strange[:at]) + ours + tail + "end\n"


@st.composite
def changes(draw: st.DrawFn, keys: tuple[str, ...] = KEYS) -> tuple[str, str]:
    """Return what runs and what is wanted."""
    running = after(draw(brownfields(draw(states(keys)))), ())
    return running, draw(states(PLAIN_KEYS)).text()


def renewed(wanted: str) -> dict[str, str]:
    return {value: value for value in ("first", "second") if value in wanted}


@settings(max_examples=150, deadline=None)
@given(changes())
def test_the_commands_are_taken_and_a_second_push_is_empty(change: tuple[str, str]) -> None:
    running, wanted = change
    scope = IOSXE.scope("LON-", wanted)
    result = after(running, IOSXE.remedy(running, wanted, scope, {}).commands)
    again = IOSXE.remedy(result, wanted, scope, {})
    assert again.commands == ()
    assert again.before == again.after == IOSXE.remedy(wanted, wanted, scope, {}).after


@settings(max_examples=150, deadline=None)
@given(changes())
def test_what_is_not_ours_stays_octet_by_octet(change: tuple[str, str]) -> None:
    running, wanted = change
    scope = IOSXE.scope("LON-", wanted)
    result = after(running, IOSXE.remedy(running, wanted, scope, renewed(wanted)).commands)
    assert IOSXE.foreign(result, scope) == IOSXE.foreign(running, scope)


@settings(max_examples=150, deadline=None)
@given(changes())
def test_rollback_is_the_same_with_its_arguments_swapped(change: tuple[str, str]) -> None:
    running, wanted = change
    scope = IOSXE.scope("LON-", wanted)
    changed = after(running, IOSXE.remedy(running, wanted, scope, renewed(wanted)).commands)
    back = after(changed, IOSXE.remedy(changed, running, scope, {}).commands)
    assert sorted(IOSXE.ours(back, scope).splitlines()) == sorted(IOSXE.ours(running, scope).splitlines())
    assert IOSXE.foreign(back, scope) == IOSXE.foreign(running, scope)


@settings(max_examples=100, deadline=None)
@given(changes())
def test_every_line_is_ours_or_not_ours(change: tuple[str, str]) -> None:
    running, wanted = change
    scope = IOSXE.scope("LON-", wanted)
    heads = {line for line in IOSXE.normal(running).splitlines() if line.startswith(("ap ", "aaa server radius"))}
    parts = [*IOSXE.ours(running, scope).splitlines(), *IOSXE.foreign(running, scope).splitlines()]
    whole = IOSXE.normal(running).splitlines()
    assert sorted(line for line in parts if line not in heads) == sorted(line for line in whole if line not in heads)


@pytest.mark.parametrize("text", ["", "hostname x\n", FOREIGN[5]])
def test_without_a_prefix_nothing_is_ours(text: str) -> None:
    assert IOSXE.ours(text + "wlan LON-a 17 govroam\n", Scope("")) == ""


@pytest.mark.parametrize(
    "commands",
    [
        ("ap 0200.0a07.0101", " policy-tag LON-x", " exit"),
        ("aaa authentication dot1x LON-g group LON-g",),
        ("no wlan LON-a 17 govroam",),
        ("no radius server LON-b",),
        ("wlan LON-a 17 govroam", " no bss-transition", " exit"),
        ("wlan LON-c 17 other", " exit"),
        ("radius server LON-c", " address ipv4 10.0.0.1", " exit"),
        ("wireless tag policy LON-t", " wlan LON-a policy LON-q", " exit"),
        ("wireless tag policy LON-t", "wlan LON-z 30 other", " exit", " exit"),
    ],
    ids=" ".join,
)
def test_the_controller_of_these_tests_refuses(commands: tuple[str, ...]) -> None:
    running = """\
radius server LON-b
 address ipv4 10.0.0.1
aaa group server radius LON-h
 server name LON-b
wireless profile policy LON-p
wireless profile policy LON-q
wlan LON-a 17 govroam
 no shutdown
wireless tag policy LON-t
 wlan LON-a policy LON-p
"""
    with pytest.raises(RefusedError):
        after(running, commands)
