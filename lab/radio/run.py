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
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from lab.radio.air import Air
    from lab.radio.guest import Guest, Machine, Ran
    from lab.radio.plan import Plan

_PROGRAM: Final = Path(__file__).parent / "files" / "guest.py"
# One of these every run leaves in each of its folders, even a run that did not come to its end.
_OF_A_RUN: Final = frozenset({"console.log", "tcpdump.log", "air.pcap", "result.json"})
_STEP_S: Final = 13
_BESIDE_S: Final = 5
_START_S: Final = 240


@dataclass(frozen=True, slots=True)
class Walked:
    """A walk that came to its end: what ran it, how long, what each step saw, what the daemons logged, the air.

    `seconds` are those of the guest, with the walks before and after in it.
    """

    ran: Ran
    seconds: float
    steps: tuple[Mapping[str, Any], ...]
    logs: Mapping[str, str]
    air: Air


def walk(machine: Machine, guest: Guest, plan: Plan, out: Path, step: Callable[[str], None]) -> Walked:
    """Carry a plan out and keep its artefacts in `out`: logs, console.log, air.pcap, result.json.

    Raises GuestError when the guest does not run to its end or a daemon in it does not start.
    """
    (walked,) = walk_all(machine, guest, {out: plan}, step)
    return walked


def walk_all(
    machine: Machine, guest: Guest, plans: Mapping[Path, Plan], step: Callable[[str], None]
) -> tuple[Walked, ...]:
    """Carry plans out in one guest, one after the other, each with a folder for its artefacts.

    Most of a short walk's time is the guest's start. The console is kept in the first folder. Raises GuestError as
    `walk` does, and for a folder with files that no run left.
    """
    for out in plans:
        _refuse_others(out)
    for out in plans:
        _empty(out)
    began = time.monotonic()
    console = next(iter(plans)) / "console.log"
    with _share(plans.values()) as share:
        limit = _START_S + sum(_limit_s(plan) for plan in plans.values())
        try:
            ran = boot(machine, Boot(guest, share, console, limit), step)
        finally:
            _collect(share / "out", list(plans))
    seconds = time.monotonic() - began
    return tuple(_walked(ran, seconds, out, console) for out in plans)


def _refuse_others(out: Path) -> None:
    """Raise GuestError where files would be removed that may be somebody's own."""
    files = {old.name for old in out.iterdir() if old.is_file()} if out.exists() else set()
    if files and files.isdisjoint(_OF_A_RUN):
        message = f"{out} holds files that no walk left, and a walk would remove them: give it a folder of its own"
        raise GuestError(message)


def _empty(out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    for old in out.iterdir():
        if old.is_file():
            old.unlink()


def _limit_s(plan: Plan) -> int:
    return sum(_BESIDE_S if one.together else _STEP_S + one.patience_s for one in plan.scenario.walk)


def _collect(left: Path, outs: Sequence[Path]) -> None:
    for number, out in enumerate(outs):
        folder = left / _name(number)
        for file in folder.iterdir() if folder.is_dir() else ():
            shutil.copyfile(file, out / file.name)


def _walked(ran: Ran, seconds: float, out: Path, console: Path) -> Walked:
    result = _result(out, console)
    if result["trouble"]:
        message = f"the walk broke off: {result['trouble']}; what was logged is in {out}"
        raise GuestError(message)
    logs = {path.name: path.read_text(encoding="utf-8", errors="replace") for path in out.glob("*.log")}
    return Walked(ran, seconds, tuple(result["steps"]), logs, read_air(out / "air.pcap"))


def _result(out: Path, console: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads((out / "result.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        message = f"the guest left no result; its console is {console}"
        raise GuestError(message) from error
    return found


@contextmanager
def _share(plans: Iterable[Plan]) -> Iterator[Path]:
    """Lend the folder that the guest sees; it holds secrets, so it is ours alone and gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="roam-radio-") as name:
        share = Path(name)
        (share / "out").mkdir()
        (share / "in").mkdir()
        for number, plan in enumerate(plans):
            content = {**plan.files, "plan.json": json.dumps(plan.document).encode()}
            _pack(share / "in" / f"{_name(number)}.tar", content)
        shutil.copyfile(_PROGRAM, share / "in" / "guest.py")
        yield share


def _name(number: int) -> str:
    return f"{number:02}"


def _pack(path: Path, files: Mapping[str, bytes]) -> None:
    with tarfile.open(path, "w") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
