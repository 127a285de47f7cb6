"""A session with an agent, whatever the agent says; and the real program as a child."""

from __future__ import annotations

import json
import os
import shutil
import stat
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roaming.eap import (
    AgentSession,
    FakeChannel,
    LocalChannel,
    PasswordLogin,
    Reason,
    answer_of,
    command,
)
from roaming.eap.protocol import LONGEST_LINE, Answer, Malformed, Reader, Ready, message
from roaming.errors import QuoteError, TransportError
from tests.eap.conversations import GOOD

if TYPE_CHECKING:
    from collections.abc import Callable

TRANSCRIPTS = Path(__file__).parent / "transcripts"
ACCEPTED = (TRANSCRIPTS / "peap-accepted.txt").read_text()


def well(request: dict[str, object]) -> bytes:
    return answer_of(ACCEPTED, int(str(request["id"])))


def test_many_conversations_at_once_each_have_their_own_answer() -> None:
    channel = FakeChannel(well)
    with AgentSession(channel) as session, ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(session.converse, [GOOD] * 40))
    assert {outcome.reason for outcome in outcomes} == {Reason.ACCEPTED}
    assert sorted(int(str(request["id"])) for request in channel.requests) == list(range(1, 41))


def test_what_is_no_answer_is_counted_and_the_next_is_heard() -> None:
    rubbish = b'garbage\n{"id": 1\n\xff\xfe\n[]\n{"id": true}\n{"id": 99, "broken": "x"}\n' + b"x" * 1_500_000 + b"\n"
    malformed: list[None] = []
    session = AgentSession(FakeChannel(lambda request: rubbish + well(request)), lambda: malformed.append(None))
    with session:
        assert session.converse(GOOD).reason is Reason.ACCEPTED
    assert len(malformed) == 7


def test_an_agent_that_says_nothing_is_given_up() -> None:
    with AgentSession(FakeChannel(lambda _: b" "), late_s=0.1) as session:
        outcome = session.converse(replace(GOOD, timeout=0))
        assert (outcome.reason, outcome.sentence) == (
            Reason.AGENT_BROKEN,
            "the agent did not say what became of it",
        )
        assert session.trouble is not None


def test_a_session_that_ends_ends_what_waits() -> None:
    session = AgentSession(FakeChannel(lambda _: b""))
    threading.Timer(0.1, session.close).start()
    outcome = session.converse(GOOD)
    assert outcome.reason is Reason.AGENT_UNREACHABLE
    assert session.converse(GOOD).reason is Reason.AGENT_UNREACHABLE


def test_an_agent_without_eapol_test_says_so() -> None:
    with AgentSession(FakeChannel(lambda _: b'{"broken": "eapol_test is not installed"}\n')) as session:
        threading.Timer(0.1, session.close).start()
        outcome = session.converse(GOOD)
    assert outcome.reason is Reason.AGENT_BROKEN
    assert outcome.sentence == "eapol_test did not run on the agent: eapol_test is not installed"


def test_what_eapol_test_cannot_take_is_not_sent() -> None:
    channel = FakeChannel(well)
    with AgentSession(channel) as session, pytest.raises(QuoteError):
        session.converse(replace(GOOD, login=PasswordLogin("u@x.uk", "")))
    assert channel.requests == []


@pytest.mark.parametrize(
    ("line", "meaning"),
    [
        (b'{"ready": true}', Ready()),
        (b'{"broken": "no"}', Ready("no")),
        (b'{"id": 1, "broken": "no"}', Answer(1, broken="no")),
        (
            b'{"id": 1, "lines": [[0.5, "SUCCESS"]], "ended": 1, "chain": ""}',
            Answer(1, ((0.5, "SUCCESS"),), 1.0),
        ),
        (b'{"id": 1, "lines": [[NaN, "SUCCESS"]], "ended": 1, "chain": ""}', Malformed()),
        (b'{"id": 1, "lines": [["0", "SUCCESS"]], "ended": 1, "chain": ""}', Malformed()),
        (b'{"id": 1, "lines": [[0, 7]], "ended": 1, "chain": ""}', Malformed()),
        (b'{"id": 1, "lines": {}, "ended": 1, "chain": ""}', Malformed()),
        (b'{"id": 1, "lines": [], "ended": 1e999, "chain": ""}', Malformed()),
        (b'{"id": 1, "lines": [], "ended": 1, "chain": null}', Malformed()),
        (b'{"id": 1' + b"0" * 30 + b', "broken": "no"}', Malformed()),
        (b'{"id": 1, "broken": 7}', Malformed()),
        (b'{"id": 1}', Malformed()),
        (b"{}", Malformed()),
        (b"", Malformed()),
        (b"[" * 100_000, Malformed()),
        (b"\xff", Malformed()),
    ],
)
def test_lines_of_an_agent(line: bytes, meaning: Answer | Ready | Malformed) -> None:
    assert message(line) == meaning


@given(st.lists(st.one_of(st.binary(), st.just(answer_of(ACCEPTED)), st.just(b"\n")), max_size=20), st.integers(1, 999))
def test_nothing_that_comes_raises_and_how_it_is_cut_is_no_matter(parts: list[bytes], size: int) -> None:
    data = b"".join(parts)
    whole = list(Reader().feed(data))
    reader = Reader()
    cut = [one for at in range(0, len(data), size) for one in reader.feed(data[at : at + size])]
    assert cut == whole
    assert len(whole) == data.count(b"\n")


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists, max_leaves=5))
def test_no_value_in_an_answer_raises(value: object) -> None:
    good = {"id": 1, "lines": [[0, "x"]], "ended": 1, "chain": ""}
    for name in (*good, "broken", "ready"):
        message(json.dumps(good | {name: value}).encode())


