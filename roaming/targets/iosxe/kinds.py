"""What IOS-XE has of what is ours: a table, in the order in which one thing may refer to another.

Sources. Catalyst 9800 Software Configuration Guide, IOS XE 17.x (cisco.com/c/en/us/td/docs/wireless/controller/9800),
chapters Assisted Roaming, 802.11r, Wi-Fi Protected Access 3, Network Access Server Identifier; "Understand Catalyst
9800 Wireless Controllers Configuration Model". What a device prints and leaves out was compared with what Cisco's own
parsers expect of it (github.com/CiscoTestAutomation/genieparser, `show running-config | section wlan`, `show wlan`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from roaming.targets.iosxe.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from roaming.targets.iosxe.tree import Node

Value = bool | str | Secret | tuple[tuple[str, "Value"], ...]
"""Whether a line is there (or its `no`), or what it sets; of a section in a section, all that it sets."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What a line sets, and how that is typed; it may take several lines."""

    key: str
    value: Value
    typed: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of line or section. `head` finds its name.

    `single` are the beginnings of lines of which a new one replaces the old, `ordered` of those whose order counts,
    `anew` of those that have to be taken out before they are set otherwise. `defaults` are settings that a device has
    without showing them. `shut` kinds are changed between `shutdown` and `no shutdown`. Of a `shared` section only
    some lines are ours.
    """

    title: str
    head: re.Pattern[str]
    single: tuple[str, ...] = ()
    ordered: str = ""
    anew: str = ""
    defaults: Mapping[str, Value] = field(default_factory=dict)
    shut: bool = False
    shared: bool = False


def _named(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.replace("NAME", r"(?P<name>[^\s\"]+)"))


SERVER: Final = Kind(
    "RADIUS server",
    _named(r"radius server NAME"),
    single=("address ipv4", "key", "timeout", "retransmit", "automate-tester"),
)
GROUP: Final = Kind(
    "RADIUS server group",
    _named(r"aaa group server radius NAME"),
    single=("deadtime", "ip radius source-interface", "ip vrf forwarding"),
    ordered="server name",
)
AUTHENTICATION: Final = Kind("method list", _named(r"aaa authentication dot1x NAME (?P<value>.+)"))
AUTHORIZATION: Final = Kind("method list", _named(r"aaa authorization network NAME (?P<value>.+)"))
ACCOUNTING: Final = Kind("method list", _named(r"aaa accounting identity NAME(?P<value>.*)"))
CALL_STATION_ID: Final = Kind(
    "attribute",
    re.compile(r"radius-server attribute wireless (?P<name>authentication|accounting) call-station-id (?P<value>.+)"),
)
DYNAMIC_AUTHOR: Final = Kind("dynamic author", re.compile(r"aaa server radius (?P<name>dynamic-author)"), shared=True)
AAA_POLICY: Final = Kind(
    "AAA policy",
    _named(r"wireless aaa policy NAME"),
    single=("nas-id option1", "nas-id option2", "nas-id option3"),
    defaults={"nas-id option1": "sys-name"},
)
FLEX_PROFILE: Final = Kind("flex profile", _named(r"wireless profile flex NAME"), single=("native-vlan-id", "vlan-id"))
POLICY_PROFILE: Final = Kind(
    "policy profile",
    _named(r"wireless profile policy NAME"),
    single=("vlan", "aaa-policy", "accounting-list", "session-timeout", "idle-timeout", "description"),
    defaults={"central switching": True, "central association": True, "central dhcp": True, "shutdown": True},
    shut=True,
)
WLAN: Final = Kind(
    "WLAN",
    _named(r"wlan NAME (?P<id>[0-9]+) (?P<value>.+)"),
    single=("security dot1x authentication-list", "security pmf", "accounting-list", "peer-blocking"),
    defaults={
        "assisted-roaming neighbor-list": True,
        "bss-transition": True,
        "security wpa": True,
        "security wpa wpa2": True,
        "security wpa wpa2 ciphers aes": True,
        "security wpa akm dot1x": True,
        "security ft": "adaptive",
        "security ft over-the-ds": False,
        "shutdown": True,
    },
    shut=True,
)
POLICY_TAG: Final = Kind("policy tag", _named(r"wireless tag policy NAME"), single=("description",), anew="wlan")
SITE_TAG: Final = Kind(
    "site tag",
    _named(r"wireless tag site NAME"),
    single=("flex-profile", "ap-profile", "description"),
    defaults={"local-site": True},
)
ACCESS_POINT: Final = Kind(
    "access point",
    re.compile(r"ap (?P<name>[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4})"),
    single=("policy-tag", "site-tag", "rf-tag"),
    shared=True,
)

KINDS: Final = (
    SERVER,
    GROUP,
    AUTHENTICATION,
    AUTHORIZATION,
    ACCOUNTING,
    CALL_STATION_ID,
    DYNAMIC_AUTHOR,
    AAA_POLICY,
    FLEX_PROFILE,
    POLICY_PROFILE,
    WLAN,
    POLICY_TAG,
    SITE_TAG,
    ACCESS_POINT,
)

BY_WORD: Final = {
    word: tuple((number, kind) for number, kind in enumerate(KINDS) if kind.head.pattern.startswith(f"{word} "))
    for word in {kind.head.pattern.partition(" ")[0] for kind in KINDS}
}
"""The kinds by the first word of their head, with their places: most lines of a configuration begin otherwise."""

_KEY: Final = re.compile(r"key (?:(?P<kind>[0-9]) )?(?P<text>\S.*)")
_CLIENT: Final = re.compile(r"client (?P<address>\S+)(?: server-key (?:(?P<kind>[0-9]) )?(?P<text>\S+))?(?P<rest>.*)")
_MAPPING: Final = re.compile(r"(?P<key>wlan \S+) policy (?P<policy>\S+)")
_FT: Final = {
    "security ft": "on",
    "security ft adaptive": "adaptive",
    "no security ft adaptive": "off",
    "no security ft": "off",
}
_FT_TYPED: Final = {
    "on": ("no security ft adaptive", "security ft"),
    "adaptive": ("no security ft", "security ft adaptive"),
    "off": ("no security ft", "no security ft adaptive"),
}


def settings(kind: Kind, nodes: tuple[Node, ...]) -> dict[str, Setting]:
    """Return what the lines of a section set, by key, in their order."""
    found = {setting.key: setting for setting in (_setting(kind, node) for node in nodes)}
    fast = [_FT[node.text] for node in nodes if node.text in _FT]
    if kind is WLAN and fast:
        # `no security ft adaptive` is only on the way to `security ft`: a device shows the latter alone.
        state = "on" if "on" in fast else fast[-1]
        found["security ft"] = Setting("security ft", state, _FT_TYPED[state])
    return found


def _setting(kind: Kind, node: Node) -> Setting:
    text = node.text
    if node.children:
        inner = settings(kind, node.children)
        typed = (text, *(f" {line}" for setting in inner.values() for line in setting.typed), " exit")
        return Setting(text, tuple(sorted((key, setting.value) for key, setting in inner.items())), typed)
    if kind is WLAN and text in _FT:
        return Setting("security ft", _FT[text], (text,))
    special = _special(kind, text)
    if special is not None:
        return special
    for beginning in kind.single:
        if text.startswith(f"{beginning} "):
            return Setting(beginning, text.removeprefix(f"{beginning} "), (text,))
    return Setting(text.removeprefix("no "), not text.startswith("no "), (text,))


def _special(kind: Kind, text: str) -> Setting | None:
    """Return what a line sets that holds a secret, or a name within its key."""
    if kind is SERVER and (match := _KEY.fullmatch(text)):
        return Setting("key", Secret(match["kind"] or "", match["text"]), (text,))
    if kind is DYNAMIC_AUTHOR and (match := _CLIENT.fullmatch(text)):
        key, value = f"client {match['address']}", match["rest"].strip()
        return Setting(key, Secret(match["kind"] or "", match["text"]) if match["text"] else value, (text,))
    if kind is POLICY_TAG and (match := _MAPPING.fullmatch(text)):
        return Setting(match["key"], match["policy"], (text,))
    return None


def default(kind: Kind, key: str) -> Value | None:
    """Return what a device has when it shows nothing."""
    return kind.defaults.get(key)


def without(kind: Kind, setting: Setting) -> Iterator[str]:
    """Yield the lines that bring a setting back to its default. No line repeats a secret."""
    usual = default(kind, setting.key)
    if kind is WLAN and setting.key == "security ft":
        yield from _FT_TYPED["adaptive"]
    elif isinstance(usual, str):
        yield f"{setting.key} {usual}"
    elif setting.value is False:
        yield setting.key
    elif isinstance(setting.value, Secret | tuple):
        yield f"no {setting.key}"
    else:
        yield f"no {setting.typed[0]}"
