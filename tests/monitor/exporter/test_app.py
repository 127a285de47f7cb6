"""What is asked by HTTP, and that no URL leads to an error of the server."""

from __future__ import annotations

import asyncio
import gzip
import json
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event
from typing import TYPE_CHECKING

import bcrypt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from monitor.exporter import Exporter, Module, WebConfig, application
from monitor.sample import Batch, FakeClock, Sample, family
from monitor.target import Target, TargetKind
from tests.monitor.asked import answer as answered
from tests.monitor.asked import ask
from tests.monitor.federation import probe, state
from tests.monitor.parsed import number, parsed

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import ASGIApp

HOSTILE = 'x"><script>alert(1)</script>\n'
TARGETS = tuple(
    Target(name, TargetKind.CONTROLLER, "camden", "", "10.7.1.5") for name in ("camden-wlc", "slow", "broken", HOSTILE)
)


@dataclass
class Reader:
    """A module that answers for one controller, hangs for another and breaks for a third."""

    asked: list[str] = field(default_factory=list)

    async def collect(self, target: Target) -> tuple[Batch, ...]:
        self.asked.append(target.name)
        if target.name == "slow":
            await asyncio.sleep(60)
        if target.name == "broken":
            message = "community s3cret"
            raise ValueError(message)
        sample = Sample(family("roaming_snmp_up"), (target.name, target.owner), 1)
        return (Batch(f"snmp:{target.name}", 0.0, 60.0, (sample,)),)


async def page(request: Request) -> PlainTextResponse:
    return PlainTextResponse(f"page {request.path_params['site']}")


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


@pytest.fixture(scope="module")
def app(reader: Reader) -> ASGIApp:
    return made(reader)


def made(reader: Reader, *, ready: bool = True, config: WebConfig | None = None) -> ASGIApp:
    clock = FakeClock()
    kept = state(clock)
    kept.authentication(probe(clock))
    module = Module({target.name: target for target in TARGETS}, reader.collect)
    exporter = Exporter(kept, clock, lambda: ready, TARGETS, {"iosxe": module})
    return application(exporter, (Route("/sites/{site:path}", page),), config)


def test_metrics_are_whole_and_say_their_format(app: ASGIApp) -> None:
    answer = ask(app, "/metrics")
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert number(parsed(answer.body), "roaming_probe_success", visited="camden", home="hackney") == 1


def test_metrics_are_zipped_for_those_who_ask(app: ASGIApp) -> None:
    plain, zipped = ask(app, "/metrics"), ask(app, "/metrics", {"accept-encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert zipped.headers["content-encoding"] == "gzip"
    assert gzip.decompress(zipped.body) == plain.body


@pytest.mark.parametrize("path", ["/metrics", "/api/picture"])
def test_sessions_that_hang_keep_no_answer(reader: Reader, path: str) -> None:
    """Every thread of the loop waits for an agent; the answer, and the look at the password before it, do not."""
    users = {"prometheus": bcrypt.hashpw(b"scrape", bcrypt.gensalt(4))}
    known = {"authorization": f"Basic {b64encode(b'prometheus:scrape').decode()}"}
    over = Event()

    async def work() -> int:
        loop = asyncio.get_running_loop()
        loop.set_default_executor(ThreadPoolExecutor(1))
        hanging = asyncio.create_task(asyncio.to_thread(over.wait, 20))
        try:
            async with asyncio.timeout(5):
                return (await answered(made(reader, config=WebConfig(users=users)), path, known)).status
        finally:
            over.set()
            await hanging

    assert asyncio.run(work()) == 200


def test_a_probe_tells_only_of_its_target(app: ASGIApp) -> None:
    answer = ask(app, "/probe?module=iosxe&target=camden-wlc")
    assert answer.status == 200
    assert parsed(answer.body) == {
        ("roaming_snmp_up", frozenset({("device", "camden-wlc"), ("owner", "camden")})): "1.0"
    }


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("", "unknown module; there is: iosxe\n"),
        ("?target=camden-wlc", "unknown module; there is: iosxe\n"),
        ("?module=iosxe", "unknown target; there is: broken, camden-wlc, slow, "),
        ("?module=iosxe&target=10.0.0.1", "unknown target; there is: broken, camden-wlc, slow, "),
        ("?module=iosxe&target=", "unknown target; there is: broken, camden-wlc, slow, "),
    ],
)
def test_nothing_is_probed_that_is_not_in_the_inventory(app: ASGIApp, reader: Reader, query: str, told: str) -> None:
    reader.asked.clear()
    answer = ask(app, f"/probe{query}")
    assert (answer.status, answer.headers["content-type"]) == (400, "text/plain; charset=utf-8")
    assert answer.body.decode().startswith(told)
    assert reader.asked == []


