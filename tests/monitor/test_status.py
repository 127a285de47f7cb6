"""What the answers to Status-Server and GovWifi's answers are made of, without a daemon."""

from __future__ import annotations

import asyncio
import os
import subprocess
from contextlib import nullcontext
from datetime import date
from typing import TYPE_CHECKING

import pytest

from monitor.probes.govwifi import GovWifiProbe, eap_identity
from monitor.probes.radclient import Reply, Request, ask, read
from monitor.probes.status import StatusProbe
from monitor.sample import Failure, FakeSink
from monitor.target import RadiusTarget
from roaming.eap import FakeRan, FakeShell

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from monitor.sample import Batch

SENT = "1000000000 Sent Status-Server Id 62 from 0.0.0.0:36279 to 10.7.0.11:1812 length 38\n"
RECEIVED = "1250000000 Received Access-{} Id 62 from 10.7.0.11:1812 to 10.7.0.20:36279 length 38\n"
SILENT = "3000000000 (0) No reply from server for ID 62 socket 3\n"
FORGED = (
    "1100000000 (0) Reply verification failed: Received Access-Accept packet from home server 10.7.0.11 port 1812 with"
    " invalid Response Authenticator!  (Shared secret is incorrect.)\n"
)
UNSENT = "1000000000 (0) Failed to send packet for ID 20: sendto failed: Network is unreachable\n"

ACCEPTED = SENT + RECEIVED.format("Accept")
SERVERS = (
    RadiusTarget("camden-rad-1", "camden", "both", "10.7.0.11"),
    RadiusTarget("camden-rad-2", "camden", "home", "10.7.0.12"),
)
QUESTION = Request("10.7.0.11", "a-long-secret", (("Message-Authenticator", "0x00"),))


@pytest.mark.parametrize(
    ("text", "rc", "reply"),
    [
        (ACCEPTED, 0, Reply(answered=True, seconds=0.25)),
        (SENT + RECEIVED.format("Reject"), 1, Reply(answered=True, seconds=0.25)),
        (SENT + RECEIVED.format("Challenge"), 1, Reply(answered=True, seconds=0.25)),
        (SENT + SILENT + ACCEPTED, 0, Reply(answered=True, seconds=0.25)),
        (SENT + FORGED + RECEIVED.format("Accept"), 0, Reply(answered=True, seconds=0.25)),
        ("2" + ACCEPTED, 0, Reply(answered=True)),  # the agent's clock went back meanwhile
        (SENT + SILENT, 0, Reply(answered=False, failure=Failure.TIMEOUT)),
        (SENT + FORGED + SILENT, 0, Reply(answered=False, failure=Failure.BAD_CREDENTIALS)),
        (SENT + UNSENT, 0, Reply(None, failure=Failure.UNREACHABLE)),
        (UNSENT, 0, Reply(None, failure=Failure.UNREACHABLE)),
        ("", 127, Reply(None, failure=Failure.AGENT)),
        ("", 0, Reply(None, failure=Failure.AGENT)),
        (SENT, 255, Reply(None, failure=Failure.AGENT)),
        ("1 radclient: Error opening /dev/fd/3\n", 0, Reply(None, failure=Failure.AGENT)),
    ],
)
def test_an_answer_is_read(text: str, rc: int, reply: Reply) -> None:
    assert read(FakeRan(text.encode(), rc)) == reply


@pytest.mark.parametrize("secret", ["", "x", "two\nlines", "nul\0", "ends in caf\u00e9"])
def test_a_secret_that_radclient_would_change_is_not_asked_with(secret: str) -> None:
    shell = FakeShell(lambda *_: FakeRan(ACCEPTED.encode()))
    assert ask(shell, Request("10.7.0.11", secret, ())) == Reply(None, failure=Failure.SECRET_MISSING)
    assert shell.ran == []


def test_the_secret_is_in_no_command_and_no_repr() -> None:
    shell = FakeShell(lambda *_: FakeRan(ACCEPTED.encode()))
    ask(shell, QUESTION)
    [(argv, data)] = shell.ran
    assert QUESTION.secret not in " ".join(argv) + repr(QUESTION)
    assert data == b"a-long-secret\nMessage-Authenticator = 0x00\n"


