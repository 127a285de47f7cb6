"""An adoption for eyes and for machines."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roaming.adopt.adoption import Adoption, Left


def as_json(adoption: Adoption) -> dict[str, object]:
    """Return an adoption as JSON knows it."""
    return {
        "device": adoption.device,
        "file": adoption.file,
        "adopted": list(adoption.adopted),
        "left": [{"what": one.what, "why": one.why, "not_yet": one.not_yet} for one in adoption.left],
        "secrets": [
            {"name": one.name, "where": list(one.where), "verifiable": one.verifiable} for one in adoption.secrets
        ],
        "foreign_lines": adoption.foreign_lines,
    }


def changes(adoption: Adoption) -> str:
    """Return what an adoption changes in the borough's file, as a diff."""
    before, after = (text.splitlines(keepends=True) for text in (adoption.before, adoption.after))
    return "".join(difflib.unified_diff(before, after, adoption.file, adoption.file))


def as_text(adoption: Adoption) -> str:
    """Return the account of an adoption."""
    return "".join(f"{line}\n" for line in _lines(adoption))


def _lines(adoption: Adoption) -> Iterator[str]:
    yield f"{adoption.device}: adopted {len(adoption.adopted)}"
    yield from (f"  {one}" for one in adoption.adopted)
    there = [one for one in adoption.left if not one.not_yet]
    missing = [one for one in adoption.left if one.not_yet]
    yield from _part("left as it is (there: on the device, here: as the inventory would have it)", there)
    yield from _part("not there yet, and not made before you take it out of not_yet", missing)
    if adoption.secrets:
        yield f"secrets to fill in: {len(adoption.secrets)}"
        for fill in adoption.secrets:
            yield f"  {fill.name}: {', '.join(fill.where)}"
            yield f"    {fill.why}"
    yield f"foreign: {adoption.foreign_lines} lines, which are never compared or touched"


def _part(title: str, left: list[Left]) -> Iterator[str]:
    if left:
        yield f"{title}: {len(left)}"
        for one in left:
            yield f"  {one.what}"
            yield f"    {one.why}"
