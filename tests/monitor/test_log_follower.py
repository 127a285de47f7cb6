"""Following logs that are rotated, cut off, full of nonsense or not there."""

from __future__ import annotations

import asyncio
import os
import resource
import shutil
import tempfile
from collections import Counter
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.passive.logs import Follower, LogKind, LogTask, Names, Position, PositionFile, reader
from monitor.passive.logs.follower import LONGEST_LINE
from monitor.passive.logs.position_file import parse
from monitor.sample import FakeSink

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SAMPLES = Path(__file__).parent / "logs"


def add(path: Path, octets: bytes) -> None:
    with path.open("ab") as file:
        file.write(octets)


def empty(path: Path) -> None:
    os.truncate(path, 0)


def rotate(path: Path) -> None:
    path.rename(path.with_name("log.1"))
    path.touch()


def copy_and_cut(path: Path) -> None:
    shutil.copy(path, path.with_name("log.1"))
    empty(path)


def write_and_rotate(path: Path) -> None:
    add(path, b"a\n")
    rotate(path)
    add(path, b"b\n")


def rotate_and_overwrite(path: Path) -> None:
    rotate(path)
    path.with_name("log.1").write_bytes(b"of another kind altogether\n")


def end_and_rotate(path: Path) -> None:
    add(path, b"of what was too long")
    rotate(path)


def write_behind_a_hole(path: Path) -> None:
    os.truncate(path, 70 << 20)
    add(path, b"a\n")


