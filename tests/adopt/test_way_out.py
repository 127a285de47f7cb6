"""After an adoption: the exceptions are taken out one by one, each a diff, and in the end the convention stands."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lab.devices import Catalyst, brownfield_text
from lab.devices.execute import answer
from lab.devices.session import Session
from roaming.adopt import Reading, adopt_controller
from roaming.errors import RenderError
from roaming.load import load
from roaming.render.iosxe import one_controller
from roaming.targets.iosxe.dialect import IosXe
from tests.adopt.test_controller import INVENTORY, JOINED

if TYPE_CHECKING:
    from roaming.model.borough import Borough
    from roaming.model.network import Network

IOSXE = IosXe()
# A policy tag of the borough's own names it: the plan says so before it goes.
NAMED_BY_OTHERS = "wireless profile policy LON-govroam"
STRANGER = "policy profile LON-govroam is taken away, but `wireless tag policy EM-TOWN-HALL` of others names it"


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Network:
    """Return the network after the adoption of the brownfield."""
    text = (INVENTORY / "boroughs" / "eastmarsh.yml").read_text()
    adoption = adopt_controller(load(INVENTORY), "eastmarsh-wlc", text, Reading(brownfield_text(), JOINED))
    directory = tmp_path_factory.mktemp("adopted")
    (directory / "boroughs").mkdir()
    for name in ("federation.yml", "wlans.yml"):
        (directory / name).write_bytes((INVENTORY / name).read_bytes())
    Path(directory / adoption.file).write_text(adoption.after)
    return load(directory).network


def owning(network: Network, exceptions: list[str], not_yet: list[str]) -> tuple[Network, Borough]:
    (borough,) = network.boroughs
    (controller,) = borough.controllers
    owns = controller.owns.model_copy(update={"exceptions": tuple(exceptions), "not_yet": tuple(not_yet)})
    changed = borough.model_copy(update={"controllers": (controller.model_copy(update={"owns": owns}),)})
    return replace(network, boroughs=(changed,)), changed


def rendered(network: Network, exceptions: list[str], not_yet: list[str]) -> tuple[str, tuple[str, ...]]:
    changed, borough = owning(network, exceptions, not_yet)
    device = one_controller(changed, borough, borough.controllers[0])
    return device.files[0].text(lambda _: "x"), device.leaves


def owns(network: Network) -> tuple[list[str], list[str]]:
    found = network.boroughs[0].controllers[0].owns
    return list(found.exceptions), list(found.not_yet)


def entered(device: Catalyst, session: Session, commands: tuple[str, ...]) -> str:
    """Type commands, and return what the device says no with."""
    lines = ("configure terminal", *commands, "end")
    said = [answer(device, session, line).text for line in lines]
    return "".join(text for text in said if text.startswith("%"))


def test_one_by_one(network: Network) -> None:
    exceptions, not_yet = owns(network)
    device, session = Catalyst("eastmarsh-wlc", seed=5), Session(1, "netops", "198.51.100.7", length=0)
    device.sessions[1] = session
    names = [(names, one) for names in (not_yet, exceptions) for one in names]
    assert len(names) == 23
    for where, one in names:
        where.remove(one)
        text, leaves = rendered(network, exceptions, not_yet)
        scope = replace(IOSXE.scope("LON-", text), left=leaves)
        running = device.running_text()
        remedy = IOSXE.remedy(running, text, scope, {})
        assert remedy.commands, one
        assert entered(device, session, remedy.commands) == "", one
        assert IOSXE.remedy(device.running_text(), text, scope, {}).commands == ()
        assert IOSXE.foreign(device.running_text(), scope) == IOSXE.foreign(running, scope)
        named = [sentence for sentence in remedy.outage if "of others names it" in sentence]
        assert named == ([STRANGER] if one == NAMED_BY_OTHERS else [])
    plain, _ = rendered(network, [], [])
    assert IOSXE.remedy(device.running_text(), plain, IOSXE.scope("LON-", plain), {}).commands == ()
    assert "LON-radius" not in device.running_text()


def test_what_needs_a_thing_that_is_not_there_yet_is_refused(network: Network) -> None:
    exceptions, not_yet = owns(network)
    exceptions.remove("wlan LON-govroam / security dot1x authentication-list")
    message = (
        "eastmarsh-wlc: `wlan LON-govroam` needs `aaa authentication dot1x LON-federation`, which owns.not_yet says is"
        " not there: take it out of not_yet first, or leave the line that needs it to the borough by except"
    )
    with pytest.raises(RenderError) as caught:
        rendered(network, exceptions, not_yet)
    assert str(caught.value) == message


def test_an_exception_that_is_nothing_is_refused(network: Network) -> None:
    with pytest.raises(RenderError, match="`vlan 120` in owns is nothing that we write on a controller: spell it as"):
        rendered(network, ["vlan 120"], [])
    with pytest.raises(RenderError, match="`wlan LON-a 17 govroam` in owns is nothing that we write"):
        rendered(network, [], ["wlan LON-a 17 govroam"])


def test_a_section_with_lines_of_the_borough_is_not_taken_away(network: Network) -> None:
    exceptions, not_yet = owns(network)
    text, leaves = rendered(network, exceptions, not_yet)
    kept = text.replace("radius server LON-eastmarsh-rad-1", "radius server LON-other")
    scope = replace(IOSXE.scope("LON-", kept), left=leaves)
    with pytest.raises(RenderError, match=r"`radius server LON-eastmarsh-rad-1` has to go or to be made anew, but"):
        IOSXE.remedy(brownfield_text(), kept, scope, {})
