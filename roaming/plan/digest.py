"""A plan as a document that somebody can read and approve, and the digest of exactly that."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from roaming.errors import PushError
from roaming.load.document import visible
from roaming.plan.report import as_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from roaming.model.bundle import RemoteFile
    from roaming.plan.change import DevicePlan, Plan

_FORM = 1


def document(plan: Plan, fingerprint: Callable[[bytes], str]) -> dict[str, object]:
    """Return what a plan is going to do, as JSON knows it: diffs as shown, and a keyed fingerprint of each file.

    Only devices with something to do are in it: one that could not be read is not changed either. It holds no secret.
    """
    pending = replace(plan, devices=tuple(replace(one, files=one.changes) for one in plan.pending), unreachable=())
    contents = {one.device.path: _contents(one, fingerprint) for one in plan.pending}
    return {"form": _FORM, "plan": as_json(pending), "contents": contents}


def digest(document: Mapping[str, object]) -> str:
    """Return `sha256:…` over the document: the same for the same plan, whatever the order of its keys."""
    text = json.dumps(document, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def read_document(text: str) -> dict[str, Any]:
    """Return a saved document; raises PushError when the text is none of this form."""
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict) or found.get("form") != _FORM or found.keys() != {"form", "plan", "contents"}:
        message = f"this is not a plan of form {_FORM}: `roam diff --save FILE` writes one"
        raise PushError(message)
    return found


def document_text(document: Mapping[str, Any]) -> str:
    """Return a saved document for the eyes of the one who approves it, with nothing in it that a terminal obeys.

    Raises PushError when a part is missing.
    """
    try:
        lines = [line for device in document["plan"]["devices"] for line in _device_lines(device)]
    except (KeyError, TypeError, AttributeError):
        message = "the plan is damaged: have it saved again"
        raise PushError(message) from None
    return "\n".join(map(visible, lines))


def _device_lines(device: Mapping[str, Any]) -> Iterator[str]:
    actions = ", ".join(f"{one['action']} {one['service']}" for one in device["actions"]) or "no service is touched"
    work = f"{device['commands']} commands" if device["commands"] else actions
    yield f"{device['device']}: {work} ({device['hint']})"
    yield from (f"  not verified, the device shows ciphertext only: {name}" for name in device["unverifiable"])
    for file in device["files"]:
        yield f"  {file['change']} {file['path']}"
        yield from (file["diff"] or "").splitlines()


def _contents(plan: DevicePlan, fingerprint: Callable[[bytes], str]) -> dict[str, object]:
    """Return the fingerprints of a device's files, before and after, and of what is typed, which may hold secrets."""
    files = {file.path: [_file(file.running, fingerprint), _file(file.wanted, fingerprint)] for file in plan.changes}
    return {"files": files, "commands": [fingerprint(command.encode()) for command in plan.commands]}


def _file(file: RemoteFile | None, fingerprint: Callable[[bytes], str]) -> list[object] | None:
    return None if file is None else [fingerprint(file.content), file.mode, file.owner, file.group]
