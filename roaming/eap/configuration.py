"""A conversation in the words of eapol_test: a command for the agent's shell, and what is written to its input.

Nothing is stored on the agent. Configuration, password and private key travel on standard input and reach
eapol_test through pipes; the CAs likewise. The one exception is the RADIUS secret: hostap's eapol_test.c takes it
from `-s` alone (no file, no environment, no control command; read in 2.10 and 2.11), so while a conversation runs it
stands in the process list of the agent, where it belongs to that agent and nobody else. It is handed to the shell
on standard input, so it is in no command line of ours, of sshd or of the shell.
"""

from __future__ import annotations

import base64
from typing import Final

from roaming.eap.conversation import CertificateLogin, Conversation, Nas, PasswordLogin
from roaming.errors import QuoteError

_KEPT_ATTRIBUTES: Final = (1, 18, 64, 65, 81, 89, 126)
"""User-Name, Reply-Message, Tunnel-Type, -Medium-Type, -Private-Group-Id, Chargeable-User-Identity, Operator-Name."""

_KEPT_LINES: Final = (
    "RADIUS message: code=",
    "CTRL-EVENT-EAP-",
    "EAPOL test timed out",
    "SSL: SSL3 alert: read",
    "recvmsg\\[RADIUS\\]: ",
    "send\\[RADIUS",
    "connect\\[radius\\]: ",
    "MPPE keys OK: ",
    "SUCCESS",
    "FAILURE",
    "Failed to parse configuration",
    "EAP-PEAP: Failed to initialize SSL",
    "EAP-TLS: Failed to initialize SSL",
    "Incoming RADIUS packet did not have",
)

# eapol_test prints passwords and keys; what leaves the agent is the lines of _KEPT_LINES and _KEPT_ATTRIBUTES.
_SCRIPT: Final = r"""
LC_ALL=C; export LC_ALL
command -v eapol_test >/dev/null || { echo "roam: eapol_test is not installed" >&2; exit 127; }
IFS= read -r secret && IFS= read -r trusted || { echo "roam: the conversation did not arrive" >&2; exit 65; }
kept=$1; shift
echo "roam: began $(date +%s%N)"
cat | {
  exec 3<&0
  printf %s "$trusted" | base64 -d | eapol_test -c /dev/fd/3 -r0 -s "$secret" "$@"
} 2>&1 | sed -n "$kept"
echo "roam: ended $(date +%s%N)"
"""


def command(conversation: Conversation) -> tuple[str, ...]:
    """Return the command that an agent runs; it holds no secret."""
    server, nas = conversation.server, conversation.nas
    words = ["sh", "-c", _SCRIPT.strip(), "roam-eap", _filter()]
    words += ["-a", server.address, "-p", str(server.port), "-t", str(conversation.timeout)]
    words += ["-M", conversation.station, "-C", nas.connect_info, *_attributes(nas)]
    return tuple(words)


def standard_input(conversation: Conversation) -> str:
    """Return what the command reads: the RADIUS secret, the CAs, the configuration. Raise `QuoteError`."""
    secret = conversation.server.secret
    if not secret or not secret.isprintable():
        message = "a RADIUS secret must be printable text on one line"
        raise QuoteError(message)
    authorities = "".join(pem.strip() + "\n" for pem in conversation.trusted.authorities)
    return f"{secret}\n{base64.b64encode(authorities.encode()).decode()}\n{configuration(conversation)}"


def configuration(conversation: Conversation) -> str:
    """Return the configuration in wpa_supplicant's syntax; every value is spelled in hexadecimal."""
    values = {"key_mgmt": "WPA-EAP", "ca_cert": _hexadecimal("/dev/stdin", "a path")}
    values["domain_match"] = _hexadecimal(";".join(conversation.trusted.names), "the server names")
    blobs: dict[str, str] = {}
    match conversation.login:
        case PasswordLogin(user=user, password=password):
            values |= {
                "eap": "PEAP",
                "anonymous_identity": _hexadecimal(conversation.identity, "the outer identity"),
                "identity": _hexadecimal(user, "the user"),
                "password": _hexadecimal(password, "the password"),
                "phase2": _hexadecimal("auth=MSCHAPV2", "the inner method"),
            }
        case CertificateLogin(certificate=certificate, key=key):
            values |= {
                "eap": "TLS",
                "identity": _hexadecimal(conversation.identity, "the outer identity"),
                "client_cert": '"blob://certificate"',
                "private_key": '"blob://key"',
            }
            blobs = {"certificate": certificate, "key": key}
    network = "".join(f"    {name}={value}\n" for name, value in values.items())
    return f"network={{\n{network}}}\n" + "".join(_blob(name, text) for name, text in blobs.items())


def _blob(name: str, text: str) -> str:
    return f"blob-base64-{name}={{\n{base64.encodebytes(text.encode()).decode()}}}\n"


def _hexadecimal(value: str, what: str) -> str:
    if not value or "\0" in value:
        message = f"{what} must not be empty nor hold a NUL: eapol_test cannot take it"
        raise QuoteError(message)
    return value.encode().hex()


def _attributes(nas: Nas) -> list[str]:
    """Spell the RADIUS attributes of the access point; octets, so that an SSID needs no quoting."""
    values = {32: nas.identifier, 30: nas.called_station}
    return [word for number, value in values.items() for word in ("-N", f"{number}:x:{value.encode().hex()}")]


def _filter() -> str:
    """Return the sed script that lets through what the transcript is made of."""
    numbers = "\\|".join(str(number) for number in _KEPT_ATTRIBUTES)
    attributes = f"/^   Attribute \\({numbers}\\) (/{{p;n;p;d;}}"
    return ";".join([attributes, *(f"/^{line}/p" for line in _KEPT_LINES)])
