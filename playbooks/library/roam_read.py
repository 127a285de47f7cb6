#!/usr/bin/python
"""Ansible module: read the files of a device that are ours, with mode and owner."""

from __future__ import annotations

import base64
import grp
import os
import pwd
import stat
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = r"""
module: roam_read
short_description: Read the files of a device that are ours
description:
  - Reads the files named, those that there are, and all below the places that are ours.
  - What it returns holds secrets. It is read from the event stream, and what else keeps it is in memory only.
options:
  paths:
    description: Files to read.
    type: list
    elements: str
    default: []
  owned:
    description: Patterns of the paths that are ours.
    type: list
    elements: str
    default: []
attributes:
  check_mode:
    support: full
author: London public-sector roaming
"""
EXAMPLES = r"""
- name: Read the files
  roam_read:
    paths: "{{ roam_paths }}"
    owned: "{{ roam_owned }}"
"""
RETURN = r"""
roam:
  description: C(files), each with C(path), C(content) in base64, C(mode), C(owner) and C(group).
  returned: always
  type: dict
"""


def main() -> None:
    """Read."""
    module = AnsibleModule(
        argument_spec={
            "paths": {"type": "list", "elements": "str", "default": []},
            "owned": {"type": "list", "elements": "str", "default": []},
        },
        supports_check_mode=True,
    )
    try:
        paths = dict.fromkeys([*module.params["paths"], *ours(module.params["owned"])])
        module.exit_json(changed=False, roam={"files": [read(path) for path in paths if Path(path).exists()]})
    except OSError as error:
        module.fail_json(msg=f"{error.filename or 'a file'} cannot be read: {error.strerror}", roam={})


def ours(patterns: list[str]) -> list[str]:
    """Return the files in the places that are ours."""
    places = {pattern[: min(pattern.find(sign) for sign in "*?[" if sign in pattern)] for pattern in patterns}
    found = {
        os.path.join(directory, name)  # noqa: PTH118  the path as it is, not as pathlib would write it
        for place in places
        for directory, _, names in os.walk(place.rpartition("/")[0])
        for name in names
    }
    return sorted(path for path in found if any(fnmatchcase(path, pattern) for pattern in patterns))


def read(path: str) -> dict[str, Any]:
    """Return a file; raises OSError for what is none."""
    with Path(path).open("rb") as stream:
        status = os.fstat(stream.fileno())
        return {
            "path": path,
            "content": base64.b64encode(stream.read()).decode(),
            "mode": stat.S_IMODE(status.st_mode),
            "owner": user(status.st_uid),
            "group": group(status.st_gid),
        }


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


if __name__ == "__main__":
    main()
