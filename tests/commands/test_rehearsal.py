"""`roam push` of a site that demands a rehearsal, over devices in memory: told, obeyed, waived and written down."""

from __future__ import annotations

import json
import shutil
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import typer

from roaming.cli.carry import Terms, Undertaking, carry_out
from roaming.cli.diff import for_machines, text
from roaming.cli.scope import says_still
from roaming.errors import PushError
from roaming.load import load
from roaming.plan import rehearsals
from roaming.push import FakePerformer, Performance, RehearsalCommand, Stage
from roaming.push.journal import read, verify
from roaming.push.rehearsal import WAY_OUT
from roaming.render import render
from tests.plan.test_rehearsal import demanding
from tests.push.guarded import GuardedSession
from tests.push.test_campaign import campaign

if TYPE_CHECKING:
    from pathlib import Path

    from roaming.model.bundle import Bundle
    from roaming.model.network import Network
    from roaming.push.campaign import Campaign

COMMAND = RehearsalCommand.parse("roam-lab radio {scenario} -i {inventory}")
AP1, AP2 = "hackney-sc-ap1", "hackney-sc-ap2"


@pytest.fixture(scope="module")
def network(repository: Path) -> Network:
    return demanding(load(repository / "lab" / "inventory").network, {"hackney/service-centre": ("walk",)})


@pytest.fixture(scope="module")
def bundle(network: Network) -> Bundle:
    return render(network).limited("hackney/service-centre")


@pytest.fixture
def sessions() -> dict[str, GuardedSession]:
    return {AP1: GuardedSession(), AP2: GuardedSession()}


@pytest.fixture
def work(network: Network, bundle: Bundle, tmp_path: Path, sessions: dict[str, GuardedSession]) -> Campaign:
    return campaign(network, bundle, tmp_path, sessions)


def undertaking(work: Campaign, bundle: Bundle, *answers: Performance, **terms: object) -> Undertaking:
    """Return a push whose rehearsals go as `answers` say."""
    wanted = work.wanted(bundle)
    stage = Stage(work.state / "inventory", COMMAND, performer=FakePerformer(deque(answers)))
    given = replace(Terms(yes=True), **terms)  # type: ignore[arg-type]  # a test's keywords
    return Undertaking(work, work.plan(wanted), wanted, given, bundle.digest(), stage)


def touched(sessions: dict[str, GuardedSession]) -> list[str]:
    return [name for name, session in sessions.items() if session.written or session.orders]


def test_what_fails_in_rehearsal_touches_no_device(
    work: Campaign, bundle: Bundle, sessions: dict[str, GuardedSession], capsys: pytest.CaptureFixture[str]
) -> None:
    one = undertaking(work, bundle, Performance(1, 93.4), report=work.state.parent / "report.md")
    with pytest.raises(typer.Exit) as ended:
        carry_out(one)
    assert ended.value.exit_code == 1
    assert touched(sessions) == []
    command = f"roam-lab radio walk -i {work.state / 'inventory'}"
    why = "the rehearsal walk for hackney/service-centre failed: exit status 1 after 93 s"
    said = capsys.readouterr().out.splitlines()
    assert "rehearsed first: walk for hackney/service-centre" in said
    assert f"rehearsing walk for hackney/service-centre: {command}" in said
    assert f"{AP1}: held: not touched: the run stopped, {why}" in said
    assert said[-3:] == [
        f"the run stopped: {why}",
        f"2 devices not: {AP1}, {AP2}",
        f"mend what `{command}` found, and push again; {WAY_OUT}",
    ]
    first, *_, last = read(work.state)
    assert first["rehearsals"] == [
        {
            "scenario": "walk",
            "sites": ["hackney/service-centre"],
            "ending": "failed",
            "words": "exit status 1 after 93 s",
            "command": command.split(),
            "status": 1,
            "seconds": 93.4,
        }
    ]
    assert (last["event"], last["devices"], last["stopped"]) == ("end", 0, why)
    assert work.open_devices() == {}
    assert verify(work.state) == ()
    report = (work.state.parent / "report.md").read_text()
    assert "| rehearsal | walk for hackney/service-centre: failed, exit status 1 after 93 s |" in report


