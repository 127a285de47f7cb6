"""One fault, from the push that it hits to the verdict: what the oracle sees, what the push says, what `--resume` says.

A device has two sides, and every push leads from the one that it runs to the other: nothing has to be brought back.
"""

from __future__ import annotations

import itertools
import queue
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Protocol

from roaming.plan import Plan, Wave
from roaming.push import Outcome
from tests.faults.errand import HALTED, Child, Load, Moment, first_push, push, resume
from tests.faults.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from concurrent.futures import Future

    from roaming.plan import DevicePlan
    from roaming.push import DeviceResult, Wanted
    from tests.faults.errand import Errand, Told
    from tests.faults.oracle import Finding

OTHER: Final = {"a": "b", "b": "a"}
# A service that restarts is down for a moment, and a look may fall between two processes.
_LOOKS: Final = 4


class Box(Protocol):
    """A device of the lab, whatever it is. `carried` is how many octets went to and from it since it was mended."""

    @property
    def carried(self) -> int: ...

    def look(self) -> Finding:
        """Have the oracle look at it."""
        ...

    def mend(self) -> None:
        """Take every hindrance away that was laid between it and us."""
        ...

    def expire(self) -> None:
        """Let the time be over for which it stays taken."""
        ...

    def restore(self, side: str) -> str:
        """Bring it by force to a side, that one if it can, and return which; for a device that is broken."""
        ...


@dataclass
class Stall:
    """Devices that go in one push, and how they are pushed. `settles_s` is when every timer must have ended."""

    errand: Errand
    boxes: Mapping[str, Box]
    plans: dict[str, dict[str, DevicePlan]]
    wanted: Mapping[str, Mapping[str, Wanted]]
    tally: Tally
    settles_s: float
    pause_s: float
    kind: str = ""
    sides: dict[str, str] = field(default_factory=dict)
    length_s: float = 0
    octets: int = 0
    _states: itertools.count[int] = field(default_factory=itertools.count)

    def begin(self) -> None:
        """Bring every device to its first side, and measure a push there and back."""
        load = Load(Plan((), ()), (), tuple(wanted["a"] for wanted in self.wanted.values()))
        told = Child(first_push, self.errand, load).end()
        assert _changed(told, self.boxes), told
        self.sides = dict.fromkeys(self.boxes, "a")

    def measure(self) -> None:
        """Push undisturbed."""
        for box in self.boxes.values():
            box.mend()
        child = Child(push, self.errand, self.load())
        began = time.monotonic()
        told = child.end()
        assert _changed(told, self.boxes), told
        self.length_s = time.monotonic() - began
        self.octets = sum(box.carried for box in self.boxes.values())
        self.sides = {name: OTHER[side] for name, side in self.sides.items()}
        assert {name: self._settled(name).side for name in self.boxes} == self.sides

    def load(self) -> Load:
        """Return what leads each device to its other side."""
        plans = tuple(self._plan(name, side) for name, side in self.sides.items())
        wanted = tuple(self.wanted[name][OTHER[side]] for name, side in self.sides.items())
        return Load(Plan(plans, ()), (Wave(plans[0].device.kind, plans, "1 of 1", canary=False),), wanted)

    def _plan(self, name: str, side: str) -> DevicePlan:
        """Return the plan away from a side, made once from what the device runs there."""
        if side not in self.plans[name]:
            plan = self.errand.campaign().plan((self.wanted[name][OTHER[side]],))
            (self.plans[name][side],) = plan.pending
        return self.plans[name][side]

    def survive(self, kind: str, name: str, hinder: Hinder, *, wait: bool = True) -> None:
        """Push, hindered; then hold oracle, push and `--resume` against each other, and see that nothing is left.

        With `wait` nobody helps the devices before the oracle has judged them. Raises AssertionError for a broken one.
        """
        told = hinder(self)
        load, before = self.load(), dict(self.sides)
        self.tally.happened(kind)
        for box in self.boxes.values():
            box.mend()
        seen = {one: self._judged(one, before[one], name) for one in self.boxes} if wait else {}
        settled = Child(resume, self.errand, load).end()
        said = said_of(told) | said_of(settled)
        faults = [_faults(finding) for finding in seen.values()]
        faults += [self._accounted(one, before[one], seen.get(one), said.get(one), name) for one in self.boxes]
        faults += [(f"--resume fails: {settled}",)] if isinstance(settled, str) else []
        assert not any(faults), f"{name}: {faults} (seed {self.tally.seed}; the push said {told}, --resume {settled})"

    def passed(self, told: Told | None) -> None:
        """Take it that a push was over before it could be hindered."""
        changed = {name for name, one in said_of(told).items() if one.outcome is Outcome.CHANGED}
        self.sides = {name: OTHER[side] if name in changed else side for name, side in self.sides.items()}

    def _judged(self, device: str, before: str, when: str) -> Finding:
        """Have the oracle judge a device that nobody helps; a broken one is counted."""
        finding = self._settled(device)
        side = "old" if finding.side == before else "new"
        self.tally.judged(device, side, _faults(finding), when)
        return finding

    def _accounted(
        self, device: str, before: str, seen: Finding | None, said: DeviceResult | None, when: str
    ) -> tuple[str, ...]:
        """See that what was said is what is, and that the device is free."""
        if said is not None and said.outcome is Outcome.UNKNOWN:
            self.tally.called(device)
            self.restore(device, before)
            return ()
        finding = self._settled(device)
        if finding.leased and said is not None and said.outcome is Outcome.UNREACHABLE:
            # It was lost before the push knew that it had it. The next trial's push has to take it over.
            self.boxes[device].expire()
            finding = replace(finding, held=())
        faults = (*_faults(finding), *_contradictions(finding, before, seen, said))
        if seen is None or (faults and not seen.broken):
            side = "old" if finding.side == before else "new"
            self.tally.judged(device, side, faults, f"{when}, after --resume")
        if faults:
            self.restore(device, before)
        else:
            self.sides[device] = str(finding.side)
        return faults

    def restore(self, device: str, side: str) -> None:
        """Bring a device back by force, and forget what was pushed to it."""
        self.sides[device] = self.boxes[device].restore(side)
        self.errand = replace(self.errand, state=self.errand.state.with_name(f"state-{next(self._states)}"))

    def _settled(self, device: str) -> Finding:
        """Look until the device does nothing by itself any more; what is broken must be so for a while."""
        until = time.monotonic() + self.settles_s
        broken = 0
        while True:
            finding = self.boxes[device].look()
            broken = broken + 1 if finding.broken and not finding.busy else 0
            if not finding.busy and (not finding.broken or broken == _LOOKS):
                return finding
            if time.monotonic() > until:
                return finding
            time.sleep(self.pause_s)