def test_a_probe_that_takes_too_long_says_so_before_prometheus_does(app: ASGIApp) -> None:
    answer = ask(app, "/probe?module=iosxe&target=slow", {"x-prometheus-scrape-timeout-seconds": "0.6"})
    assert (answer.status, answer.body) == (504, b"slow took too long\n")


def test_a_probe_that_breaks_says_no_secret(app: ASGIApp, caplog: pytest.LogCaptureFixture) -> None:
    answer = ask(app, "/probe?module=iosxe&target=broken")
    assert (answer.status, answer.body) == (502, b"broken could not be read\n")
    assert "s3cret" not in caplog.text


@pytest.mark.parametrize("seconds", ["nan", "inf", "-1", "x", "", "1e400"])
def test_any_timeout_is_taken(app: ASGIApp, seconds: str) -> None:
    answer = ask(app, "/probe?module=iosxe&target=camden-wlc", {"x-prometheus-scrape-timeout-seconds": seconds})
    assert answer.status == 200


def test_service_discovery_makes_prometheus_ask_us(app: ASGIApp) -> None:
    group = json.loads(ask(app, "/targets?module=iosxe").body)[0]
    assert group == {
        "targets": ["monitor.example:9469"],
        "labels": {
            "__metrics_path__": "/probe",
            "__param_module": "iosxe",
            "__param_target": "camden-wlc",
            "instance": "camden-wlc",
            "name": "camden-wlc",
            "kind": "controller",
            "borough": "camden",
            "site": "",
        },
    }
    assert ask(app, "/targets?module=none").status == 400
    assert json.loads(ask(app, "/targets").body)[0]["targets"] == ["10.7.1.5"]


def test_healthy_is_at_once_and_ready_after_the_first_cycle(app: ASGIApp, reader: Reader) -> None:
    assert ask(app, "/-/healthy").status == 200
    assert ask(app, "/-/ready").status == 200
    assert ask(made(reader, ready=False), "/-/healthy").status == 200
    assert ask(made(reader, ready=False), "/-/ready").status == 503


@pytest.mark.parametrize("path", ["/metrics/", "/api/picture/", "/-/healthy/"])
def test_nobody_is_sent_to_the_host_that_a_request_names(app: ASGIApp, path: str) -> None:
    answer = ask(app, path, {"host": "evil.example"})
    assert (answer.status, "location" in answer.headers) == (404, False)


def test_pages_of_others_stand_beside_ours(app: ASGIApp) -> None:
    assert ask(app, "/sites/town-hall").body == b"page town-hall"


def test_headers_of_the_web_configuration_are_on_every_answer(reader: Reader) -> None:
    app = made(reader, config=WebConfig(headers={"X-Frame-Options": "deny"}))
    assert ask(app, "/metrics").headers["x-frame-options"] == "deny"
    assert ask(app, "/nowhere").headers["x-frame-options"] == "deny"


PATHS = st.sampled_from([b"/metrics", b"/probe", b"/targets", b"/api/picture", b"/-/healthy", b"/-/ready", b"/sites/"])
OCTETS = st.binary(max_size=24)
NAMES = st.sampled_from([b"module=iosxe", b"target=camden-wlc", b"target=%00", b"module=%FF", b"target=%F0%9F"])


@settings(deadline=None)
@given(
    path=st.one_of(PATHS, OCTETS.map(lambda octets: b"/" + octets)),
    query=st.lists(NAMES | OCTETS, max_size=4).map(b"&".join),
    method=st.sampled_from(["GET", "HEAD", "POST", "OPTIONS", "BREW"]),
    headers=st.dictionaries(
        st.sampled_from(["accept-encoding", "x-prometheus-scrape-timeout-seconds", "host", "authorization"]),
        st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=12),
    ),
)
def test_no_url_leads_to_an_error_of_the_server(
    app: ASGIApp, path: bytes, query: bytes, method: str, headers: dict[str, str]
) -> None:
    answer = ask(app, path + b"?" + query, headers, method)
    assert answer.status < 500