def test_what_passes_is_pushed(
    work: Campaign, bundle: Bundle, sessions: dict[str, GuardedSession], capsys: pytest.CaptureFixture[str]
) -> None:
    carry_out(undertaking(work, bundle, Performance(0, 93.4), as_json=True))
    told = json.loads(capsys.readouterr().out)
    assert [(one["scenario"], one["ending"], one["status"]) for one in told["rehearsals"]] == [("walk", "passed", 0)]
    assert told["stopped"] is None
    assert {one["outcome"] for one in told["results"]} == {"changed"}
    assert touched(sessions) == [AP1, AP2]
    carry_out(undertaking(work, bundle, as_json=True))
    assert json.loads(capsys.readouterr().out)["rehearsals"] == []


def test_a_failed_rehearsal_for_machines(work: Campaign, bundle: Bundle, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit):
        carry_out(undertaking(work, bundle, Performance(None, why="it cannot be run: No such file"), as_json=True))
    told = json.loads(capsys.readouterr().out)
    assert [(one["ending"], one["status"], one["words"]) for one in told["rehearsals"]] == [
        ("failed", None, "it cannot be run: No such file")
    ]
    assert {one["outcome"] for one in told["results"]} == {"held"}
    assert told["devices"] == 0


def test_a_waived_rehearsal_stands_in_the_journal(
    work: Campaign, bundle: Bundle, sessions: dict[str, GuardedSession], capsys: pytest.CaptureFixture[str]
) -> None:
    one = undertaking(work, bundle)
    assert one.stage is not None
    carry_out(replace(one, stage=replace(one.stage, command=None, waiver="INC42")))
    assert "not rehearsed although demanded: walk for hackney/service-centre" in capsys.readouterr().out
    assert touched(sessions) == [AP1, AP2]
    told = read(work.state)[0]["rehearsals"]
    assert isinstance(told, list)
    assert [(one["ending"], one["words"]) for one in told] == [("waived", "INC42")]


def test_a_demand_without_a_command_is_refused(
    work: Campaign, bundle: Bundle, sessions: dict[str, GuardedSession]
) -> None:
    one = undertaking(work, bundle)
    assert one.stage is not None
    with pytest.raises(PushError, match="hackney/service-centre demands that walk passes before a push, and nothing"):
        carry_out(replace(one, stage=replace(one.stage, command=None)))
    assert touched(sessions) == []
    assert read(work.state) == ()


def test_what_brings_back_is_not_rehearsed(
    work: Campaign, bundle: Bundle, sessions: dict[str, GuardedSession], capsys: pytest.CaptureFixture[str]
) -> None:
    carry_out(undertaking(work, bundle, Performance(0)))
    assert "rehearsing walk" in capsys.readouterr().out
    wanted = work.wanted(bundle)
    back = replace(work, run="zz-back")
    carry_out(Undertaking(back, back.plan_back(work.run, wanted), wanted, Terms(yes=True), bundle.digest(), back=True))
    assert "rehears" not in capsys.readouterr().out
    assert [session.files for session in sessions.values()] == [{}, {}]


def test_an_inventory_that_was_edited_meanwhile_is_noticed(repository: Path, tmp_path: Path) -> None:
    inventory, limit = tmp_path / "inventory", "hackney/service-centre"
    shutil.copytree(repository / "lab" / "inventory", inventory)
    digest = render(load(inventory).network).limited(limit).digest()
    file = inventory / "boroughs" / "hackney.yml"
    file.write_text(file.read_text().replace("wifi@hackney.example", "net@hackney.example"))
    assert says_still(inventory, limit, digest)
    file.write_text(file.read_text().replace("staff: {id: 211,", "staff: {id: 299,"))
    assert not says_still(inventory, limit, digest)
    file.write_text(file.read_text().replace("slug: service-centre", "slug: elsewhere"))
    assert not says_still(inventory, limit, digest)


def test_a_diff_tells_what_a_push_would_rehearse(work: Campaign, bundle: Bundle) -> None:
    plan = work.plan(work.wanted(bundle))
    demanded = rehearsals(plan, work.network)
    *_, first, last = text(plan, demanded).splitlines()
    assert first == "a push rehearses first: walk for hackney/service-centre"
    assert last.startswith("2 of 2 devices read differ: ")
    assert for_machines(plan, demanded)["rehearsals"] == [{"scenario": "walk", "sites": ["hackney/service-centre"]}]