def test_a_line_without_an_end_is_not_kept() -> None:
    reader = Reader()
    for _ in range(5):
        assert list(reader.feed(b"x" * LONGEST_LINE)) == []
    assert list(reader.feed(b"\n" + answer_of("SUCCESS"))) == [
        Malformed(),
        Answer(1, ((0.0, "SUCCESS"),), 0.001),
    ]


# The real program, with an eapol_test of ours: what it prints decides.

_FAKE = """#!{python}
import sys, time, signal
{body}
"""


@pytest.fixture
def agent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], AgentSession]:
    def install(body: str) -> AgentSession:
        path = tmp_path / "eapol_test"
        path.write_text(_FAKE.format(python=sys.executable, body=body))
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
        return AgentSession(LocalChannel(command(4)))

    return install


def test_the_program_filters_and_stamps(agent: Callable[[str], AgentSession]) -> None:
    shown = ACCEPTED.replace("RADIUS message: code=11", "EAP-PEAP: password - hexdump: 61\nRADIUS message: code=11", 1)
    with agent(f"print({shown!r}, end='')\nopen(sys.argv[4], 'w').write('a chain')") as session:
        outcome = session.converse(GOOD)
    assert (outcome.reason, outcome.vlan, outcome.chain) == (Reason.ACCEPTED, "120", "a chain")


def test_what_it_is_given_reaches_eapol_test(agent: Callable[[str], AgentSession], tmp_path: Path) -> None:
    body = f"""
found = [open(sys.argv[2]).read(), open('/dev/stdin').read(), open('/dev/stdin').read(), ' '.join(sys.argv)]
open({str(tmp_path / "got")!r}, 'w').write(chr(0).join(found))
print('FAILURE')"""
    with agent(body) as session:
        assert session.converse(GOOD).reason is Reason.NO_ANSWER
    configuration, trusted, again, words = (tmp_path / "got").read_text().split("\0")
    assert configuration.startswith("network={")
    assert trusted == again == "a CA\n"
    assert "-s a secret -a 10.7.0.11 -p 1812 -t 5" in words


SLOW = "RADIUS message: code=1 (Access-Request) identifier=0 length=1"
HEARD = "EAPOL: Received EAP-Packet frame"
CHALLENGE = "RADIUS message: code=11 (Access-Challenge) identifier=0 length=64"


def test_a_silence_is_ended_and_a_slow_home_is_not(agent: Callable[[str], AgentSession]) -> None:
    body = f"""
signal.signal(signal.SIGTERM, lambda *_: (print('FAILURE', flush=True), sys.exit(0)))
print({SLOW!r}, flush=True)
for _ in range(5):
    print({CHALLENGE!r}, {HEARD!r}, sep=chr(10), flush=True)
    time.sleep(0.7)
time.sleep(60)"""
    with agent(body) as session:
        outcome = session.converse(replace(GOOD, timeout=20, idle=2))
    assert outcome.reason is Reason.FELL_SILENT
    assert outcome.milliseconds == pytest.approx(4 * 700 + 2000, abs=900)


def test_one_that_does_not_end_by_itself_is_killed(agent: Callable[[str], AgentSession]) -> None:
    body = f"signal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint({SLOW!r}, flush=True)\ntime.sleep(60)"
    with agent(body) as session:
        outcome = session.converse(replace(GOOD, timeout=20, idle=1))
    assert outcome.reason is Reason.AGENT_BROKEN


@pytest.mark.parametrize("body", ["sys.exit(3)", "sys.stdout.buffer.write(b'\\xff' * 200000)", "print('x' * 200000)"])
def test_an_eapol_test_that_prints_rubbish(agent: Callable[[str], AgentSession], body: str) -> None:
    with agent(body) as session:
        outcome = session.converse(GOOD)
    assert outcome.reason is Reason.AGENT_BROKEN


def test_a_machine_without_eapol_test(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tools = {"python3": sys.executable, "stdbuf": shutil.which("stdbuf"), "env": shutil.which("env")}
    for tool, real in tools.items():
        path = tmp_path / tool
        path.write_text(f'#!/bin/sh\nexec {real} "$@"\n')
        path.chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path))
    with AgentSession(LocalChannel(command(1))) as session:
        outcome = session.converse(GOOD)
    assert outcome.sentence == "eapol_test did not run on the agent: eapol_test is not installed"


class LateWords(FakeChannel):
    """A program that ended before it was asked, and whose last words come late, as on a machine with too much to do."""

    def send(self, data: bytes) -> None:
        if self._started:
            message = "the program has ended"
            raise TransportError(message)
        super().send(data)

    def receive(self) -> bytes:
        self._closed = not self._closed
        if not self._closed:
            return b""
        time.sleep(1.2)
        return b'{"broken": "eapol_test is not installed"}\n'


def test_last_words_are_waited_for() -> None:
    with AgentSession(LateWords(well)) as session:
        outcome = session.converse(GOOD)
    assert outcome.sentence == "eapol_test did not run on the agent: eapol_test is not installed"


def test_a_machine_without_python() -> None:
    with pytest.raises(TransportError, match="no-such-python cannot be started: No such file or directory"):
        LocalChannel(["no-such-python"])
