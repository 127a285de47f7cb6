"""The web configuration file of Prometheus' exporters: TLS, basic authentication, headers.

Source: https://github.com/prometheus/exporter-toolkit/blob/master/docs/web-configuration.md. What of it we cannot do is
refused, never passed over: somebody relies on it.
"""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeVar

import yaml

from monitor.errors import SettingError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

T = TypeVar("T")

_VERSIONS: Final = {"TLS12": ssl.TLSVersion.TLSv1_2, "TLS13": ssl.TLSVersion.TLSv1_3}
_CLIENTS: Final = {
    "NoClientCert": ssl.CERT_NONE,
    "VerifyClientCertIfGiven": ssl.CERT_OPTIONAL,
    "RequireAndVerifyClientCert": ssl.CERT_REQUIRED,
}
_TLS_KEYS: Final = ("cert_file", "key_file", "client_ca_file", "client_auth_type", "min_version", "max_version")
_HEADERS: Final[Mapping[str, tuple[str, ...]]] = {
    "Content-Security-Policy": (),
    "X-Frame-Options": ("deny", "sameorigin"),
    "X-Content-Type-Options": ("nosniff",),
    "X-XSS-Protection": (),
    "Strict-Transport-Security": (),
}
_UNSUPPORTED: Final = (
    "cert",
    "key",
    "client_ca",
    "client_allowed_sans",
    "cipher_suites",
    "prefer_server_cipher_suites",
    "curve_preferences",
    "rate_limit",
)
_HASH: Final = re.compile(r"\$2[aby]\$(?:0[4-9]|[12][0-9]|3[01])\$[./A-Za-z0-9]{53}")


