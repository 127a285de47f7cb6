"""What FreeRADIUS and radsecproxy make of rendered files, each in the image of its version."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest

from lab import pki
from lab.images import Image
from lab.images.recipes import SOFTWARE
from roaming.render.template import render_parts
from roaming.targets import TARGETS
from tests.daemons.eapol import Asking, ask
from tests.daemons.radius import services, tree, world
from tests.render.networks import CASES, london

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.daemons.conftest import Box
    from tests.daemons.radius import World

pytestmark = pytest.mark.daemon

OLDER = {"3.2.7": "3.2.1", "1.11.2": "1.9.2"}
HOSTILE = (
    "plain-and-long-enough",
    "  two leading spaces",
    "#hash # hash",
    "quo\"te and quo'te",
    "back\\slash\\n\\x41",
    "{{ secret }} {% x %}",
    "%{User-Name} %41 %%4142",
    "${confdir} $ENV{HOME} $HOME",
    "`id` $(id)",
    "a = b, c := d { }",
    "caf\u00e9 \u2615 \u043a\u043b\u044e\u0447 end",
    "''''",
)


@pytest.fixture(scope="module", params=[Image.DEBIAN_13, Image.DEBIAN_12], ids=str)
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Run the federation of one Debian."""
    versions = {} if request.param is Image.DEBIAN_13 else OLDER
    with world(tmp_path_factory.mktemp("world"), request.param, versions) as one:
        yield one


CHECK = """for device in /run/box/all/*; do
    rm -rf /etc/freeradius/3.0/roaming /etc/radsecproxy
    cp -r $device/etc / && sh -e $device/owners
    sh $device/check > /run/box/said 2>&1 && echo good || { echo $device; cat /run/box/said; }
done
rm -rf /run/box/all"""


@pytest.mark.parametrize("case", [*sorted(CASES), "london"])
def test_every_rendered_file_passes_its_daemons_check(debian_13: Box, debian_12: Box, case: str) -> None:
    network = (CASES | {"london": london})[case]()
    material = pki.generate(network)
    devices = services(network)
    assert devices
    for image, box in ((Image.DEBIAN_13, debian_13), (Image.DEBIAN_12, debian_12)):
        ours = [device for device in devices if SOFTWARE[device.target, device.version] is image]
        if ours:
            box.write({path: text for device in ours for path, text in tree(device, material).items()})
            assert box.must("sh", "-c", CHECK, timeout_s=300).splitlines() == ["good"] * len(ours)


@pytest.mark.parametrize("method", ["peap", "tls"])
def test_staff_are_accepted_at_home_and_away(running: World, method: str) -> None:
    for home in ("camden", "islington"):
        outer = f"roam-{method}@{home}.gov.uk"
        assert ask(running, Asking("camden-rad-1", home, outer, method=method)).accepted
        lines = [line for line in running.log(f"{home}-rad-1") if f"user={outer} " in line]
        assert len(lines) == 1
        assert " result=accept " in lines[0]
        assert " operator=1camden.gov.uk " in lines[0]


def test_a_wrong_password_is_rejected_at_home_and_logged_once(running: World) -> None:
    outer = "roam-wrong@islington.gov.uk"
    answer = ask(running, Asking("camden-rad-1", "islington", outer, password="wrong"))  # noqa: S106  no secret
    assert not answer.accepted
    assert answer.message == "home islington-rad-1: authentication failed"
    lines = [line for line in running.log("islington-rad-1") if f"user={outer} " in line]
    assert len(lines) == 1
    assert " result=reject " in lines[0]
    assert "wrong" not in lines[0].replace(outer, "")


def test_an_unknown_realm_is_rejected_by_the_hub_within_a_second(running: World) -> None:
    ask(running, Asking("camden-rad-1", "camden", "warm@nowhere.gov.uk"))
    start = time.monotonic()
    answer = ask(running, Asking("camden-rad-1", "camden", "roam-unknown@nowhere.gov.uk"))
    assert answer.message == "hub hub-east: unknown realm"
    assert time.monotonic() - start < 1


@pytest.mark.parametrize(
    ("outer", "why"),
    [
        ("norealm", "no realm"),
        ("two@at@b.gov.uk", "malformed name"),
        ("no@dot", "malformed name"),
        ("two@dots..gov.uk", "malformed name"),
        ("leading@.gov.uk", "malformed name"),
        ("trailing@gov.uk.", "malformed name"),
        ("sp ace@islington.gov.uk", "malformed name"),
        ("tab@isling\tton.gov.uk", "malformed name"),
        ('quo"te@islington.gov.uk', "malformed name"),
    ],
)
def test_a_bad_name_never_leaves_the_borough(running: World, outer: str, why: str) -> None:
    before = len(running.hub_log())
    answer = ask(running, Asking("camden-rad-1", "camden", outer))
    assert answer.message == f"proxy camden-rad-1: {why}"
    assert not any(" user " in line for line in running.hub_log()[before:])


