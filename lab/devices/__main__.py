"""`python -m lab.devices --count 50 --state FILE`: a fleet as a process. It prints ports and host keys."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lab.devices.catalyst import Setup
from lab.devices.fleet import Fleet, FleetSetup
from lab.errors import LabError
from lab.logins import HostKey

if TYPE_CHECKING:
    from collections.abc import Sequence

_OWNER_ONLY: Final = 0o600


def _options(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m lab.devices", description=__doc__)
    parser.add_argument("--count", type=int, help="how many devices; one, or one for each address")
    parser.add_argument("--port-base", type=int, help="port of the first; the kernel chooses without it")
    parser.add_argument("--addresses", default="", help="where they listen, with commas; the loopback without them")
    parser.add_argument("--port", type=int, help="the port that each of these addresses has")
    parser.add_argument("--state", type=Path, required=True, help="JSON with the logins and the control socket, 0600")
    parser.add_argument("--names", default="", help="hostnames, with commas; wlc-1, wlc-2, … without them")
    parser.add_argument("--config", type=Path, help="the first configuration; the brownfield without it")
    parser.add_argument("--minute-s", type=float, default=60, help="seconds a minute of the revert timer takes")
    parser.add_argument("--seed", type=int, help="makes the devices' random choices repeatable")
    parser.add_argument("--user", default="roam", help="who may log in")
    parser.add_argument("--own", type=Path, help="a folder with a lab device's host key, password and login keys")
    parser.add_argument("--own-host-keys", action="store_true", help="a host key a device, not one for all")
    parser.add_argument("--until-eof", action="store_true", help="end when standard input ends")
    return parser.parse_args(words)


def _words(given: str) -> tuple[str, ...]:
    return tuple(word for word in given.split(",") if word)


def _setup(given: argparse.Namespace) -> FleetSetup:
    config = given.config.read_text() if given.config else None
    own = _own(given.own) if given.own else {}
    return FleetSetup(
        device=Setup(config=config, minute_s=given.minute_s),
        names=_words(given.names),
        port_base=given.port_base,
        addresses=_words(given.addresses),
        port=given.port,
        own_host_keys=given.own_host_keys,
        control=given.state.with_suffix(".sock"),
        seed=given.seed,
        user=given.user,
        password=own.get("password"),
        authorized_keys=tuple(own.get("authorized_keys", "").splitlines()),
        host_key=HostKey(own["ssh_host_ed25519_key"], own["ssh_host_ed25519_key.pub"].strip()) if own else None,
    )


def _own(folder: Path) -> dict[str, str]:
    """Read what the lab mounts into a device, by the files' names."""
    return {path.name: path.read_text(encoding="ascii") for path in folder.iterdir() if path.is_file()}


def _state(fleet: Fleet, control: Path) -> dict[str, object]:
    """Return what another process needs to reach the devices."""
    accesses = [fleet.access(place) for place in range(len(fleet.devices))]
    names = ("device", "host", "port", "user", "password", "host_key")
    return {
        "pid": os.getpid(),
        "control": str(control),
        "login_key": fleet.access(0, by_key=True).key,
        "devices": [{name: getattr(access, name) for name in names} for access in accesses],
    }


def _write(path: Path, data: object) -> None:
    """Write the state whole or not at all, for its owner only."""
    new = path.with_suffix(".new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _OWNER_ONLY), "w") as file:
        json.dump(data, file)
    new.rename(path)


def _wait(*, until_eof: bool) -> None:
    """Wait for the end of standard input, or for a signal."""
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    if until_eof:

        def read() -> None:
            sys.stdin.buffer.read()
            over.set()

        threading.Thread(target=read, daemon=True).start()
    over.wait()


def main(words: Sequence[str] | None = None) -> int:
    """Serve until told to stop."""
    given = _options(words)
    setup = _setup(given)
    control = given.state.with_suffix(".sock")
    count = given.count or len(setup.addresses) or 1
    try:
        with Fleet(count, setup) as fleet:
            _write(given.state, _state(fleet, control))
            for place in range(count):
                access = fleet.access(place)
                print(access.device, f"{access.host}:{access.port}", access.host_key, flush=True)  # noqa: T201  a command
            _wait(until_eof=given.until_eof)
    except LabError as error:
        print(error, file=sys.stderr)  # noqa: T201  a command
        return 1
    finally:
        given.state.unlink(missing_ok=True)
        control.unlink(missing_ok=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
