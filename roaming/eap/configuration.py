"""A conversation in the words of eapol_test.

Nothing is stored on the agent. Configuration, password, private key and CAs reach eapol_test in memory
(`roaming.eap.program`). The one exception is the RADIUS secret: hostap's eapol_test.c takes it from `-s` alone (no
file, no environment, no control command; read in 2.10 and 2.11), so while a conversation runs it stands in the process
list of the agent, where it belongs to that agent and nobody else. It is in no command line of ours, of sshd or of a
shell.
"""

from __future__ import annotations

import base64

from roaming.eap.conversation import CertificateLogin, Conversation, Nas, PasswordLogin
from roaming.errors import QuoteError


def words(conversation: Conversation) -> list[str]:
    """Return the words of eapol_test's command line that are no secret."""
    server, nas = conversation.server, conversation.nas
    asked = ["-a", server.address, "-p", str(server.port), "-t", str(conversation.timeout)]
    return [*asked, "-M", conversation.station, "-C", nas.connect_info, *_attributes(nas)]


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
    values = {32: nas.identifier, 30: nas.called_station, 126: nas.operator}
    return [word for number, value in values.items() if value for word in ("-N", f"{number}:x:{value.encode().hex()}")]
