"""No value becomes syntax for FreeRADIUS and radsecproxy, and no peer becomes another."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from roaming.targets import TARGETS
from tests.daemons.radius import HOSTILE, services
from tests.render.networks import CASES

if TYPE_CHECKING:
    from tests.daemons.conftest import Box

pytestmark = pytest.mark.daemon

STATUS = "Packet-Src-IP-Address = 127.0.0.{number}\nMessage-Authenticator = 0x00\n"


def answered(box: Box, port: int) -> dict[str, bool]:
    """Ask a daemon for its status with each hostile secret, from the address that has that secret."""
    numbered = list(enumerate(HOSTILE, start=2))
    box.write({f"/run/box/{number}.secret": f"{secret}\n" for number, secret in numbered})
    box.write({f"/run/box/{number}.status": STATUS.format(number=number) for number, _ in numbered})
    script = f"""for number in $(seq 2 {len(HOSTILE) + 1}); do
        radclient -S /run/box/$number.secret -f /run/box/$number.status -r 1 -t 2 127.0.0.1:{port} status \\
            > /dev/null 2>&1 && echo yes || echo no
    done"""
    said = box.must("sh", "-c", script, timeout_s=120).split()
    return {secret: word == "yes" for secret, word in zip(HOSTILE, said, strict=True)}


def _spelled(target: str) -> dict[int, str]:
    quoting = {"freeradius": "fr_literal", "radsecproxy": "rsp_string"}[target]
    return {number: TARGETS[target].quote(quoting, secret) for number, secret in enumerate(HOSTILE, start=2)}


@pytest.fixture(params=["debian_13", "debian_12"])
def any_box(request: pytest.FixtureRequest) -> Box:
    """Each Debian in turn."""
    found: Box = request.getfixturevalue(request.param)
    return found


def test_freeradius_reads_hostile_secrets_back(any_box: Box) -> None:
    clients = "".join(
        f"client c{number} {{\n\tipaddr = 127.0.0.{number}\n\tsecret = {spelled}\n}}\n"
        for number, spelled in _spelled("freeradius").items()
    )
    server = "listen {\n\ttype = auth\n\tipaddr = 127.0.0.1\n\tport = 11812\n}\nserver default {\n}\n"
    head = "libdir = /usr/lib/freeradius\nlogdir = /tmp\nsecurity {\n\tstatus_server = yes\n}\nmodules {\n}\n"
    any_box.write({"/run/box/hostile/radiusd.conf": head + clients + server})
    any_box.write({"/run/box/hostile/dictionary": "$INCLUDE /usr/share/freeradius/dictionary\n"})
    start = "freeradius -d /run/box/hostile -n radiusd -l /tmp/hostile.log && echo up"
    assert "up" in any_box.must("sh", "-c", f"{start} || cat /tmp/hostile.log")
    try:
        answers = answered(any_box, 11812)
    finally:
        any_box.run("sh", "-c", "pkill -x freeradius; sleep 1")
    assert answers == dict.fromkeys(HOSTILE, True)


def test_radsecproxy_reads_hostile_secrets_back(any_box: Box) -> None:
    clients = "".join(
        f"client c{number} {{\n\tHost 127.0.0.{number}\n\tType udp\n\tSecret {spelled}\n}}\n"
        for number, spelled in _spelled("radsecproxy").items()
    )
    config = f'ListenUDP 127.0.0.1:11813\n{clients}realm * {{\n\tReplyMessage "no"\n}}\n'
    any_box.write({"/run/box/hostile.conf": config})
    any_box.must("sh", "-c", "radsecproxy -c /run/box/hostile.conf -i /run/box/pid; sleep 1")
    try:
        answers = answered(any_box, 11813)
    finally:
        any_box.run("sh", "-c", "pkill -x radsecproxy; sleep 1")
    assert answers == dict.fromkeys(HOSTILE, True)


CATCHER = """
import json, socket, sys
inbox = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
inbox.bind(("127.0.0.1", 11815))
inbox.settimeout(20)
seen = {}
for _ in range(int(sys.argv[1])):
    packet, at, found = inbox.recv(4096), 20, {1: [], 126: []}
    while at < len(packet):
        kind, length = packet[at], packet[at + 1]
        found.setdefault(kind, []).append(packet[at + 2 : at + length].decode("latin-1"))
        at += length
    seen[found[1][0]] = found[126]
print(json.dumps(seen))
"""
NAMED = {
    "1camden.gov.uk": "1camden.gov.uk",
    "1islington.gov.uk": "1islington.gov.uk",
    "1evil.gov.uk": "1camden.gov.uk",
    "=islington.gov.uk": "1camden.gov.uk",
    "=evil.gov.uk": "1camden.gov.uk",
    "1camdenXgov.uk": "1camden.gov.uk",
    "0camden.gov.uk": "1camden.gov.uk",
    "": "1camden.gov.uk",
}


def test_a_server_of_two_boroughs_names_only_them(any_box: Box) -> None:
    hub = next(device for device in services(CASES["shared"]()) if device.name == "hub-east")
    config = next(file.text() for file in hub.files if file.path == "/etc/radsecproxy.conf")
    rules = config.split("rewrite camden-rad-2 {")[1].split("}\n")[0]
    requests = {
        f"/run/box/{number}.request": f"User-Name = {number}@b.uk\nMessage-Authenticator = 0x00\n"
        + (f'Operator-Name = "{said}"\n' if said else "")
        for number, said in enumerate(NAMED)
    }
    any_box.write(
        requests
        | {
            "/run/box/rewrite.conf": f"ListenUDP 127.0.0.1:11814\nrewrite it {{{rules}}}\n"
            "client a {\n\tHost 127.0.0.1\n\tType udp\n\tSecret testing123\n\tRewriteIn it\n}\n"
            "server b {\n\tHost 127.0.0.1\n\tPort 11815\n\tType udp\n\tSecret testing123\n\tRetryCount 0\n}\n"
            "realm * {\n\tServer b\n}\n",
            "/run/box/catch.py": CATCHER,
        }
    )
    script = f"""radsecproxy -c /run/box/rewrite.conf -i /run/box/rewrite.pid
        python3 /run/box/catch.py {len(NAMED)} > /run/box/caught &
        caught=$!
        sleep 0.5
        for number in $(seq 0 {len(NAMED) - 1}); do
            radclient -r 1 -t 1 -f /run/box/$number.request 127.0.0.1:11814 auth testing123 > /dev/null 2>&1 &
        done
        wait $caught && cat /run/box/caught
        pkill -x radsecproxy; wait; sleep 1"""
    kept = json.loads(any_box.must("sh", "-c", script))
    assert kept == {f"{number}@b.uk": [name] for number, name in enumerate(NAMED.values())}
