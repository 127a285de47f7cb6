"""How what was read is spelled in the inventory, and whether it is read back as it was meant."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pydantic import ValidationError

from roaming.errors import AdoptionError
from roaming.load.document import parse
from roaming.model.borough import Borough

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roaming.adopt.adoption import Left
    from roaming.model.borough import Ownership


def quoted(value: str) -> str:
    """Spell a text in quotes, which YAML reads as JSON does."""
    return json.dumps(value, ensure_ascii=False)


def exceptions(owns: Ownership, left: tuple[Left, ...]) -> tuple[list[str], str]:
    """Return an `owns` as lines of a block, each exception with its reason, and in flow style."""
    lines = [f"prefix: {owns.prefix}"]
    flow = [f"prefix: {owns.prefix}"]
    if "first_wlan_id" in owns.model_fields_set or owns.first_wlan_id != type(owns)(prefix=owns.prefix).first_wlan_id:
        lines.append(f"first_wlan_id: {owns.first_wlan_id}")
        flow.append(f"first_wlan_id: {owns.first_wlan_id}")
    for key, wanted in (("except", False), ("not_yet", True)):
        names = [one for one in left if one.not_yet is wanted]
        if names:
            lines += [f"{key}:", *(f"  {line}" for one in names for line in _item(one))]
            flow.append(f"{key}: [{', '.join(quoted(one.what) for one in names)}]")
    return lines, f"{{{', '.join(flow)}}}"


def _item(one: Left) -> Iterator[str]:
    yield f"# {one.why}"
    yield f"- {quoted(one.what)}"


def checked(text: str, file: str, meant: Borough) -> None:
    """Raise `AdoptionError` unless the text is read as the borough that was meant."""
    document, problems = parse(text, file)
    if problems:
        message = f"{file} could not be edited: {problems[0]}"
        raise AdoptionError(message)
    try:
        found = Borough.model_validate_json(json.dumps(document.data), by_alias=True, by_name=False)
    except ValidationError as error:
        message = f"{file} could not be edited: it would no longer be valid ({error.error_count()} problems)"
        raise AdoptionError(message) from None
    if found != meant:
        message = f"{file} could not be edited: it would not say what was read"
        raise AdoptionError(message)
