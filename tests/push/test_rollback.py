"""Law 3: rollback is the plan with its arguments swapped, and returns the device to its former configuration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from roaming.model.bundle import DeviceBundle, DeviceKind, File, RemoteFile
from roaming.plan import (
    Change,
    DevicePlan,
    ServiceAction,
    earliest,
    former,
    plan_device,
    plan_rollback,
)
from roaming.targets import TARGETS, Action

if TYPE_CHECKING:
    from collections.abc import Mapping

    from roaming.targets import Target

Files = dict[str, RemoteFile]

# Of each target: places of ours, places that we write to and that are not ours alone, and places of others.
PLACES = {
    "hostapd": ["/etc/hostapd/hostapd.conf", "/etc/hostapd/hostapd-wlan1.conf", "/etc/hostapd/a.vlan"],
    "freeradius": ["/etc/freeradius/3.0/clients.conf", "/etc/freeradius/3.0/roaming/server"],
    "radsecproxy": ["/etc/radsecproxy.conf", "/etc/radsecproxy/hub.key"],
}
SHARED = ["/etc/default/hostapd", "/etc/elsewhere.conf"]
FOREIGN = ["/etc/passwd", "/etc/hostapd/ifupdown.sh"]

remote = st.builds(
    RemoteFile,
    st.binary(max_size=12),
    st.sampled_from([0o644, 0o640, 0o600, 0o4755]),
    st.sampled_from(["root", "freerad"]),
    st.sampled_from(["root", "freerad"]),
)


@dataclass(frozen=True)
class World:
    """A device's target, what it holds, and what two inventories want of it, one after the other."""

    target: Target
    start: Files
    wanted: tuple[Files, ...]


@st.composite
def worlds(draw: st.DrawFn) -> World:
    name = draw(st.sampled_from(sorted(PLACES)))
    ours = st.dictionaries(st.sampled_from([*PLACES[name], *SHARED]), remote)
    start = {**draw(st.dictionaries(st.sampled_from([*PLACES[name], *SHARED, *FOREIGN]), remote))}
    return World(TARGETS[name], start, tuple(draw(st.lists(ours, min_size=1, max_size=3))))


def device(files: Mapping[str, RemoteFile]) -> DeviceBundle:
    return DeviceBundle("x", "", "d", DeviceKind.HUB, "any", "1", tuple(File(path, ()) for path in files))


def show(_path: str, text: str) -> str:
    return text


def applied(plan: DevicePlan, files: Files) -> Files:
    """Return a device's files after a plan, made without the code that makes plans."""
    after = dict(files)
    for change in plan.changes:
        assert after.get(change.path) == change.running
        after.pop(change.path, None)
        if change.wanted is not None:
            after[change.path] = change.wanted
    return after


def push(target: Target, wanted: Files, files: Files) -> DevicePlan:
    return plan_device(device(wanted), target, wanted, files, show)


@given(worlds())
def test_a_rollback_gives_back_every_octet_mode_and_owner(world: World) -> None:
    wanted = world.wanted[0]
    there = push(world.target, wanted, world.start)
    after = applied(there, world.start)
    back = plan_rollback(device(wanted), world.target, former(there), after, show)
    assert applied(back, after) == world.start
    assert {change.path: (change.running, change.wanted) for change in back.changes} == {
        change.path: (change.wanted, change.running) for change in there.changes
    }
    assert back.actions == there.actions


@given(worlds())
def test_a_rollback_can_be_rolled_back(world: World) -> None:
    wanted = world.wanted[0]
    there = push(world.target, wanted, world.start)
    after = applied(there, world.start)
    back = plan_rollback(device(wanted), world.target, former(there), after, show)
    again = plan_rollback(device(wanted), world.target, former(back), applied(back, after), show)
    assert applied(again, world.start) == after


@given(worlds())
def test_a_rollback_of_what_is_back_is_empty(world: World) -> None:
    there = push(world.target, world.wanted[0], world.start)
    assert plan_rollback(device({}), world.target, former(there), world.start, show).empty


@given(worlds())
def test_several_runs_are_taken_back_at_once(world: World) -> None:
    now, formers = world.start, []
    for wanted in world.wanted:
        plan = push(world.target, wanted, now)
        formers.append(former(plan))
        now = applied(plan, now)
    back = plan_rollback(device(world.wanted[-1]), world.target, earliest(formers), now, show)
    assert applied(back, now) == world.start


@given(worlds(), st.dictionaries(st.sampled_from(FOREIGN), remote))
def test_what_others_changed_meanwhile_stays(world: World, foreign: Files) -> None:
    there = push(world.target, world.wanted[0], world.start)
    after = {**applied(there, world.start), **foreign}
    back = plan_rollback(device({}), world.target, former(there), after, show)
    assert applied(back, after) == {**world.start, **foreign}


def test_a_file_that_the_run_created_goes_although_its_place_is_not_ours_alone() -> None:
    target = TARGETS["hostapd"]
    wanted = {"/etc/default/hostapd": RemoteFile(b"DAEMON_CONF=\n", 0o644, "root", "root")}
    there = push(target, wanted, {})
    assert former(there) == {"/etc/default/hostapd": None}
    back = plan_rollback(device({}), target, former(there), wanted, show)
    assert [(change.path, change.change) for change in back.changes] == [("/etc/default/hostapd", Change.REMOVED)]
    assert back.actions == (ServiceAction("hostapd", Action.RESTART),)


def test_what_came_into_our_places_since_goes_too() -> None:
    target = TARGETS["hostapd"]
    late = {"/etc/hostapd/hostapd-wlan9.conf": RemoteFile(b"", 0o600, "root", "root")}
    assert [change.path for change in plan_rollback(device({}), target, {}, late, show).changes] == list(late)


def test_a_rollback_shows_its_difference_as_a_plan_does() -> None:
    old, new = (RemoteFile(text, 0o644, "root", "root") for text in (b"secret old\n", b"secret new\n"))
    back = plan_rollback(device({}), TARGETS["radsecproxy"], {"/f": old}, {"/f": new}, lambda _, text: text[:6] + "\n")
    assert back.changes[0].diff == "--- /f\n+++ /f\n# differs only in what is masked\n"
