"""What a Catalyst says of itself that the inventory has a place for."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from roaming.targets.iosxe import JOINED, parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from roaming.adopt.adoption import Reading
    from roaming.targets.iosxe import Node

_MAC: Final = r"[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}"
_MAPPING: Final = re.compile(r"wlan (\S+) policy (\S+)")
_WLAN: Final = re.compile(r"wlan (\S+) ([0-9]+) (.+)")


class Joined(NamedTuple):
    """An access point that has joined."""

    name: str
    radio_mac: str


@dataclass(frozen=True, slots=True)
class Found:
    """Facts by name. `tagged` maps the Ethernet MAC of an access point with a tag of ours to its two tags."""

    prefix: str
    wlans: Mapping[str, tuple[int, str]]
    vlans: Mapping[str, int]
    vlan_names: Mapping[int, str]
    mappings: Mapping[str, tuple[tuple[str, str], ...]]
    site_tags: Mapping[str, bool]
    flex_vlans: Mapping[str, Mapping[str, int]]
    tagged: Mapping[str, tuple[str, str]]
    joined: Mapping[str, Joined]

    @classmethod
    def of(cls, reading: Reading, prefix: str) -> Found:
        """Read a configuration and the access points that have joined. What is spelled unlike any we know is passed."""
        tree = _Tree(parse(reading.running), prefix)
        return cls(
            prefix=prefix,
            wlans=dict(tree.wlans()),
            vlans=dict(tree.vlans()),
            vlan_names=tree.vlan_names,
            mappings={name: tuple(_mappings(node)) for name, node in tree.sections("wireless tag policy", ours=True)},
            site_tags={name: _flex(node) for name, node in tree.sections("wireless tag site", ours=True)},
            flex_vlans={
                name: dict(_flex_vlans(node)) for name, node in tree.sections("wireless profile flex", ours=True)
            },
            tagged=dict(tree.tagged()),
            joined={
                colons(match["ethernet"]): Joined(match["name"], colons(match["radio"]))
                for match in JOINED.finditer(reading.access_points)
            },
        )

    @property
    def ap_mode(self) -> str | None:
        """Who puts frames into VLANs, when the site tags of ours agree."""
        modes = set(self.site_tags.values())
        return {True: "flex", False: "local"}[modes.pop()] if len(modes) == 1 else None

    def landings(self, tag: str) -> Iterator[tuple[str, int]]:
        """Yield the SSIDs of a policy tag, each with the VLAN of its policy profile."""
        for wlan, profile in self.mappings.get(tag, ()):
            if wlan in self.wlans and profile in self.vlans:
                yield self.wlans[wlan][1], self.vlans[profile]


@dataclass(frozen=True, slots=True)
class _Tree:
    nodes: tuple[Node, ...]
    prefix: str
    vlan_names: dict[int, str] = field(init=False)

    def __post_init__(self) -> None:
        names = {
            int(name): line.text.removeprefix("name ")
            for name, node in self.sections("vlan")
            if name.isdecimal()
            for line in node.children
            if line.text.startswith("name ")
        }
        object.__setattr__(self, "vlan_names", names)

    def sections(self, head: str, *, ours: bool = False) -> Iterator[tuple[str, Node]]:
        """Yield the sections of a head, by name."""
        for node in self.nodes:
            name = node.text.removeprefix(f"{head} ")
            if name != node.text and " " not in name and (not ours or name.startswith(self.prefix)):
                yield name, node

    def wlans(self) -> Iterator[tuple[str, tuple[int, str]]]:
        """Yield number and SSID of each WLAN."""
        for node in self.nodes:
            if match := _WLAN.fullmatch(node.text):
                yield match[1], (int(match[2]), match[3].strip('"'))

    def vlans(self) -> Iterator[tuple[str, int]]:
        """Yield the VLAN of each policy profile, which may be named or numbered."""
        numbers = {name: number for number, name in self.vlan_names.items()}
        for name, node in self.sections("wireless profile policy"):
            for line in node.children:
                word = line.text.removeprefix("vlan ")
                number = int(word) if word.isdecimal() else numbers.get(word)
                if word != line.text and number is not None:
                    yield name, number

    def tagged(self) -> Iterator[tuple[str, tuple[str, str]]]:
        """Yield the access points that have a tag of ours, with policy tag and site tag."""
        for name, node in self.sections("ap"):
            lines = dict(line.text.split(" ", 1) for line in node.children if " " in line.text)
            tags = (lines.get("policy-tag", ""), lines.get("site-tag", ""))
            if re.fullmatch(_MAC, name) and any(tag.startswith(self.prefix) for tag in tags):
                yield colons(name), tags


def colons(mac: str) -> str:
    """Spell a MAC address as the inventory does."""
    digits = mac.replace(".", "")
    return ":".join(digits[at : at + 2] for at in range(0, 12, 2))


def _mappings(node: Node) -> Iterator[tuple[str, str]]:
    for line in node.children:
        if match := _MAPPING.fullmatch(line.text):
            yield match[1], match[2]


def _flex(node: Node) -> bool:
    return any(line.text == "no local-site" for line in node.children)


def _flex_vlans(node: Node) -> Iterator[tuple[str, int]]:
    for line in node.children:
        for inner in line.children:
            number = inner.text.removeprefix("vlan-id ")
            if line.text.startswith("vlan-name ") and number.isdecimal():
                yield line.text.removeprefix("vlan-name "), int(number)
