"""What eapol_test printed, as a value: packets, their attributes, certificate errors, alerts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from typing import Final


class Code(IntEnum):
    """RADIUS packet codes (RFC 2865 §3)."""

    ACCESS_REQUEST = 1
    ACCESS_ACCEPT = 2
    ACCESS_REJECT = 3
    ACCESS_CHALLENGE = 11


class CertificateFault(IntEnum):
    """Why wpa_supplicant refused a server's certificate (`enum tls_fail_reason` of hostap's crypto/tls.h)."""

    UNSPECIFIED = 0
    UNTRUSTED = 1
    REVOKED = 2
    NOT_YET_VALID = 3
    EXPIRED = 4
    SUBJECT_MISMATCH = 5
    ALTSUBJECT_MISMATCH = 6
    BAD_CERTIFICATE = 7
    SERVER_CHAIN_PROBE = 8
    DOMAIN_SUFFIX_MISMATCH = 9
    DOMAIN_MISMATCH = 10
    INSUFFICIENT_KEY_LENGTH = 11
    DN_MISMATCH = 12


@dataclass(frozen=True, slots=True)
class Packet:
    """A RADIUS packet, with those attributes that have a bearing on the verdict, by name."""

    code: int
    attributes: tuple[tuple[str, str], ...] = ()

    def values(self, name: str) -> tuple[str, ...]:
        """Return every value of an attribute."""
        return tuple(value for attribute, value in self.attributes if attribute == name)


@dataclass(frozen=True, slots=True)
class Transcript:
    """One run of eapol_test.

    `alert` is a TLS alert from the server, `server_names` are the names in its certificate, `trouble` what the
    network said ("Connection refused"), `broken` what stopped eapol_test itself. An answer with a wrong authenticator
    is no packet, but `forged`.
    """

    packets: tuple[Packet, ...] = ()
    method_begun: bool = False
    declined: bool = False
    fault: CertificateFault | None = None
    fault_text: str = ""
    alert: str = ""
    server_names: tuple[str, ...] = ()
    keys_agree: bool = False
    timed_out: bool = False
    forged: bool = False
    trouble: str = ""
    broken: str = ""
    finished: bool = False

    @property
    def answers(self) -> tuple[Packet, ...]:
        """The packets that came back."""
        return tuple(packet for packet in self.packets if packet.code != Code.ACCESS_REQUEST)

    @property
    def last(self) -> Packet | None:
        """The last answer."""
        return self.answers[-1] if self.answers else None


_PACKET: Final = re.compile(r"^RADIUS message: code=(\d+) ", re.MULTILINE)
_ATTRIBUTE: Final = re.compile(r"^   Attribute \d+ \(([^)]*)\) length=\d+\n      Value: (.*)$", re.MULTILINE)
_FAULT: Final = re.compile(r"^CTRL-EVENT-EAP-TLS-CERT-ERROR reason=(\d+) .* err='(.*)'$", re.MULTILINE)
_NAME: Final = re.compile(r"^CTRL-EVENT-EAP-PEER-ALT depth=0 DNS:(.*)$", re.MULTILINE)
_ALERT: Final = re.compile(r"^SSL: SSL3 alert: read \(remote end reported an error\):fatal:(.*)$", re.MULTILINE)
_TROUBLE: Final = re.compile(r"^(?:recvmsg\[RADIUS\]|send\[RADIUS[^\]]*\]|connect\[radius\]): (.*)$", re.MULTILINE)
_BROKEN: Final = re.compile(r"^(Failed to .*|EAP-(?:PEAP|TLS): Failed to initialize SSL.*)$", re.MULTILINE)
_ESCAPE: Final = re.compile(r"\\(x[0-9a-f]{2}|.)")
_ESCAPED: Final = {"n": b"\n", "r": b"\r", "t": b"\t", "e": b"\033"}
_FORGED: Final = "\nIncoming RADIUS packet did not have correct Message-Authenticator"


def parse(text: str) -> Transcript:
    """Read what eapol_test printed; lines that mean nothing to the verdict are passed over."""
    fault = _FAULT.search(text)
    return Transcript(
        packets=_packets(text),
        method_begun="\nCTRL-EVENT-EAP-METHOD " in text,
        declined=bool(re.search(r"^CTRL-EVENT-EAP-PROPOSED-METHOD .* -> NAK$", text, re.MULTILINE)),
        fault=_fault(int(fault[1])) if fault else None,
        fault_text=fault[2] if fault else "",
        alert=_first(_ALERT, text),
        server_names=tuple(dict.fromkeys(_NAME.findall(text))),
        keys_agree=bool(re.search(r"^MPPE keys OK: [1-9]\d*  mismatch: 0$", text, re.MULTILINE)),
        timed_out="\nEAPOL test timed out\n" in text,
        forged=_FORGED in text,
        trouble=_first(_TROUBLE, text),
        broken=_first(_BROKEN, text),
        finished=bool(re.search(r"^(SUCCESS|FAILURE)$", text, re.MULTILINE)),
    )


def _packets(text: str) -> tuple[Packet, ...]:
    """Cut the text at each packet, for its attributes follow it."""
    parts = _PACKET.split(text)[1:]
    return tuple(
        Packet(int(code), tuple((name, _value(value)) for name, value in _ATTRIBUTE.findall(body)))
        for code, body in zip(parts[::2], parts[1::2], strict=True)
        if _FORGED not in body
    )


def _value(spelled: str) -> str:
    """Undo the quotes and the `printf_encode` of hostap's utils/common.c."""
    if not (spelled.startswith("'") and spelled.endswith("'") and len(spelled) > 1):
        return spelled
    octets = _ESCAPE.sub(_unescape, spelled[1:-1]).encode("latin-1", "replace")
    return octets.decode("utf-8", "replace")


def _unescape(match: re.Match[str]) -> str:
    letter = match[1]
    if len(letter) > 1:
        return chr(int(letter[1:], 16))
    return _ESCAPED.get(letter, letter.encode("latin-1", "replace")).decode("latin-1")


def _fault(number: int) -> CertificateFault:
    known = {fault.value for fault in CertificateFault}
    return CertificateFault(number) if number in known else CertificateFault.UNSPECIFIED


def _first(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return match[1] if match else ""
