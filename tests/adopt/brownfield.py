"""Run inside a network namespace of its own: a brownfield Catalyst at the inventory's address, and `roam` against it.

An inventory's device may not have a loopback address, so the namespace's `lo` gets the controller's. What the commands
said is printed as JSON.
"""

from __future__ import annotations

import difflib
import json
import os
import subprocess
import sys
from pathlib import Path

from lab.devices import Fleet, FleetSetup

ADDRESS = "10.213.9.1"
INVENTORY = Path(__file__).parent / "inventory"
EXCEPTION = '        - "radius server LON-eastmarsh-rad-1 / timeout"\n'


def roam(*words: str | Path) -> dict[str, object]:
    """Run a command of roam."""
    done = subprocess.run(
        [sys.executable, "-m", "roaming.cli", *map(str, words)], capture_output=True, text=True, check=False
    )
    return {"status": done.returncode, "out": done.stdout, "err": done.stderr}


def main(work: Path) -> None:
    for words in (("link", "set", "lo", "up"), ("address", "add", f"{ADDRESS}/32", "dev", "lo")):
        subprocess.run(["ip", *words], check=True)
    with Fleet(1, FleetSetup(names=("eastmarsh-wlc",), addresses=(ADDRESS,), port=22)) as fleet:
        access, device = fleet.access(0), fleet.devices[0]
        secrets, known = work / "secrets" / "eastmarsh", work / "known_hosts"
        secrets.mkdir(parents=True, mode=0o700)
        for name, value in (
            ("wlc-login", access.password),
            ("wlc", "a-key-of-32-octets-for-RADIUS-01"),
            ("coa", "b" * 32),
        ):
            (secrets / name).write_text(str(value))
            (secrets / name).chmod(0o600)
        known.write_text(f"{access.host} {access.host_key}\n")
        os.environ |= {"ROAM_SECRETS": str(work / "secrets"), "ROAM_KNOWN_HOSTS": str(known)}
        before, adopted = device.running_text(), work / "adopted"
        limit = ("--limit", "eastmarsh/eastmarsh-wlc", "--state", str(work / "state"))
        said = {
            "diff before": roam("diff", "-i", INVENTORY, *limit),
            "shown": roam("adopt", "eastmarsh-wlc", "-i", INVENTORY),
            "json": roam("adopt", "eastmarsh-wlc", "-i", INVENTORY, "--json"),
            "adopt": roam("adopt", "eastmarsh-wlc", "-i", INVENTORY, "-o", adopted),
            "diff": roam("diff", "-i", adopted, *limit),
            "again": roam("adopt", "eastmarsh-wlc", "-i", adopted),
            "check": roam("check", "-i", adopted),
        }
        file = adopted / "boroughs" / "eastmarsh.yml"
        file.write_text(file.read_text().replace(EXCEPTION, "", 1))
        said["diff without an exception"] = roam("diff", "-i", adopted, *limit)
        said["untouched"] = {"status": int(device.running_text() != before)}
        said["push"] = roam("push", "-i", adopted, *limit, "--yes")
        said["diff after the push"] = roam("diff", "-i", adopted, *limit)
        lines = difflib.ndiff(before.splitlines(), device.running_text().splitlines())
        said["changed"] = {"out": [line for line in lines if not line.startswith("  ")]}
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