def test_a_loop_ends_at_the_first_borough(running: World) -> None:
    """The hub is made to send Camden a realm that is nobody's: Camden refuses it and does not send it back."""
    hub = running.boxes["hub-east"]
    wrong = "realm elsewhere.gov.uk {\\n\\tServer camden-rad-1\\n}\\n"
    hub.must("sed", "-i", f"0,/^realm camden/s//{wrong}&/", "/etc/radsecproxy.conf")
    before = len(running.hub_log())
    hub.must("service", "radsecproxy", "restart")
    _until_connected(running, "camden-rad-1", before)
    outer = "roam-loop@elsewhere.gov.uk"
    answer = ask(running, Asking("islington-rad-1", "islington", outer, client="islington-agent"))
    assert answer.message == "proxy camden-rad-1: unknown realm"
    assert sum(outer in line for line in running.log("camden-rad-1", "visits.log")) == 1


def _until_connected(running: World, server: str, before: int) -> None:
    for _ in range(50):
        if any(f"TLS connection to {server} " in line and line.endswith("up") for line in running.hub_log()[before:]):
            return
        time.sleep(0.2)
    pytest.fail(f"the hub did not connect to {server}")


def test_a_forged_operator_is_overwritten(running: World) -> None:
    outer = "roam-forged@islington.gov.uk"
    asking = Asking("camden-rad-1", "islington", outer, client="camden-th-ap1", extra=("-N126:s:1evil.gov.uk",))
    assert ask(running, asking).accepted
    [line] = [line for line in running.log("islington-rad-1") if f"user={outer} " in line]
    assert " operator=1camden.gov.uk " in line
    assert "evil" not in line


@pytest.mark.parametrize(("home", "vlan"), [("camden", "110"), ("islington", "120")])
def test_the_visited_building_chooses_the_vlan(running: World, home: str, vlan: str) -> None:
    answer = ask(running, Asking("camden-rad-1", home, f"roam-vlan@{home}.gov.uk", client="camden-th-ap1"))
    assert answer.accepted
    assert answer.vlan == vlan


def test_a_visitor_has_one_chargeable_identity_that_the_home_alone_can_compute(running: World) -> None:
    for number in (1, 2):
        asking = Asking("camden-rad-1", "islington", f"roam-cui-{number}@islington.gov.uk", client="camden-th-ap1")
        assert ask(running, asking).accepted
    lines = [line for line in running.log("camden-rad-1", "visits.log") if "roam-cui-" in line]
    identities = {word for line in lines for word in line.split() if word.startswith("cui=")}
    assert len(lines) == 2
    assert len(identities) == 1
    assert len(identities.pop()) == len("cui=") + 40


def test_a_name_in_the_tunnel_of_another_realm_is_rejected(running: World) -> None:
    asking = Asking("camden-rad-1", "camden", "roam-inner@camden.gov.uk", identity="roam-probe@islington.gov.uk")
    assert not ask(running, asking).accepted


def test_hostile_passwords_are_read_back(running: World) -> None:
    secrets = dict(enumerate(HOSTILE))
    probes = [{"user": f"hostile-{number}@camden.gov.uk", "secret": str(number)} for number in secrets]
    parts = render_parts("freeradius", "users.j2", slug="camden", probes=probes)
    spell = TARGETS["freeradius"].quote
    users = "".join(part if isinstance(part, str) else spell(part.quoting, secrets[int(part.name)]) for part in parts)
    home = running.boxes["camden-rad-1"]
    path = "/etc/freeradius/3.0/roaming/users/camden"
    kept = home.must("cat", path)
    home.write({path: users})
    home.must("sh", "-c", f"chown root:freerad {path}; chmod 640 {path}; service freeradius restart")
    results = {
        number: ask(
            running,
            Asking(
                "camden-rad-1",
                "camden",
                "roam-hostile@camden.gov.uk",
                identity=f"hostile-{number}@camden.gov.uk",
                password=value,
            ),
        ).accepted
        for number, value in secrets.items()
    }
    home.write({path: kept})
    home.must("sh", "-c", f"chown root:freerad {path}; chmod 640 {path}; service freeradius restart")
    assert results == dict.fromkeys(secrets, True)


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
