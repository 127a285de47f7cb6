"""The web configuration file: what is taken, and what is refused with its line."""

from __future__ import annotations

import ssl
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.errors import SettingError
from monitor.exporter import WebConfig, read_web_config
from monitor.exporter.web_config import TlsConfig

HASH = "$2y$10$X0h1gDsPszWURQaxFh.zoubFi6DXncSjhoQNJgRrnGs7EsimhC7zG"


def read(folder: Path, text: str) -> WebConfig:
    path = folder / "web.yml"
    path.write_text(text)
    return read_web_config(path)


def test_everything_that_can_be_said_is_taken(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        f"""\
tls_server_config:
  cert_file: server.pem
  key_file: /etc/key.pem
  client_auth_type: RequireAndVerifyClientCert
  client_ca_file: ca.pem
  min_version: TLS13
  max_version: TLS13
http_server_config:
  http2: false
  headers:
    X-Frame-Options: deny
    Strict-Transport-Security: max-age=63072000
basic_auth_users:
  prometheus: {HASH}
  "": {HASH}
""",
    )
    assert found.tls == TlsConfig(
        certificate=tmp_path / "server.pem",
        key=Path("/etc/key.pem"),
        client_ca=tmp_path / "ca.pem",
        clients=ssl.CERT_REQUIRED,
        lowest=ssl.TLSVersion.TLSv1_3,
        highest=ssl.TLSVersion.TLSv1_3,
    )
    assert found.headers == {"X-Frame-Options": "deny", "Strict-Transport-Security": "max-age=63072000"}
    assert found.users == {"prometheus": HASH.encode(), "": HASH.encode()}
    assert HASH not in repr(found)


@pytest.mark.parametrize("text", ["", "# nothing\n", "{}", "tls_server_config:\nbasic_auth_users: {}\n"])
def test_what_is_left_out_is_off(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text) == WebConfig()


TLS = TlsConfig(Path("server.pem"), Path("server.key"))


@pytest.mark.parametrize(
    ("config", "guarded"),
    [
        (WebConfig(), False),
        (WebConfig(users={"prometheus": HASH.encode()}), True),
        (WebConfig(TLS), False),
        (WebConfig(replace(TLS, clients=ssl.CERT_OPTIONAL)), False),
        (WebConfig(replace(TLS, clients=ssl.CERT_REQUIRED)), True),
    ],
)
def test_who_proves_who_he_is(config: WebConfig, *, guarded: bool) -> None:
    assert config.guarded == guarded


BAD = [
    ("[]", "1: this is no mapping"),
    ("a: [", "1: this is not YAML"),
    ("\nbasic_auth: {}", "2: basic_auth is unknown; there is tls_server_config, http_server_config, basic_auth_users"),
    ("rate_limit: {}", "1: rate_limit is not supported here; there is"),
    ("tls_server_config:\n  cert_file: a\n", "2: key_file is missing"),
    ("tls_server_config:\n  key_file: a\n", "2: cert_file is missing"),
    ("tls_server_config:\n  cert_file: a\n  cert_file: b\n", "3: cert_file stands here twice"),
    ("tls_server_config:\n  cert_file: [a]\n  key_file: b\n", "2: this is no text"),
    ("tls_server_config:\n  cert: x\n", "2: cert is not supported here; there is cert_file, key_file"),
    ("tls_server_config:\n  certfile: x\n", "2: certfile is unknown; there is cert_file, key_file"),
    (
        "tls_server_config:\n  cert_file: a\n  key_file: b\n  min_version: TLS10\n",
        "4: min_version is one of TLS12, TLS13, not TLS10",
    ),
    (
        "tls_server_config:\n  cert_file: a\n  key_file: b\n  min_version: TLS13\n  max_version: TLS12\n",
        "2: min_version is above max_version",
    ),
    (
        "tls_server_config:\n  cert_file: a\n  key_file: b\n  client_auth_type: RequireAnyClientCert\n",
        "4: client_auth_type is one of NoClientCert, VerifyClientCertIfGiven, RequireAndVerifyClientCert, not Require",
    ),
    (
        "tls_server_config:\n  cert_file: a\n  key_file: b\n  client_ca_file: c\n",
        "2: client_ca_file and a client_auth_type that verifies go together",
    ),
    (
        "tls_server_config:\n  cert_file: a\n  key_file: b\n  client_auth_type: RequireAndVerifyClientCert\n",
        "2: client_ca_file and a client_auth_type that verifies go together",
    ),
    ("http_server_config:\n  http2: true\n", "2: http2 can only be false: HTTP/2 is not spoken here"),
    ("http_server_config:\n  headers:\n    X-Frame-Options: any\n", "3: X-Frame-Options is one of deny, sameorigin"),
    ("http_server_config:\n  headers:\n    Server: x\n", "3: Server is unknown; there is Content-Security-Policy"),
    (
        'http_server_config:\n  headers:\n    X-XSS-Protection: "a\\nb"\n',
        "3: X-XSS-Protection is no value of a header",
    ),
    ("basic_auth_users:\n  alice: plain\n", "2: the password of alice is no bcrypt hash ($2y$...)"),
    ("basic_auth_users: alice\n", "1: this is no mapping"),
]


@pytest.mark.parametrize(("text", "told"), BAD, ids=[told for _, told in BAD])
def test_what_cannot_be_kept_to_is_refused_with_its_line(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(SettingError) as caught:
        read(tmp_path, text)
    assert str(caught.value).startswith(f"{tmp_path / 'web.yml'}:{told}")


def test_a_password_in_clear_is_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(SettingError) as caught:
        read(tmp_path, "basic_auth_users:\n  alice: hunter2hunter2\n")
    assert "hunter2" not in str(caught.value)


def test_files_that_are_none_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"web\.yml cannot be read: No such file or directory"):
        read_web_config(tmp_path / "web.yml")
    found = read(tmp_path, "tls_server_config: {cert_file: a.pem, key_file: b.pem}")
    assert found.tls
    with pytest.raises(SettingError, match=r"TLS cannot be served with .*a\.pem, .*b\.pem: No such file or directory"):
        found.tls.context()


WORDS = st.sampled_from(
    ["tls_server_config", "basic_auth_users", "headers", ":", "\n", "  ", "- ", "&a ", "*a", "!!x ", "{", "<<"]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.lists(WORDS | st.text(max_size=4), max_size=12).map("".join))
def test_any_file_is_read_or_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "web.yml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with suppress(SettingError):
        read_web_config(path)
