"""Rehearsals before a push: the words of the command, the program that is run, and what follows from how it went."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections import deque
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roaming.errors import PushError
from roaming.plan import Rehearsal
from roaming.push import Ending, FakePerformer, Performance, Program, RehearsalCommand, Stage

INVENTORY = Path("/srv/inventory")
COMMAND = RehearsalCommand.parse("roam-lab radio {scenario} -i {inventory}")
WALK, SHIFT = Rehearsal("walk", ("hackney/service-centre",)), Rehearsal("shift", ("hackney/a", "hackney/b"))
WELL, BADLY = Performance(0, 93.4), Performance(1, 93.4)
SAY = "it would rehearse something else, say 'roam-lab radio {scenario} -i {inventory}'"
BARE = (
    "hackney/service-centre demands that walk passes before a push, and nothing says what runs it: "
    "set ROAM_REHEARSAL (or give --rehearse-with), such as 'roam-lab radio {scenario} -i {inventory}'; "
    "in an emergency give --waive-rehearsals REASON: the reason stands in the journal"
)
CHILD = "import subprocess, sys, time; print(subprocess.Popen(['sleep', '60']).pid, flush=True); time.sleep(60)"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("roam-lab radio {scenario} -i {inventory}", ("roam-lab", "radio", "walk", "-i", "/srv/inventory")),
        (
            "'/opt/my lab/run' --in={inventory}/scenarios/{scenario}.yml \"\"",
            ("/opt/my lab/run", "--in=/srv/inventory/scenarios/walk.yml", ""),
        ),
        ("x {scenario}; rm $HOME > {inventory} | *", ("x", "walk;", "rm", "$HOME", ">", "/srv/inventory", "|", "*")),
        ("x {scenario} {inventory} {} {A} {a-b}", ("x", "walk", "/srv/inventory", "{}", "{A}", "{a-b}")),
    ],
)
def test_a_command_is_words_and_no_shell(text: str, words: tuple[str, ...]) -> None:
    assert RehearsalCommand.parse(text).of("walk", INVENTORY) == words


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("roam-lab 'radio {scenario}", '"roam-lab \'radio {scenario}" is no command: no closing quotation'),
        (
            "x {scenario} {inventory} {site}",
            "there is no {site} to put into 'x {scenario} {inventory} {site}': there are {scenario} and {inventory}",
        ),
        ("x {scenario}", f"'x {{scenario}}' has no {{inventory}}: {SAY}"),
        ("", f"'' has no {{scenario}} and no {{inventory}}: {SAY}"),
    ],
)
def test_what_cannot_rehearse_is_refused(text: str, said: str) -> None:
    with pytest.raises(PushError) as caught:
        RehearsalCommand.parse(text)
    assert str(caught.value) == said


@given(st.text(min_size=1, max_size=20), st.text(min_size=1, max_size=20))
def test_law_what_is_rehearsed_is_one_word_whatever_it_is_called(scenario: str, folder: str) -> None:
    inventory = Path("/") / folder.replace("\0", "")
    assert COMMAND.of(scenario, inventory) == ("roam-lab", "radio", scenario, "-i", str(inventory))


def python(text: str) -> tuple[str, ...]:
    return (sys.executable, "-c", text)


def test_a_program_is_heard_on_standard_error_and_knows_no_secret(capfd: pytest.CaptureFixture[str]) -> None:
    ours = {"ROAM_SECRET_CAMDEN_AP": "s3cr3t", "ROAM_SECRETS": "/s", "ROAM_VAULT_PASSWORD": "v"}
    given = {**ours, "ROAM_MONITOR_PASSWORD": "m", "HOME": "/h"}
    tell = "import os, sys; print([name for name in os.environ if name == 'HOME' or 'ROAM' in name])"
    went = Program(given).perform(python(f"{tell}; print('a fault', file=sys.stderr); sys.exit(len(sys.stdin.read()))"))
    assert (went.status, went.why) == (0, "")
    said = capfd.readouterr()
    assert said.out == ""
    assert sorted(said.err.splitlines()) == ["['HOME']", "a fault"]


@pytest.mark.parametrize("status", [0, 1, 7])
def test_an_exit_status_is_told(status: int) -> None:
    went = Program().perform(python(f"raise SystemExit({status})"))
    assert went.status == status
    assert went.words == f"exit status {status} after 0 s"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("/nowhere/roam-lab",), "it cannot be run: No such file or directory"),
        (("/",), "it cannot be run: Permission denied"),
        (("a\0b",), "it cannot be run: embedded null byte"),
        (python("import os; os.kill(os.getpid(), 9)"), "it was ended by signal 9 after 0 s"),
    ],
)
def test_what_has_no_exit_status_is_told(words: tuple[str, ...], said: str) -> None:
    went = Program().perform(words)
    assert (went.status, went.words) == (None, said)


def gone(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return True
    return state == "Z"


def test_what_takes_too_long_is_ended_with_all_that_it_started(capfd: pytest.CaptureFixture[str]) -> None:
    went = Program(limit_s=1).perform(python(CHILD))
    assert (went.status, went.words) == (None, "it was ended because it ran longer than 1 s")
    process = int(capfd.readouterr().err)
    until = time.monotonic() + 5
    while not gone(process):
        assert time.monotonic() < until, "what it started runs on"
        time.sleep(0.05)


def test_what_does_not_end_when_it_is_asked_is_killed(capfd: pytest.CaptureFixture[str]) -> None:
    began = time.monotonic()
    went = Program(limit_s=1, grace_s=0.2).perform(python(STUBBORN))
    assert went.words == "it was ended because it ran longer than 1 s"
    assert time.monotonic() - began < 10
    assert capfd.readouterr().err == "up\n"


def test_who_interrupts_a_push_ends_its_rehearsal(capfd: pytest.CaptureFixture[str]) -> None:
    tell = "import os, signal, time; print(os.getpid(), flush=True)"
    ask = f"{tell}; os.kill({os.getpid()}, signal.SIGINT); time.sleep(60)"
    with pytest.raises(KeyboardInterrupt):
        Program().perform(python(ask))
    assert gone(int(capfd.readouterr().err))
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def stage(*answers: Performance) -> tuple[Stage, FakePerformer]:
    performer = FakePerformer(deque(answers))
    return Stage(INVENTORY, COMMAND, performer=performer), performer


def test_what_passes_is_no_reason_to_stop() -> None:
    played, performer = stage(WELL, WELL)
    said: list[str] = []
    done = played.rehearse((WALK, SHIFT), said.append)
    assert performer.asked == [
        ("roam-lab", "radio", "walk", "-i", "/srv/inventory"),
        ("roam-lab", "radio", "shift", "-i", "/srv/inventory"),
    ]
    assert said == [
        "rehearsing walk for hackney/service-centre: roam-lab radio walk -i /srv/inventory",
        "walk for hackney/service-centre: passed, exit status 0 after 93 s",
        "rehearsing shift for hackney/a, hackney/b: roam-lab radio shift -i /srv/inventory",
        "shift for hackney/a, hackney/b: passed, exit status 0 after 93 s",
    ]
    assert played.refusal(done) is None
    assert done[0].document() == {
        "scenario": "walk",
        "sites": ["hackney/service-centre"],
        "ending": "passed",
        "words": "exit status 0 after 93 s",
        "command": ["roam-lab", "radio", "walk", "-i", "/srv/inventory"],
        "status": 0,
        "seconds": 93.4,
    }


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (BADLY, "exit status 1 after 93 s"),
        (
            Performance(None, why="it cannot be run: No such file or directory"),
            "it cannot be run: No such file or directory",
        ),
    ],
)
def test_the_first_that_fails_is_the_last(answer: Performance, said: str) -> None:
    played, performer = stage(answer)
    done = played.rehearse((WALK, SHIFT), lambda _: None)
    assert len(performer.asked) == 1
    assert [one.ending for one in done] == [Ending.FAILED]
    assert played.refusal(done) == f"the rehearsal walk for hackney/service-centre failed: {said}"


def test_what_was_changed_meanwhile_was_not_rehearsed() -> None:
    played = replace(stage(WELL)[0], unchanged=lambda: False)
    done = played.rehearse((WALK,), lambda _: None)
    assert played.refusal(done) == "/srv/inventory was changed while it was rehearsed: push again"
    assert played.refusal(()) is None


def test_who_waives_rehearsals_answers_for_them() -> None:
    played, performer = stage()
    waived = replace(played, waiver="INC42, no QEMU here", unchanged=lambda: False)
    done = waived.rehearse((WALK, SHIFT), lambda _: None)
    assert performer.asked == []
    assert [str(one) for one in done] == [
        "walk for hackney/service-centre: waived, INC42, no QEMU here",
        "shift for hackney/a, hackney/b: waived, INC42, no QEMU here",
    ]
    assert waived.refusal(done) is None


def test_without_a_command_nothing_can_be_rehearsed() -> None:
    bare = Stage(INVENTORY)
    assert bare.objections((WALK,)) == (BARE,)
    assert bare.objections(()) == ()
    assert replace(bare, command=COMMAND).objections((WALK,)) == ()
    assert replace(bare, waiver="INC42").objections((WALK,)) == ()
