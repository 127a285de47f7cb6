"""What FreeRADIUS and radsecproxy make of rendered files, each in the image of its version."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from lab import pki
from lab.images import Image
from lab.images.recipes import SOFTWARE
from roaming.render.template import render_parts
from roaming.targets import TARGETS
from tests.daemons.eapol import Asking, ask
from tests.daemons.radius import HOSTILE, services, tree, world
from tests.render.networks import CASES, london

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.daemons.conftest import Box
    from tests.daemons.radius import World

pytestmark = pytest.mark.daemon

OLDER = {"3.2.7": "3.2.1", "1.11.2": "1.9.2"}


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
    # Not a restart by the init script: it takes a radsecproxy that still exits for one that runs, and starts none.
    hub.must("sh", "-c", "service radsecproxy stop; while pgrep -x radsecproxy; do sleep 0.1; done")
    hub.must("service", "radsecproxy", "start")
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
    pytest.fail("\n".join((f"the hub did not connect to {server}", *running.hub_log()[before:])))


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


@pytest.mark.parametrize(
    ("home", "site_tag", "vlan"),
    [
        ("camden", "LON-town-hall", "110"),
        ("islington", "LON-town-hall", "120"),
        ("islington", "LON-elsewhere", None),
        ("islington", "camden/town-hall", None),
    ],
)
def test_a_controller_says_by_its_site_tag_which_building_it_is(
    running: World, home: str, site_tag: str, vlan: str | None
) -> None:
    outer = f"roam-tag@{home}.gov.uk"
    answer = ask(running, Asking("camden-rad-1", home, outer, client="camden-wlc", extra=(f"-N32:s:{site_tag}",)))
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
    home.must(
        "sh", "-c", f"chown root:freerad {path}; chmod 640 {path}; touch {path}; service freeradius reload; sleep 1"
    )
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
    home.must(
        "sh", "-c", f"chown root:freerad {path}; chmod 640 {path}; touch {path}; service freeradius reload; sleep 1"
    )
    assert results == dict.fromkeys(secrets, True)