def _contradictions(finding: Finding, before: str, seen: Finding | None, said: DeviceResult | None) -> tuple[str, ...]:
    """Return where oracle, push and device disagree."""
    found = []
    if said is not None and (said.outcome is Outcome.CHANGED) != (finding.side == OTHER[before]):
        found.append(f"said to be {said.outcome} ({said.words}), and it is on side {finding.side}, from {before}")
    if seen is not None and not seen.broken and seen.side != finding.side:
        found.append(f"it was on side {seen.side}, and --resume left it on {finding.side}")
    if finding.held:
        found.append(f"left behind: {', '.join(finding.held)}")
    return tuple(found)


def _faults(finding: Finding) -> tuple[str, ...]:
    if finding.busy:
        return ("it never came to rest",)
    return finding.faults or (("it is neither old nor new",) if finding.side is None else ())


def said_of(told: Told | None) -> dict[str, DeviceResult]:
    return {} if told is None or isinstance(told, str) else {one.device: one for one in told}


def _changed(told: Told | None, names: Iterable[str]) -> bool:
    return {name: one.outcome for name, one in said_of(told).items()} == dict.fromkeys(names, Outcome.CHANGED)


Hinder = Callable[[Stall], "Told | None"]
Trial = Callable[[Stall], None]


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault by name, and its trial, which raises AssertionError when it is not survived; on a stall of its kind."""

    name: str
    trial: Trial
    kind: str = ""


class Trials:
    """Stalls at work: each trial waits for a free one of its kind."""

    def __init__(self, stalls: list[Stall]) -> None:
        self._free: dict[str, queue.Queue[Stall]] = {stall.kind: queue.Queue() for stall in stalls}
        self._pools = {kind: ThreadPoolExecutor(sum(one.kind == kind for one in stalls)) for kind in self._free}
        with ThreadPoolExecutor(len(stalls)) as pool:
            list(pool.map(Stall.begin, stalls))
            list(pool.map(Stall.measure, stalls))
        for stall in stalls:
            self._free[stall.kind].put(stall)

    def submit(self, fault: Fault) -> Future[None]:
        """Have a trial made on the next stall that is free."""
        return self._pools[fault.kind].submit(self._try, fault)

    def _try(self, fault: Fault) -> None:
        stall = self._free[fault.kind].get()
        before = dict(stall.sides)
        try:
            fault.trial(stall)
        except BaseException:
            # The next trial shall not suffer for this one.
            for name, side in before.items():
                stall.restore(name, side)
            raise
        finally:
            self._free[fault.kind].put(stall)

    def close(self) -> None:
        """Let what has not begun be."""
        for pool in self._pools.values():
            pool.shutdown(cancel_futures=True)


# ---- the faults that every platform meets

LINES: Final = 12


def every_line() -> list[Moment]:
    """Return every moment of a push of one device."""
    return [Moment(line, after) for line in range(1, LINES + 1) for after in (False, True)]


def kill_at(moment: Moment) -> Fault:
    """Kill a push at a line of its journal."""
    name = f"killed {moment}"

    def hinder(stall: Stall) -> None:
        told = Child(push, replace(stall.errand, death=moment), stall.load()).end()
        assert told is None, f"it lived: {told}"

    return Fault(name, lambda stall: stall.survive("kills", name, hinder))


def kill_at_random(number: int) -> Fault:
    """Kill a push at a random moment of its length; one that was over by then is no kill, and another is made.

    Every fourth time nobody waits for the device's timer: `--resume` comes at once.
    """
    name = f"random kill {number}"

    def hinder(stall: Stall) -> None:
        dice = stall.tally.random(name)
        while not (child := Child(push, stall.errand, stall.load())).kill_after(dice.uniform(0, stall.length_s)):
            stall.passed(child.end())

    return Fault(name, lambda stall: stall.survive("kills", name, hinder, wait=bool(number % 4)))


def kill_both(first: Moment, second: Moment) -> Fault:
    """Kill a push, and then `--resume` too."""
    name = f"killed {first}, and --resume {second}"

    def hinder(stall: Stall) -> None:
        told = Child(push, replace(stall.errand, death=first), stall.load()).end()
        assert told is None, f"it lived: {told}"
        Child(resume, replace(stall.errand, death=second), stall.load()).end()

    return Fault(name, lambda stall: stall.survive("kills", name, hinder))


def unarmed(fault: Fault) -> Fault:
    """Try whether the oracle finds the device broken that a fault leaves behind when nothing was armed."""

    def trial(stall: Stall) -> None:
        own = Tally(f"{stall.tally.platform} without ARM", stall.tally.seed)
        twin = replace(stall, errand=replace(stall.errand, armed=False), tally=own)
        with suppress(AssertionError):
            fault.trial(twin)
        stall.sides, stall.errand = twin.sides, replace(twin.errand, armed=True)
        assert own.broken, f"nothing was armed, and nobody noticed: {own}"

    return Fault(f"unarmed, {fault.name}", trial)


def meddle(
    name: str,
    moment: Moment,
    deed: Callable[[Stall], None],
    *,
    said: str = "",
    undo: Callable[[Stall], None] | None = None,
) -> Fault:
    """Do something to the device while a push waits at a moment; `said` has to stand in the words that it ends with.

    What a stranger did to the device is undone before it is judged: it has to be all that is strange there.
    """

    def hinder(stall: Stall) -> Told | None:
        errand = replace(stall.errand, halt=moment)
        child = Child(push, errand, stall.load())
        try:
            assert child.halted(errand), f"it did not wait {moment}: {child.end()}"
            deed(stall)
        finally:
            (errand.state / HALTED).unlink(missing_ok=True)
        told = child.end()
        if undo is not None:
            undo(stall)
        assert said in str(told), told
        return told

    return Fault(name, lambda stall: stall.survive("other faults", name, hinder))


def journal_disk_full(lines: int) -> Fault:
    """Let no more than so many lines, about, go into the journal, as on a full disk."""
    name = f"no room for more than {lines} lines of the journal"

    def hinder(stall: Stall) -> Told | None:
        journal = stall.errand.state / "journal.jsonl"
        size = journal.stat().st_size if journal.exists() else 0
        told = Child(push, replace(stall.errand, octets=size + lines * 330), stall.load()).end()
        assert "the journal cannot be written" in str(told) or said_of(told), told
        return told

    return Fault(name, lambda stall: stall.survive("other faults", name, hinder))


def two_at_once(held: str, moment: Moment) -> Fault:
    """Push from two machines at once: whoever comes second is told who holds the device, and touches nothing."""
    name = "two pushes at once"

    def hinder(stall: Stall) -> Told | None:
        other = replace(stall.errand, state=stall.errand.state.with_name("second"))
        waits = replace(stall.errand, halt=moment)
        first = Child(push, waits, stall.load())
        try:
            assert first.halted(waits)
            second = Child(push, other, stall.load()).end()
            same = Child(push, stall.errand, stall.load()).end()
        finally:
            (waits.state / HALTED).unlink(missing_ok=True)
        told = first.end()
        assert "another push is under way (process " in str(same), same
        assert {one.outcome for one in said_of(second).values()} == {Outcome.REFUSED}, second
        assert held in str(second), second
        return told

    return Fault(name, lambda stall: stall.survive("other faults", name, hinder))
