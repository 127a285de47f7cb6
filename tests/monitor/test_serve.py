"""`roam-monitor serve` as a process: it answers, over TLS for those who are known, and ends well by SIGTERM."""

from __future__ import annotations

import asyncio
import base64
import http.client
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from random import SystemRandom
from typing import TYPE_CHECKING

import bcrypt
import pytest
from starlette.responses import PlainTextResponse
from typer.testing import CliRunner

from monitor.cli import app
from monitor.cli.process import Process, listen, reachable
from monitor.errors import ListenError, SettingError
from monitor.runner import FakeTask, Runner
from monitor.sample import FakeClock, FakeSink
from tests.eap.home_server import Authority
from tests.monitor.federation import state
from tests.monitor.parsed import number, parsed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from monitor.sample import Batch

REPOSITORY = Path(__file__).parents[2]
LISTENING = re.compile(r"listening on 127\.0\.0\.1 port (\d+)")


# Nothing of the inventory is asked: the addresses in it are nobody's, or somebody's.
NO_COLLECTORS = "from monitor.cli import compose, main; compose.BUILDERS = (); main()"


def start(words: Sequence[str]) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", NO_COLLECTORS, "serve", "-i", str(REPOSITORY / "lab" / "inventory"), *words]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ROAM_")}
    return subprocess.Popen(
        command, cwd=REPOSITORY, env=environment, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


@contextmanager
def served(*words: str) -> Iterator[int]:
    """Serve until the block ends, yield the port; what it ends with is looked at."""
    with start(["--listen", "127.0.0.1:0", *words]) as process:
        assert process.stderr is not None
        said = ""
        try:
            while (found := LISTENING.search(said)) is None:
                line = process.stderr.readline()
                assert line, said
                said += line
            yield int(found[1])
        finally:
            process.send_signal(signal.SIGTERM)
            out, rest = process.communicate(timeout=20)
        assert process.returncode == 0, said + rest
        assert (out, "Traceback" in said + rest) == ("", False)
        assert rest.splitlines()[-1].endswith("stopped")


def get(connection: http.client.HTTPConnection, path: str, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
    connection.request("GET", path, headers=headers or {})
    answer = connection.getresponse()
    found = answer.status, answer.read()
    connection.close()
    return found


def test_it_answers_and_ends_by_sigterm(tmp_path: Path) -> None:
    with served("--state", str(tmp_path / "state"), "--scale", "0.1") as port:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        status, body = get(connection, "/metrics")
        assert status == 200
        found = parsed(body)
        assert number(found, "roaming_probe_interval_seconds") == pytest.approx(30.0)
        assert number(found, "roaming_build_info", version="0.1.0") == 1
        assert get(connection, "/-/healthy")[0] == 200
        names = {group["labels"]["name"] for group in json.loads(get(connection, "/targets")[1])}
        assert {"hub-east", "camden-rad-1"} <= names
    assert json.loads((tmp_path / "state" / "pairs.json").read_text()) == {"version": 2, "pairs": []}


def test_over_tls_only_those_who_are_known_get_anything(tmp_path: Path) -> None:
    authority = Authority("monitor test")
    server, client = authority.issue("monitor.example"), authority.issue("prometheus", client=True)
    for name, text in {
        "ca.pem": authority.pem,
        "server.pem": server.certificate,
        "server.key": server.key,
        "client.pem": client.certificate + client.key,
        "web.yml": json.dumps(
            {
                "tls_server_config": {
                    "cert_file": "server.pem",
                    "key_file": "server.key",
                    "client_auth_type": "RequireAndVerifyClientCert",
                    "client_ca_file": "ca.pem",
                    "min_version": "TLS13",
                },
                "basic_auth_users": {"prometheus": bcrypt.hashpw(b"scrape", bcrypt.gensalt(4)).decode()},
            }
        ),
    }.items():
        (tmp_path / name).write_text(text)
    known = {"Authorization": "Basic " + base64.b64encode(b"prometheus:scrape").decode()}
    context = ssl.create_default_context(cafile=tmp_path / "ca.pem")
    context.check_hostname = False
    with served("--web-config", str(tmp_path / "web.yml")) as port:
        stranger = http.client.HTTPSConnection("127.0.0.1", port, timeout=10, context=context)
        with pytest.raises((ssl.SSLError, ConnectionError, http.client.RemoteDisconnected)):
            get(stranger, "/-/healthy", known)
        context.load_cert_chain(tmp_path / "client.pem")
        connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=10, context=context)
        assert [get(connection, path)[0] for path in ("/metrics", "/-/healthy", "/nowhere")] == [401] * 3
        assert get(connection, "/metrics", known)[0] == 200
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        old = http.client.HTTPSConnection("127.0.0.1", port, timeout=10, context=context)
        with pytest.raises(ssl.SSLError):
            get(old, "/-/healthy", known)


HANGING = """
import asyncio, sys, time
from concurrent.futures import ThreadPoolExecutor
from monitor.cli import compose, main

class Broken(BaseException):
    pass

class Hanging:
    name, every_s = "snmp", 1.0

    async def run(self, sink):
        pool = ThreadPoolExecutor(1, "POOL") if "POOL" else None
        hanging = asyncio.get_running_loop().run_in_executor(pool, self.hang)
        await asyncio.sleep(0.5)
        if "BREAKS":
            raise Broken
        await hanging

    def hang(self):
        print("hanging", file=sys.stderr, flush=True)
        time.sleep(60)

compose.BUILDERS = (lambda *_: (Hanging(),),)
main()
"""


@pytest.mark.parametrize(("pool", "breaks", "status"), [("", "", 0), ("roam-probe", "breaks", 1)])
def test_a_session_that_hangs_does_not_keep_the_process(pool: str, breaks: str, status: int) -> None:
    words = ["serve", "-i", str(REPOSITORY / "lab" / "inventory"), "--listen", "127.0.0.1:0"]
    script = HANGING.replace("POOL", pool).replace("BREAKS", breaks)
    with subprocess.Popen(
        [sys.executable, "-c", script, *words], cwd=REPOSITORY, stderr=subprocess.PIPE, text=True
    ) as one:
        assert one.stderr is not None
        assert any("hanging" in line for line in one.stderr)
        if not breaks:
            one.send_signal(signal.SIGTERM)
        _, said = one.communicate(timeout=20)
    assert one.returncode == status
    assert said.splitlines()[-1].endswith("1 of what was collected did not end in time")
    assert ("| Broken" in said) == bool(breaks)


@pytest.mark.parametrize(
    ("address", "others"),
    [("127.0.0.1", False), ("::1", False), ("0.0.0.0", True), ("::", True), ("10.7.0.20", True)],  # noqa: S104  asked
)
def test_who_reaches_an_address(address: str, *, others: bool) -> None:
    assert reachable(address) == others


class Broken(FakeSink):
    """A sink that raises, which none may."""

    def replace(self, batch: Batch) -> None:
        raise RuntimeError(batch.origin)


def test_when_the_collecting_breaks_the_process_ends() -> None:
    clock = FakeClock()

    async def work() -> None:
        runner = Runner([FakeTask("snmp", 1.0)], Broken(), clock=clock, random=SystemRandom())
        process = Process(runner, state(clock), pairs=None, keep_s=60)
        with listen("127.0.0.1:0") as listening:
            await process.run(PlainTextResponse("in"), listening, None)

    with pytest.raises(ExceptionGroup) as caught:
        asyncio.run(asyncio.wait_for(work(), 10))
    assert caught.group_contains(RuntimeError, match="runner:snmp")


@pytest.mark.parametrize(
    ("words", "error", "told"),
    [
        (["--listen", "127.0.0.1"], SettingError, "--listen 127.0.0.1 is not address:port"),
        (["--listen", "127.0.0.1:70000"], SettingError, "--listen 127.0.0.1:70000 is not address:port"),
        (["--traps", "[::]:"], SettingError, "--traps [::]: is not address:port"),
        (["--listen", "127.0.0.1:TAKEN"], ListenError, "127.0.0.1:TAKEN cannot be listened on: Address already in use"),
        (["--web-config", "/nowhere/web.yml"], SettingError, "/nowhere/web.yml cannot be read: No such file"),
        (["--scale", "0"], SystemExit, "--scale is a number above 0"),
        (["--limit", "nowhere"], SystemExit, "--limit nowhere names no borough of the inventory"),
    ],
)
def test_what_cannot_be_served_is_said(words: list[str], error: type[BaseException], told: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        given = [word.replace("TAKEN", port) for word in words]
        result = CliRunner().invoke(app, ["serve", "-i", str(REPOSITORY / "lab" / "inventory"), *given])
    assert isinstance(result.exception, error)
    assert told.replace("TAKEN", port) in f"{result.exception} {result.stderr}"


def test_what_went_wrong_is_one_line_and_status_1() -> None:
    with start(["--listen", "nonsense"]) as process:
        out, said = process.communicate(timeout=20)
    assert (process.returncode, out) == (1, "")
    assert said.splitlines()[-1] == "roam-monitor: --listen nonsense is not address:port"
