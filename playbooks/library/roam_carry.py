#!/usr/bin/python
"""Ansible module: put rendered files in place, have the daemon check them, and put the former ones back if it minds."""

from __future__ import annotations

import base64
import grp
import hashlib
import json
import os
import pwd
import shutil
import stat
import tempfile
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = r"""
module: roam_carry
short_description: Put rendered files in place once the daemon accepts them
description:
  - Compares octets, mode and owner of every file, and replaces what differs, each file in one step.
  - Keeps the former files under I(keep) until they are forgotten.
  - Runs the daemon's own check on the whole; puts the former files back when it refuses.
options:
  step:
    description:
      - C(apply) carries; C(revert) puts back what C(apply) of the same run replaced; C(forget) drops it.
    required: true
    type: str
    choices: [apply, revert, forget]
  run:
    description: The name of the run, under which the former files are kept.
    required: true
    type: str
  keep:
    description: The directory of root's in which the former files are kept during the run.
    type: path
    default: /var/lib/seamless-wifi
  job:
    description: The files and the check, as JSON in base64, so that nothing in it is ever taken for a template.
    type: str
attributes:
  check_mode:
    support: full
author: London public-sector roaming
"""
EXAMPLES = r"""
- name: Put the files in place
  roam_carry:
    step: apply
    run: "{{ roam_run }}"
    job: "{{ roam_job }}"
  no_log: true
"""
RETURN = r"""
files:
  description: The paths that were not as they shall be.
  returned: always
  type: list
said:
  description: What the daemon's check said when it refused.
  returned: when refused
  type: str
"""


class RefusedError(Exception):
    """The device does not take the change."""


def main() -> None:
    """Do one step."""
    module = AnsibleModule(
        argument_spec={
            "step": {"type": "str", "required": True, "choices": ["apply", "revert", "forget"]},
            "run": {"type": "str", "required": True},
            "keep": {"type": "path", "default": "/var/lib/seamless-wifi"},
            "job": {"type": "str", "no_log": True},
        },
        required_if=[("step", "apply", ["job"])],
        supports_check_mode=True,
    )
    kept = Path(module.params["keep"]) / Path(module.params["run"]).name
    try:
        {"apply": apply, "revert": revert, "forget": forget}[module.params["step"]](module, kept)
    except OSError as error:
        module.fail_json(msg=f"{error.filename or 'a file'}: {error.strerror}")


def apply(module: AnsibleModule, kept: Path) -> None:
    """Replace what differs, unless the daemon refuses the whole."""
    job = json.loads(base64.b64decode(module.params["job"]))
    module.no_log_values.update(job["masks"])
    pending = [file for file in job["files"] if look(file["path"]) != wanted(file)]
    paths = [file["path"] for file in pending]
    if module.check_mode or not pending:
        module.exit_json(changed=bool(pending), files=paths)
    for file in pending:
        if digest(look(file["path"])) != file["expected"]:
            module.fail_json(msg="drift", files=paths, said=f"{file['path']} has changed since it was read: push again")
    keep(kept, paths)
    try:
        for file in pending:
            put(file["path"], wanted(file))
        read_back(pending)
        check(module, job["check"])
    except (OSError, KeyError, RefusedError) as error:
        put_back(kept)
        module.fail_json(msg="refused", files=paths, said=f"{error}; the former files are back")
    module.exit_json(changed=True, files=paths)


def read_back(files: list[dict[str, Any]]) -> None:
    """Refuse when a file is not what was written."""
    for file in files:
        if look(file["path"]) != wanted(file):
            message = f"{file['path']} is not what was written"
            raise RefusedError(message)


def check(module: AnsibleModule, command: list[str]) -> None:
    """Run the daemon's own check; raise its words when it refuses."""
    code, out, err = module.run_command(command)
    if code:
        raise RefusedError((out + err).strip() or f"its check ends with status {code}")


def revert(module: AnsibleModule, kept: Path) -> None:
    """Put back what this run replaced."""
    there = (kept / "former.json").exists()
    if there and not module.check_mode:
        put_back(kept)
    module.exit_json(changed=there)


def forget(module: AnsibleModule, kept: Path) -> None:
    """Drop the former files of this run."""
    there = kept.exists()
    if there and not module.check_mode:
        shutil.rmtree(kept)
    module.exit_json(changed=False)


def wanted(file: dict[str, Any]) -> tuple[bytes, int, str, str] | None:
    """Return a file as it shall be; None is no file."""
    if file["content"] is None:
        return None
    return base64.b64decode(file["content"]), file["mode"], file["owner"], file["group"]


def look(path: str) -> tuple[bytes, int, str, str] | None:
    """Return a file as it is; None when there is none."""
    try:
        with Path(path).open("rb") as stream:
            status = os.fstat(stream.fileno())
            return stream.read(), stat.S_IMODE(status.st_mode), user(status.st_uid), group(status.st_gid)
    except FileNotFoundError:
        return None


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


def digest(file: tuple[bytes, int, str, str] | None) -> str:
    """Return what a file is known by."""
    if file is None:
        return "none"
    content, mode, owner, members = file
    return hashlib.sha256(content + f"\0{mode:o} {owner} {members}".encode()).hexdigest()


def put(path: str, file: tuple[bytes, int, str, str] | None) -> None:
    """Put a file in place of the old one in one step; None removes it."""
    if file is None:
        Path(path).unlink(missing_ok=True)
        return
    content, mode, owner, members = file
    directory = Path(path).parent
    make_directory(directory)
    descriptor, name = tempfile.mkstemp(prefix=".roam.", dir=directory)
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            os.fchown(descriptor, pwd.getpwnam(owner).pw_uid, grp.getgrnam(members).gr_gid)
            os.fchmod(descriptor, mode)
            stream.flush()
            os.fsync(descriptor)
        draft.replace(path)
    except BaseException:
        draft.unlink()
        raise
    sync(directory)


def make_directory(path: Path) -> None:
    """Make a directory like the one that it stands in."""
    if path.is_dir():
        return
    make_directory(path.parent)
    status = path.parent.stat()
    path.mkdir()
    os.chown(path, status.st_uid, status.st_gid)
    path.chmod(stat.S_IMODE(status.st_mode))


def sync(directory: Path) -> None:
    """Bring a directory to disk."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def keep(kept: Path, paths: list[str]) -> None:
    """Keep the former files, for root's eyes only, before any is touched."""
    kept.parent.mkdir(mode=0o700, exist_ok=True)
    kept.mkdir(mode=0o700)
    former = []
    for number, path in enumerate(paths):
        file = look(path)
        access = None if file is None else list(file[1:])
        if file is not None:
            put(str(kept / str(number)), (file[0], 0o600, "root", "root"))
        former.append({"path": path, "access": access})
    put(str(kept / "former.json"), (json.dumps(former).encode(), 0o600, "root", "root"))


def put_back(kept: Path) -> None:
    """Put the former files back, and remove those that were not there."""
    for number, former in enumerate(json.loads((kept / "former.json").read_text())):
        access = former["access"]
        put(former["path"], None if access is None else ((kept / str(number)).read_bytes(), *access))


if __name__ == "__main__":
    main()