def test_an_attribute_that_needs_quoting_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="needs quoting"):
        ask(FakeShell(lambda *_: FakeRan()), Request("10.7.0.11", "secret", (("User-Name", 'a"b'),)))


FAKE_RADCLIENT = """#!/bin/sh
echo "$@" >> "$HERE/argv"
while [ $# -gt 1 ]; do [ "$1" = -S ] && cat "$2" >> "$HERE/secrets"; shift; done
cat >> "$HERE/attributes"
count=$(wc -l < "$HERE/argv")
echo "Sent Status-Server Id 1 from 0.0.0.0:1 to 127.0.0.1:1812 length 38"
printf '\\tReply-Message = "Received Access-Accept of somebody"\\n'
[ "$count" -ge "$ANSWERS_AT" ] || { echo "(0) No reply from server for ID 1 socket 3"; exit 1; }
echo "Received Access-Accept Id 1 from 127.0.0.1:1812 to 127.0.0.1:1 length 38"
"""


class Local:
    """This machine as an agent whose radclient is a script."""

    def __init__(self, folder: Path, answers_at: int) -> None:
        self.folder = folder
        program = folder / "radclient"
        program.write_text(FAKE_RADCLIENT, encoding="ascii")
        program.chmod(0o755)
        path = f"{folder}:{os.environ['PATH']}"
        self._environment = {"PATH": path, "HERE": str(folder), "ANSWERS_AT": str(answers_at)}

    def run(self, argv: Sequence[str], data: bytes = b"") -> FakeRan:
        ran = subprocess.run(argv, input=data, env=self._environment, capture_output=True, check=False)
        return FakeRan(ran.stdout, ran.returncode, ran.stderr)

    def read(self, name: str) -> str:
        return (self.folder / name).read_text(encoding="utf-8")


@pytest.mark.parametrize(("answers_at", "answered", "tries"), [(1, True, 1), (3, True, 3), (9, False, 3)])
def test_it_asks_until_it_is_answered(tmp_path: Path, answers_at: int, answered: bool, tries: int) -> None:  # noqa: FBT001
    local = Local(tmp_path, answers_at)
    secret = " spaces, back\\slash and $quo\"te' "  # noqa: S105  made up
    reply = ask(local, Request("127.0.0.1", secret, QUESTION.attributes))
    assert reply.answered is answered
    assert local.read("argv") == "-x -S /dev/fd/3 -r 1 -t 2 127.0.0.1:1812 status\n" * tries
    assert local.read("secrets") == f"{secret}\n" * tries
    assert local.read("attributes") == "Message-Authenticator = 0x00\n" * tries


def probe(answer: Callable[[tuple[str, ...], bytes], FakeRan]) -> StatusProbe:
    return StatusProbe("camden", SERVERS, lambda: nullcontext(FakeShell(answer)), lambda: "secret", clock=lambda: 7.0)


def told(batches: Sequence[Batch]) -> dict[str, dict[tuple[str, tuple[str, ...]], float]]:
    return {
        batch.origin: {(sample.family.name, sample.labels): sample.value for sample in batch.samples}
        for batch in batches
    }


def by_address(argv: tuple[str, ...], _: bytes) -> FakeRan:
    return FakeRan((ACCEPTED if "10.7.0.11:1812" in argv else SENT + SILENT).encode())


def test_each_server_has_a_batch_of_its_own() -> None:
    sink = FakeSink()
    asyncio.run(probe(by_address).run(sink))
    assert told(sink.batches) == {
        "status:camden-rad-1": {
            ("roaming_server_up", ("camden-rad-1", "camden", "both")): 1.0,
            ("roaming_server_seconds", ("camden-rad-1", "camden")): 0.25,
        },
        "status:camden-rad-2": {("roaming_server_up", ("camden-rad-2", "camden", "home")): 0.0},
    }
    assert {(batch.at, batch.lasts_s) for batch in sink.batches} == {(7.0, 126.0)}
    assert [one.labels for one in sink.increments] == [("status", "timeout")]


