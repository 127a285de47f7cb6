#!/usr/bin/env python3
r"""Be one client of this access point: authenticate once and say how it went, as JSON.

The network block of wpa_supplicant comes on standard input, without `key_mgmt`; it may hold a password, so it stands
on no command line:

    printf 'eap=PEAP\nidentity="a@camden.gov.uk"\npassword="…"\nphase2="auth=MSCHAPV2"\n' | lab-client

Prints {"result": "accepted" | "rejected" | "no answer", "authorized": …, "vlan": …, "seconds": …, "said": […]} and
exits 0 when the access point opened its port, else 1. `vlan` is what hostapd put the client into. With --stay it is
still a client there afterwards, until the next run.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import selectors
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

CLIENT: Final = "client0"
PAE_GROUP: Final = bytes.fromhex("0180c2000003")
EAPOL_START: Final = bytes.fromhex("888e01010000")
NETWORK: Final = "ap_scan=0\nnetwork={{\nkey_mgmt=IEEE8021X\neapol_flags=0\n{}\n}}\n"
ENDINGS: Final = {"CTRL-EVENT-EAP-SUCCESS": "accepted", "CTRL-EVENT-EAP-FAILURE": "rejected"}


def main() -> int:
    """Authenticate once."""
    parser = argparse.ArgumentParser(description="Authenticate once as a client of this access point.")
    parser.add_argument("--timeout", type=float, default=15, metavar="SECONDS")
    parser.add_argument("--stay", action="store_true")
    options = parser.parse_args()
    timeout: float = options.timeout
    with tempfile.NamedTemporaryFile("w", dir="/run", prefix="lab-client-", encoding="utf-8") as config:
        config.write(NETWORK.format(sys.stdin.read()))
        config.flush()
        start = time.monotonic()
        result, said = authenticate(config.name, timeout)
        seconds = round(time.monotonic() - start, 3)
    port = port_of_client() if result == "accepted" else {}
    authorized = port.get("dot1xAuthAuthControlledPortStatus") == "1"
    vlan = int(port["vlan_id"]) if "vlan_id" in port else None
    if not options.stay:
        leave()
    answer = {"result": result, "authorized": authorized, "vlan": vlan, "seconds": seconds, "said": said}
    sys.stdout.write(json.dumps(answer) + "\n")
    return 0 if authorized else 1


def authenticate(config: str, timeout: float) -> tuple[str, list[str]]:
    """Run wpa_supplicant until it knows, at most `timeout` seconds; return the result and its event lines."""
    words = ["/usr/sbin/wpa_supplicant", "-D", "wired", "-i", CLIENT, "-c", config]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)  # noqa: S603  fixed words
    try:
        return follow(process, time.monotonic() + timeout)
    finally:
        process.terminate()
        process.wait()


def follow(process: subprocess.Popen[bytes], deadline: float) -> tuple[str, list[str]]:
    """Read what wpa_supplicant says and nudge the access point when it listens."""
    said: list[str] = []
    for line in lines(process, deadline):
        if "Associated with" in line:
            knock()
        if "CTRL-EVENT-EAP" in line:
            said.append(line.partition(": ")[2])
        for event, result in ENDINGS.items():
            if event in line:
                return result, said
    return "no answer", said


def lines(process: subprocess.Popen[bytes], deadline: float) -> Iterator[str]:
    """Yield lines as they come, until the deadline."""
    assert process.stdout is not None  # noqa: S101  Popen was asked for a pipe
    descriptor, rest = process.stdout.fileno(), b""
    with selectors.DefaultSelector() as selector:
        selector.register(descriptor, selectors.EVENT_READ)
        while selector.select(max(0, deadline - time.monotonic())):
            chunk = os.read(descriptor, 4096)
            if not chunk:
                return
            *whole, rest = (rest + chunk).split(b"\n")
            yield from (line.decode(errors="replace") for line in whole)


def knock() -> None:
    """Send the EAPOL-Start that wpa_supplicant itself sends only after some seconds."""
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as wire:
        wire.bind((CLIENT, 0))
        wire.send(PAE_GROUP + bytes.fromhex(address().replace(":", "")) + EAPOL_START)


def port_of_client() -> dict[str, str]:
    """Return what hostapd knows of the client, once it has settled."""
    for _ in range(20):
        text = hostapd("sta", address())
        values = dict(re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE))
        if values.get("dot1xAuthAuthControlledPortStatus") == "1":
            return values
        time.sleep(0.05)
    return {}


def leave() -> None:
    """Make hostapd forget the client, so that the next run is a first one."""
    hostapd("disassociate", address())


def hostapd(*words: str) -> str:
    """Ask the running hostapd."""
    question = ["/usr/sbin/hostapd_cli", *words]
    return subprocess.run(question, capture_output=True, text=True, check=False).stdout  # noqa: S603  fixed words


def address() -> str:
    """Return the client's MAC address."""
    return Path(f"/sys/class/net/{CLIENT}/address").read_text(encoding="ascii").strip()


if __name__ == "__main__":
    sys.exit(main())
