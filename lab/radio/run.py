"""Run a plan in a guest and keep what it left."""

from __future__ import annotations

import io
import json
import shutil
import tarfile
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from lab.errors import GuestError
from lab.radio.air import read_air
from lab.radio.guest import Boot, boot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from lab.radio.air import Air
    from lab.radio.guest import Guest, Machine, Ran
    from lab.radio.plan import Plan

_PROGRAM: Final = Path(__file__).parent / "files" / "guest.py"
_STEP_S: Final = 13
_BESIDE_S: Final = 5
_START_S: Final = 240


@dataclass(frozen=True, slots=True)
class Walked:
    """A walk that came to its end: what ran it, how long, what each step saw, what the daemons logged, the air."""

    ran: Ran
    seconds: float
    steps: tuple[Mapping[str, Any], ...]
    logs: Mapping[str, str]
    air: Air


def walk(machine: Machine, guest: Guest, plan: Plan, out: Path, step: Callable[[str], None]) -> Walked:
    """Carry a plan out and keep its artefacts in `out`: logs, console.log, air.pcap, result.json.

    Raises GuestError when the guest does not run to its end or a daemon in it does not start.
    """
    out.mkdir(parents=True, exist_ok=True)
    for old in out.iterdir():
        if old.is_file():
            old.unlink()
    began = time.monotonic()
    with _share(plan) as share:
        limit = _START_S + sum(_BESIDE_S if one.together else _STEP_S + one.patience_s for one in plan.scenario.walk)
        try:
            ran = boot(machine, Boot(guest, share, out / "console.log", limit), step)
        finally:
            for file in (share / "out").iterdir():
                shutil.copyfile(file, out / file.name)
    result = _result(out)
    if result["trouble"]:
        message = f"the walk broke off: {result['trouble']}; what was logged is in {out}"
        raise GuestError(message)
    logs = {path.name: path.read_text(encoding="utf-8", errors="replace") for path in out.glob("*.log")}
    return Walked(ran, time.monotonic() - began, tuple(result["steps"]), logs, read_air(out / "air.pcap"))


def _result(out: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads((out / "result.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        message = f"the guest left no result; its console is {out / 'console.log'}"
        raise GuestError(message) from error
    return found


@contextmanager
def _share(plan: Plan) -> Iterator[Path]:
    """Lend the folder that the guest sees; it holds secrets, so it is ours alone and gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="roam-radio-") as name:
        share = Path(name)
        (share / "out").mkdir()
        (share / "in").mkdir()
        _pack(share / "in" / "files.tar", {**plan.files, "plan.json": json.dumps(plan.document).encode()})
        shutil.copyfile(_PROGRAM, share / "in" / "guest.py")
        yield share


def _pack(path: Path, files: Mapping[str, bytes]) -> None:
    with tarfile.open(path, "w") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