def lost(*_: object) -> FakeRan:
    raise ConnectionError


def no_agent() -> AbstractContextManager[FakeShell]:
    raise ConnectionError


def no_secret() -> str:
    raise LookupError


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (probe(lost), "agent"),
        (probe(lambda *_: FakeRan(rc=127)), "agent"),
        (StatusProbe("camden", SERVERS, no_agent, lambda: "secret"), "agent"),
        (StatusProbe("camden", SERVERS, no_agent, no_secret), "secret-missing"),
    ],
)
def test_what_was_not_learned_is_counted_and_not_said(broken: StatusProbe, reason: str) -> None:
    sink = FakeSink()
    asyncio.run(broken.run(sink))
    assert sink.batches == []
    assert [one.labels for one in sink.increments] == [("status", reason)] * 2


def test_one_server_is_asked_on_demand() -> None:
    one = probe(by_address)
    assert list(told(asyncio.run(one.on_demand("camden-rad-2")))) == ["status:camden-rad-2"]
    assert asyncio.run(one.on_demand("hackney-home-1")) == ()


def govwifi(answer: Callable[[tuple[str, ...], bytes], FakeRan], *servers: str) -> FakeSink:
    sink = FakeSink()
    shell = nullcontext(FakeShell(answer))
    task = GovWifiProbe("civic", "camden", servers, lambda: shell, lambda: "secret", clock=lambda: 7.0)
    asyncio.run(task.run(sink))
    return sink


@pytest.mark.parametrize(
    ("servers", "up", "reasons"),
    [
        (("10.7.0.11",), [1.0], []),
        (("10.7.0.12", "10.7.0.11"), [1.0], []),
        (("10.7.0.12", "10.7.0.13"), [0.0], ["timeout"]),
    ],
)
def test_govwifi_is_up_when_one_of_its_servers_answers(
    servers: tuple[str, ...], up: list[float], reasons: list[str]
) -> None:
    sink = govwifi(by_address, *servers)
    assert [sample.value for batch in sink.batches for sample in batch.samples] == up
    assert [one.labels[1] for one in sink.increments] == reasons


@pytest.mark.parametrize("servers", [("10.7.0.12", "10.7.0.13"), ("10.7.0.13", "10.7.0.12")])
def test_govwifi_is_unknown_while_the_agent_cannot_ask_everybody(servers: tuple[str, ...]) -> None:
    def half(argv: tuple[str, ...], _: bytes) -> FakeRan:
        return FakeRan((UNSENT if "10.7.0.13:1812" in argv else SENT + SILENT).encode())

    sink = govwifi(half, *servers)
    assert sink.batches == []
    assert [one.labels for one in sink.increments] == [("status", "unreachable")]


def test_govwifi_is_asked_as_a_probe_that_is_recognised() -> None:
    shell = FakeShell(lambda *_: FakeRan(ACCEPTED.encode()))
    task = GovWifiProbe("civic", "camden", ("10.7.0.11",), lambda: nullcontext(shell), lambda: "secret")
    assert asyncio.run(task.on_demand("elsewhere")) == ()
    assert len(asyncio.run(task.on_demand("civic"))) == 1
    [(argv, data)] = shell.ran
    assert argv[-2:] == ("10.7.0.11:1812", "auth")
    assert b'\nCalling-Station-Id = "02-72-6F-' in data
    assert b'User-Name = "roam-monitor"\n' in data


def test_govwifi_is_not_asked_on_demand_before_it_knows_us() -> None:
    shell = FakeShell(lambda *_: FakeRan(ACCEPTED.encode()))
    later = date(2030, 1, 1)
    task = GovWifiProbe("civic", "camden", ("10.7.0.11",), lambda: nullcontext(shell), lambda: "secret", later)
    assert asyncio.run(task.on_demand("civic")) == ()
    assert shell.ran == []


def test_an_eap_identity_has_its_length() -> None:
    assert eap_identity("anon") == "0x0200000901616e6f6e"
