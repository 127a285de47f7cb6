"""An inventory with every device's address replaced by its address in the lab, each line where it was."""

from __future__ import annotations

from ipaddress import AddressValueError, IPv4Address
from typing import TYPE_CHECKING, Final, TypeAlias

import yaml

from lab.errors import LabError
from lab.topology.plan import FEDERATION, OPERATOR, Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_Path: TypeAlias = "tuple[str, ...]"

# Where addresses of devices stand (indices left out), and whose they are; None is the borough of the file.
# What GovWifi sees as a source is configured on no device of ours, and is to be a public address: it stays as it is.
_SCOPES: Final[Mapping[_Path, str | None]] = {
    ("hubs", "address"): FEDERATION,
    ("hubs", "management"): OPERATOR,
    ("upstreams", "address"): FEDERATION,
    ("federation", "govwifi", "address"): FEDERATION,
    ("federation", "monitor", "address"): FEDERATION,
    ("agent", "address"): None,
    ("worker", "address"): None,
    ("radius", "address"): None,
    ("controllers", "address"): None,
    ("radius", "federation", "address"): FEDERATION,
    ("sites", "access_points", "address"): None,
}


def rewrite(source: Path, target: Path, places: Mapping[Place, IPv4Address]) -> None:
    """Write the files of the inventory `source` to `target` with lab addresses."""
    for path in sorted((*source.glob("*.yml"), *source.glob("boroughs/*.yml"))):
        copy = target / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(rewrite_text(path.read_text(encoding="utf-8"), places), encoding="utf-8")


def rewrite_text(text: str, places: Mapping[Place, IPv4Address]) -> str:
    """Replace the addresses of devices in the text of one inventory file, and nothing else.

    Raises `LabError` for an address that was given no place.
    """
    root = yaml.compose(text, Loader=yaml.CSafeLoader)
    if root is None:
        return text
    pieces, end = [], 0
    for node, scope in sorted(_addresses(root, _slug(root)), key=lambda found: found[0].start_mark.index):
        start, stop = node.start_mark.index, node.end_mark.index
        pieces += [text[end:start], text[start:stop].replace(node.value, str(_lab_address(node, scope, places)))]
        end = stop
    return "".join((*pieces, text[end:]))


def _slug(root: yaml.Node) -> str:
    return next((node.value for path, node in _scalars(root) if path == ("borough", "slug")), "")


def _addresses(root: yaml.Node, slug: str) -> Iterator[tuple[yaml.ScalarNode, str]]:
    for path, node in _scalars(root):
        if path in _SCOPES:
            yield node, _SCOPES[path] or slug


def _scalars(node: yaml.Node, path: _Path = ()) -> Iterator[tuple[_Path, yaml.ScalarNode]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _scalars(value, (*path, str(key.value)))
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _scalars(item, path)
    elif isinstance(node, yaml.ScalarNode):
        yield path, node


def _lab_address(node: yaml.ScalarNode, scope: str, places: Mapping[Place, IPv4Address]) -> IPv4Address:
    try:
        return places[Place(scope, IPv4Address(node.value))]
    except (KeyError, AddressValueError) as error:
        message = f"line {node.start_mark.line + 1}: {node.value} has no address in the lab"
        raise LabError(message) from error