def cut_and_write(path: Path) -> None:
    empty(path)
    add(path, b"longer than before\n")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A log with an old line in it."""
    path = tmp_path / "log"
    add(path, b"old\n")
    return path


def followed(path: Path) -> Follower:
    """Return a follower that has begun."""
    one = Follower(path)
    assert list(one.lines()) == []
    return one


Step: TypeAlias = "tuple[Callable[[Path], None] | bytes, list[bytes | None]]"


@pytest.mark.parametrize(
    "steps",
    [
        [(b"a\nb\n", [b"a", b"b"]), (b"", []), (b"c\r\n", [b"c"])],
        [(b"a", []), (b"b", []), (b"c\nd", [b"abc"]), (b"\n", [b"d"])],
        [(b"a\n", [b"a"]), (rotate, []), (b"b\n", [b"b"])],
        [(b"a\nlast words", [b"a"]), (rotate, [b"last words"]), (b"b\n", [b"b"])],
        [(write_and_rotate, [b"a", b"b"])],
        [(b"a\n", [b"a"]), (rotate_and_overwrite, []), (b"b\n", [b"b"])],
        [(b"x" * (1 << 20), [None]), (end_and_rotate, []), (b"b\n", [b"b"])],
        [(b"a\n", [b"a"]), (copy_and_cut, []), (b"b\n", [b"b"])],
        [
            (b"aaaa\n", [b"aaaa"]),
            (cut_and_write, [b"longer than before"]),
        ],
        [(b"a\n", [b"a"]), (Path.unlink, []), (b"new\n", [b"new"])],
        [(b"\xff\xfe\n", [b"\xff\xfe"]), (b"a\0b\n", [b"ab"]), (b"\0" * 100 + b"c\n", [b"c"])],
        [(b"x" * (LONGEST_LINE + 1) + b"\nb\n", [None, b"b"])],
        [(b"x" * (1 << 20), [None]), (b"x" * (1 << 20), []), (b"end\nb\n", [b"b"])],
        [(b"x" * (1 << 20), [None]), (b"\0" * (1 << 20), []), (b"end\nb\n", [b"b"])],
        [(b"\0" * (3 << 20), []), (b"b\n", [b"b"])],
        [(b"\n\n", [b"", b""])],
        # No call reads more than 64 MiB.
        [(write_behind_a_hole, []), (b"", [b"a"])],
    ],
)
def test_every_whole_line_is_read_once(log: Path, steps: list[Step]) -> None:
    one = followed(log)
    for step, wanted in steps:
        if isinstance(step, bytes):
            add(log, step)
        else:
            step(log)
        assert list(one.lines()) == wanted


def test_a_file_that_comes_later_is_read_from_its_beginning(tmp_path: Path) -> None:
    one = followed(tmp_path / "log")
    add(tmp_path / "log", b"first\n")
    assert list(one.lines()) == [b"first"]


def test_a_line_that_was_half_there_at_the_start_is_left_out(log: Path) -> None:
    add(log, b"half a li")
    one = followed(log)
    add(log, b"ne\nwhole\n")
    assert list(one.lines()) == [b"whole"]


def test_a_directory_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="directory"):
        list(Follower(tmp_path).lines())


def test_no_octet_of_a_log_is_kept(log: Path) -> None:
    one = followed(log)
    add(log, b"user=somebody@camden.gov.uk\n")
    assert len(list(one.lines())) == 1
    assert "somebody" not in repr(one.position)


@given(st.lists(st.one_of(st.binary(max_size=30), st.sampled_from(["rotate", "read", "restart", b"\n", b"line\n"]))))
def test_with_rotation_and_restarts_nothing_is_missed_or_repeated(steps: list[bytes | str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log"
        one, written, seen = followed(path), b"", []
        path.touch()
        for step in steps:
            if isinstance(step, bytes):
                add(path, step)
                written += step
            if step == "restart" and one.position is not None:
                one = Follower(path, one.position)
            if step in {"read", "rotate"}:
                seen += list(one.lines())
            if step == "rotate":
                rotate(path)
                seen += list(one.lines())
                written += b"" if written.endswith(b"\n") or not written else b"\n"
        seen += list(one.lines())
    clean = written.replace(b"\0", b"").split(b"\n")[:-1]
    assert [line for line in seen if line] == [line.rstrip(b"\r") for line in clean if line.rstrip(b"\r")]


@given(st.binary())
def test_any_file_is_a_position_or_refused(octets: bytes) -> None:
    with suppress(ValueError):
        assert isinstance(parse(octets), Position)


# The task

NAMES = Names({"camden.gov.uk": "camden"}, {"camden.gov.uk": "camden", "islington.gov.uk": "islington"})


def task(log: Path, kept: Path | None = None) -> LogTask:
    lines = reader(LogKind.VISITS, NAMES, "camden")
    return LogTask(LogKind.VISITS, "camden", Follower(log), lines, PositionFile(kept) if kept else None)


def run(one: LogTask) -> FakeSink:
    sink = FakeSink()
    asyncio.run(one.run(sink))
    return sink


def counted(sink: FakeSink) -> dict[tuple[str, ...], float]:
    total: Counter[tuple[str, ...]] = Counter()
    for one in sink.increments:
        total[one.labels] += int(one.by)
    return dict(total)


def test_lines_are_told_and_counted(log: Path) -> None:
    one = task(log)
    assert run(one).increments == []
    add(log, (SAMPLES / "visits.log").read_bytes() + b"nonsense \xff\n" + b"x" * (LONGEST_LINE + 1) + b"\n")
    sink = run(one)
    assert len(sink.authentications) == 7
    assert counted(sink) == {("visits", "used"): 7, ("visits", "malformed"): 2}
    shown = repr(sink)
    assert "visitor" not in shown
    assert "02-00" not in shown


def test_a_restart_goes_on_where_it_stopped(log: Path, tmp_path: Path) -> None:
    kept = tmp_path / "state" / "logs-visits.json"
    run(task(log, kept))
    add(log, b"while nobody looked\n")
    assert counted(run(task(log, kept))) == {("visits", "malformed"): 1}
    before = kept.stat().st_ino
    assert counted(run(task(log, kept))) == {}
    assert kept.stat().st_ino == before, "what has not moved is not written again"


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"identity": 1}', b"[" * 100_000])
def test_a_damaged_position_is_as_none(log: Path, tmp_path: Path, damage: bytes) -> None:
    kept = tmp_path / "position.json"
    kept.write_bytes(damage)
    one = task(log, kept)
    assert counted(run(one)) == {("logs", "malformed"): 1}
    add(log, b"new\n")
    assert counted(run(one)) == {("visits", "malformed"): 1}


@contextmanager
def full_disk() -> Iterator[None]:
    """Let no file grow: the kernel refuses as it does where there is no space."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_a_full_disk_stops_nothing(log: Path, tmp_path: Path) -> None:
    kept = tmp_path / "position.json"
    one = task(log, kept)
    run(one)
    before = kept.read_bytes()
    add(log, b"a\n")
    with full_disk():
        sink = run(one)
    assert counted(sink) == {("visits", "malformed"): 1, ("logs", "storage"): 1}
    assert kept.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir() if "new" in path.name] == []
    add(log, b"b\n")
    assert counted(run(one)) == {("visits", "malformed"): 1}
    assert kept.read_bytes() != before


def test_a_log_that_cannot_be_read_is_counted(tmp_path: Path) -> None:
    assert counted(run(task(tmp_path))) == {("logs", "unreachable"): 1}
    assert counted(run(task(tmp_path / "not-there-yet"))) == {}