@dataclass(frozen=True, slots=True)
class TlsConfig:
    """Certificate, key and what is asked of clients."""

    certificate: Path
    key: Path
    client_ca: Path | None = None
    clients: ssl.VerifyMode = ssl.CERT_NONE
    lowest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_2
    highest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3

    def context(self) -> ssl.SSLContext:
        """Return the context of a server; raises SettingError when a file cannot be used."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version, context.maximum_version = self.lowest, self.highest
        context.verify_mode = self.clients
        try:
            # An encrypted key is refused: without a password given here OpenSSL would ask for one on the terminal.
            context.load_cert_chain(self.certificate, self.key, password=lambda: "")
            if self.client_ca is not None:
                context.load_verify_locations(self.client_ca)
        except (OSError, ValueError) as error:
            reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or type(error).__name__
            files = ", ".join(str(file) for file in (self.certificate, self.key, self.client_ca) if file)
            message = f"TLS cannot be served with {files}: {reason}"
            raise SettingError(message) from None
        return context


@dataclass(frozen=True, slots=True)
class WebConfig:
    """What the file says. Hashes of passwords are not shown."""

    tls: TlsConfig | None = None
    users: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def guarded(self) -> bool:
        """Whether only those are answered who prove who they are."""
        return bool(self.users) or (self.tls is not None and self.tls.clients is ssl.CERT_REQUIRED)


def read_web_config(path: Path) -> WebConfig:
    """Read the file; raises SettingError with file and line for whatever cannot be kept to."""
    try:
        text = path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        message = f"{path} cannot be read: {getattr(error, 'strerror', None) or 'it is not UTF-8'}"
        raise SettingError(message) from None
    return _Reader(path).read(text)


@dataclass(frozen=True, slots=True)
class _Reader:
    path: Path

    def read(self, text: str) -> WebConfig:
        try:
            root = yaml.compose(text, Loader=yaml.SafeLoader)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            raise self._error(mark.line if mark else 0, "this is not YAML") from None
        if root is None:
            return WebConfig()
        sections = self._mapping(root, ("tls_server_config", "http_server_config", "basic_auth_users"))
        tls, users, http = (
            sections.get(name) for name in ("tls_server_config", "basic_auth_users", "http_server_config")
        )
        return WebConfig(
            tls=None if tls is None else self._tls(tls),
            users={} if users is None else self._users(users),
            headers={} if http is None else self._http(http),
        )

    def _tls(self, node: yaml.Node) -> TlsConfig | None:
        given = self._mapping(node, _TLS_KEYS)
        if not given:
            return None
        for name in ("cert_file", "key_file"):
            if name not in given:
                raise self._error(node.start_mark.line, f"{name} is missing")
        clients = self._chosen(given, "client_auth_type", _CLIENTS, ssl.CERT_NONE)
        client_ca = self._file(given["client_ca_file"]) if "client_ca_file" in given else None
        if (client_ca is not None) != (clients is not ssl.CERT_NONE):
            message = "client_ca_file and a client_auth_type that verifies go together"
            raise self._error(node.start_mark.line, message)
        lowest = self._chosen(given, "min_version", _VERSIONS, ssl.TLSVersion.TLSv1_2)
        highest = self._chosen(given, "max_version", _VERSIONS, ssl.TLSVersion.TLSv1_3)
        if lowest > highest:
            raise self._error(node.start_mark.line, "min_version is above max_version")
        return TlsConfig(
            certificate=self._file(given["cert_file"]),
            key=self._file(given["key_file"]),
            client_ca=client_ca,
            clients=clients,
            lowest=lowest,
            highest=highest,
        )

    def _http(self, node: yaml.Node) -> dict[str, str]:
        given = self._mapping(node, ("http2", "headers"))
        if "http2" in given and self._text(given["http2"]).lower() != "false":
            raise self._error(given["http2"].start_mark.line, "http2 can only be false: HTTP/2 is not spoken here")
        if "headers" not in given:
            return {}
        headers = self._mapping(given["headers"], tuple(_HEADERS))
        return {name: self._header(name, value) for name, value in headers.items()}

    def _header(self, name: str, node: yaml.Node) -> str:
        value = self._text(node)
        if _HEADERS[name] and value not in _HEADERS[name]:
            raise self._error(node.start_mark.line, f"{name} is one of {', '.join(_HEADERS[name])}")
        if not value.isascii() or not value.isprintable():
            raise self._error(node.start_mark.line, f"{name} is no value of a header")
        return value

    def _users(self, node: yaml.Node) -> dict[str, bytes]:
        given = self._mapping(node, None)
        for name, value in given.items():
            if not _HASH.fullmatch(self._text(value)):
                raise self._error(value.start_mark.line, f"the password of {name} is no bcrypt hash ($2y$...)")
        return {name: self._text(value).encode() for name, value in given.items()}

    def _mapping(self, node: yaml.Node, known: tuple[str, ...] | None) -> dict[str, yaml.Node]:
        """Return the entries of a mapping; `known` are the only keys that it may have."""
        if isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:null":
            return {}
        if not isinstance(node, yaml.MappingNode):
            raise self._error(node.start_mark.line, "this is no mapping")
        found: dict[str, yaml.Node] = {}
        for key, value in node.value:
            name, line = self._text(key), key.start_mark.line
            if known is not None and name not in known:
                why = "is not supported here" if name in _UNSUPPORTED else "is unknown"
                raise self._error(line, f"{name} {why}; there is {', '.join(known)}")
            if name in found:
                raise self._error(line, f"{name} stands here twice")
            found[name] = value
        return found

    def _chosen(self, given: Mapping[str, yaml.Node], name: str, among: Mapping[str, T], default: T) -> T:
        if name not in given:
            return default
        value = self._text(given[name])
        if value not in among:
            raise self._error(given[name].start_mark.line, f"{name} is one of {', '.join(among)}, not {value}")
        return among[value]

    def _file(self, node: yaml.Node) -> Path:
        """Return a path; a relative one goes from the file's directory."""
        return self.path.parent / self._text(node)

    def _text(self, node: yaml.Node) -> str:
        if not isinstance(node, yaml.ScalarNode):
            raise self._error(node.start_mark.line, "this is no text")
        return str(node.value)

    def _error(self, line: int, what: str) -> SettingError:
        return SettingError(f"{self.path}:{line + 1}: {what}")
