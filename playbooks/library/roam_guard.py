#!/usr/bin/python
"""Ansible module: ask the guard of a device for one step of a push, and compare its files with what they shall be."""

from __future__ import annotations

import base64
import grp
import hashlib
import json
import os
import pwd
import stat
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = r"""
module: roam_guard
short_description: Ask the guard of a device for one step of a push
description:
  - Runs I(command), the guard that travels with the push, and hands it I(input).
  - In check mode nothing is run; C(apply) tells from the digests of the files what would change.
options:
  verb:
    description:
      - The step. C(compare) runs nothing and says whether the files are the old or the new ones.
    required: true
    type: str
    choices: [compare, lock, precheck, back-up, arm, apply, verify, confirm, save, revert, release, status]
  command:
    description: The command that asks the guard; C(compare) needs none.
    type: list
    elements: str
    default: []
  input:
    description: What the command reads, in base64, so that nothing in it is ever taken for a template.
    type: str
  manifest:
    description: The guard's list of files with their digests, in base64.
    type: str
  masks:
    description: What must not be repeated, as a list in JSON in base64.
    type: str
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
author: London public-sector roaming
"""
EXAMPLES = r"""
- name: Apply the change
  roam_guard:
    verb: apply
    command: "{{ roam_commands['apply'] }}"
    manifest: "{{ roam_manifest }}"
    masks: "{{ roam_masks }}"
"""
RETURN = r"""
roam:
  description:
    - C(rc) is the guard's status and C(said) what it printed.
    - C(old) and C(new) say whether all files are as they were, or as they shall be; only where I(manifest) is given.
  returned: always
  type: dict
"""

CHANGES = ("apply", "revert")


def main() -> None:
    """Do one step."""
    module = AnsibleModule(
        argument_spec={
            "verb": {"type": "str", "required": True, "choices": verbs()},
            "command": {"type": "list", "elements": "str", "default": []},
            "input": {"type": "str", "no_log": True},
            "manifest": {"type": "str", "no_log": True},
            "masks": {"type": "str", "no_log": True},
        },
        supports_check_mode=True,
    )
    verb = module.params["verb"]
    if module.params["masks"]:
        module.no_log_values.update(json.loads(base64.b64decode(module.params["masks"])))
    try:
        step(module, verb)
    except OSError as error:
        module.fail_json(msg=f"{error.filename or 'a file'}: {error.strerror}", roam={})


def step(module: AnsibleModule, verb: str) -> None:
    """Do one step and say what came of it; raises OSError for a file that cannot be looked at."""
    seen = sight(module.params["manifest"])
    if module.check_mode or verb == "compare":
        module.exit_json(changed=verb == "apply" and not seen["new"], roam=seen, diff=difference(verb, seen))
    rc, out = ask(module)
    module.exit_json(
        changed=verb in CHANGES, roam={**seen, **again(module), "rc": rc, "said": out}, diff=difference(verb, seen)
    )


def verbs() -> list[str]:
    """Return the steps that there are."""
    steps = ["lock", "precheck", "back-up", "arm", "apply", "verify", "confirm", "save", "revert", "release"]
    return ["compare", *steps, "status"]


def ask(module: AnsibleModule) -> tuple[int, str]:
    """Run the guard and return its status and what it printed; fail with its words when it refuses."""
    data = base64.b64decode(module.params["input"] or "")
    rc, out, err = module.run_command(module.params["command"], data=data, binary_data=True)
    if rc:
        module.fail_json(msg=str(err).strip() or f"its guard ends with status {rc}", roam={"rc": rc})
    return rc, str(out)


def again(module: AnsibleModule) -> dict[str, Any]:
    """Look once more after a step that may have changed the files."""
    return sight(module.params["manifest"]) if module.params["verb"] in CHANGES else {}


def sight(manifest: str | None) -> dict[str, Any]:
    """Return whether all files are the old ones, or the new ones, and how those that differ are described."""
    lines = base64.b64decode(manifest or "").decode().splitlines()
    rows = [line.split("\t", 5) for line in lines]
    seen = [(path, look(path), before, after) for _, before, _, _, after, path in rows]
    return {
        "old": all(now == before for _, now, before, _ in seen),
        "new": all(now == after for _, now, _, after in seen),
        "differ": [[path, access(now), access(after)] for path, now, _, after in seen if now != after],
    }


def look(path: str) -> str:
    """Return what the guard knows a file by; the words are those of its `digest`."""
    if not Path(path).exists():
        return "none"
    if not Path(path).is_file():
        return "strange"
    with Path(path).open("rb") as stream:
        status = os.fstat(stream.fileno())
        content = hashlib.sha256(stream.read()).hexdigest()
    return f"{content} {stat.S_IMODE(status.st_mode):04o} {user(status.st_uid)}:{group(status.st_gid)}"


def user(number: int) -> str:
    """Return a user's name, as `stat` spells it."""
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return "UNKNOWN"


def group(number: int) -> str:
    """Return a group's name, as `stat` spells it."""
    try:
        return grp.getgrgid(number).gr_name
    except KeyError:
        return "UNKNOWN"


def access(digest: str) -> str:
    """Return what may be shown of a digest: never the hash of the content, which could be guessed from."""
    return digest.partition(" ")[2] or digest


def difference(verb: str, seen: dict[str, Any]) -> dict[str, str]:
    """Return the difference that a step makes, file by file, without a word of their contents."""
    rows = seen["differ"] if verb in {"apply", "compare"} else []
    return {
        "before": "".join(f"{path} {now}\n" for path, now, _ in rows),
        "after": "".join(f"{path} {after}{' with the new content' * (after != 'none')}\n" for path, _, after in rows),
    }


if __name__ == "__main__":
    main()
