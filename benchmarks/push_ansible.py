"""Push the same 28 lines to the same 50 simulated controllers with Ansible's `cisco.ios.ios_config`, which saves them.

The module reads the running configuration, sends the lines that are missing, and compares with the startup
configuration before it saves: no backup, no way back, no second session. It is GPL-3.0 and no dependency of ours, so
it runs in an environment of its own under build/, made at the first run; all of `ansible-playbook` is timed.
Source: cisco.ios.ios_config, https://docs.ansible.com/ansible/latest/collections/cisco/ios/ios_config_module.html
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.push import CONTROLLERS, LINES, plan, require_saved
from benchmarks.row import Figure, Missing
from lab.devices import FleetProcess

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roaming.transport import Access

FORKS: Final = (25, 50)
RUNS: Final = 2
# cisco.ios 11.1.1 is in `ansible`.
PINS: Final = ("ansible==12.3.0", "ansible-core==2.19.14", "ansible-pylibssh==1.4.0")
_HOME: Final = Path(__file__).parents[1] / "build" / "ansible"
_PLAYBOOK: Final = Path(__file__).with_suffix(".yml")
_PATIENCE_S: Final = 600
# libssh looks for known hosts in the real home only, which is not ours to write: no host key is checked.
_NETWORK: Final = {
    "ansible_connection": "ansible.netcommon.network_cli",
    "ansible_network_cli_ssh_type": "libssh",
    "ansible_network_os": "cisco.ios.ios",
    "ansible_host_key_checking": False,
}


def measure() -> Iterator[Figure | Missing]:
    """Yield the best time for each number of forks, or why there is none."""
    name = f"ios_config: {LINES} lines to {CONTROLLERS} simulated controllers, 0 ms a line"
    if not _installed():
        yield Missing(name, f"pip cannot install {', '.join(PINS)}")
        return
    for forks in FORKS:
        seconds = min(_timed(forks) for _ in range(RUNS))
        yield Figure(f"{name}, {forks} forks", seconds, f"s, apply and save only ({PINS[0]}, libssh)")


def _installed() -> bool:
    """Make the environment unless it is there with these pins. Return whether it is there."""
    made = _HOME / "pins.json"
    if made.exists() and json.loads(made.read_text()) == list(PINS):
        return True
    venv: list[str | Path] = [sys.executable, "-m", "venv", "--clear", _HOME]
    pip: list[str | Path] = [_HOME / "bin" / "python", "-m", "pip", "install", "-q", "--no-compile", *PINS]
    try:
        for words in (venv, pip):
            subprocess.run(words, check=True, capture_output=True, timeout=_PATIENCE_S)  # noqa: S603  fixed words
    except (OSError, subprocess.SubprocessError):
        return False
    made.write_text(json.dumps(PINS))
    return True


def _timed(forks: int) -> float:
    """Return the seconds of one run, with controllers that were just started."""
    with FleetProcess(CONTROLLERS, seed=1) as fleet, tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        _prepare(home, fleet.accesses)
        words: list[str | Path] = [_HOME / "bin" / "ansible-playbook", "-f", str(forks), "-i", home / "hosts.json"]
        # Its own home and no other variable: no ansible.cfg of whoever measures counts.
        variables = {"HOME": folder, "ANSIBLE_HOME": folder, "LC_ALL": "C.UTF-8", "PATH": os.defpath}
        start = time.monotonic()
        done = subprocess.run(  # noqa: S603  fixed words
            [*words, _PLAYBOOK],
            cwd=folder,
            env=variables,
            capture_output=True,
            text=True,
            check=False,
            timeout=_PATIENCE_S,
        )
        seconds = time.monotonic() - start
        if done.returncode:
            raise RuntimeError(done.stdout[:2000] + done.stderr[:2000])
        require_saved(fleet.devices)
    return seconds


def _prepare(home: Path, accesses: tuple[Access, ...]) -> None:
    """Write the lines and the inventory."""
    lines = home / "lines.cfg"
    lines.write_text("\n".join(plan(accesses[0]).commands) + "\n")
    group = {
        "hosts": {access.device: _variables(access) for access in accesses},
        "vars": _NETWORK | {"lines": str(lines)},
    }
    (home / "hosts.json").write_text(json.dumps({"all": group}))


def _variables(access: Access) -> dict[str, object]:
    return {
        "ansible_host": access.host,
        "ansible_port": access.port,
        "ansible_user": access.user,
        "ansible_password": access.password,
    }
