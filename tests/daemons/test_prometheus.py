"""What Prometheus itself makes of our exposition and of our web configuration files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from monitor.errors import SettingError
from monitor.exporter import read_web_config
from monitor.sample import FAMILIES, Batch, FakeClock, Kind, Sample
from tests.eap.home_server import Authority
from tests.monitor.federation import failed, probe, state

if TYPE_CHECKING:
    from pathlib import Path

    from tests.daemons.conftest import Box

pytestmark = pytest.mark.daemon

HASH = "$2y$10$X0h1gDsPszWURQaxFh.zoubFi6DXncSjhoQNJgRrnGs7EsimhC7zG"
HOSTILE = ('quo"te', "back\\slash\\n", "new\nline", "café ☕", "{}=,", " spaces ", "")


def test_promtool_has_nothing_to_say_of_our_exposition(debian_13: Box) -> None:
    clock = FakeClock()
    kept = state(clock)
    kept.authentication(probe(clock))
    kept.authentication(failed(clock, home="camden"))
    plain = [one for one in FAMILIES if one.kind in (Kind.GAUGE, Kind.COUNTER) and one.labels]
    samples = tuple(
        Sample(one, (hostile, *one.labels[1:]), value)
        for one in plain
        for hostile, value in zip(HOSTILE, (1, 0.5, float("inf"), float("nan"), -1e300, 1e-300, 0), strict=True)
    )
    kept.replace(Batch("snmp:hostile", clock.wall(), 60, samples))
    told = debian_13.run("promtool", "check", "metrics", stdin=kept.exposition(clock.wall()).decode())
    assert (told.rc, told.out, told.err) == (0, "", "")


TLS = {"cert_file": "/tmp/web/server.pem", "key_file": "/tmp/web/server.key"}  # noqa: S108  in a container of ours
CASES = {
    "nothing": {},
    "tls": {"tls_server_config": TLS},
    "clients": {
        "tls_server_config": {
            **TLS,
            "client_auth_type": "RequireAndVerifyClientCert",
            "client_ca_file": "/tmp/web/ca.pem",  # noqa: S108  likewise
            "min_version": "TLS12",
            "max_version": "TLS13",
        }
    },
    "users and headers": {
        "basic_auth_users": {"prometheus": HASH},
        "http_server_config": {"http2": False, "headers": {"X-Frame-Options": "deny"}},
    },
    "no key": {"tls_server_config": {"cert_file": TLS["cert_file"]}},
    "an unknown key": {"tls_config": {}},
    "an unknown version": {"tls_server_config": {**TLS, "min_version": "TLS9"}},
    "an unknown policy": {"tls_server_config": {**TLS, "client_auth_type": "Maybe"}},
    "a password in clear": {"basic_auth_users": {"prometheus": "plain"}},
    "a header of one's own": {"http_server_config": {"headers": {"X-Own": "1"}}},
    "a value that is none": {"http_server_config": {"headers": {"X-Frame-Options": "any"}}},
}


@pytest.fixture(scope="module")
def web(debian_13: Box) -> Box:
    authority = Authority("web configuration")
    server = authority.issue("monitor.example")
    files = {"server.pem": server.certificate, "server.key": server.key, "ca.pem": authority.pem}
    debian_13.write({f"/tmp/web/{name}": text for name, text in files.items()})  # noqa: S108  likewise
    return debian_13


@pytest.mark.parametrize("case", CASES)
def test_promtool_and_we_take_the_same_files(web: Box, tmp_path: Path, case: str) -> None:
    text = json.dumps(CASES[case])
    path = tmp_path / "web.yml"
    path.write_text(text)
    web.write({"/tmp/web/web.yml": text})  # noqa: S108  likewise
    theirs = web.run("promtool", "check", "web-config", "/tmp/web/web.yml").ok  # noqa: S108  likewise
    try:
        read_web_config(path)
    except SettingError:
        ours = False
    else:
        ours = True
    assert ours == theirs
