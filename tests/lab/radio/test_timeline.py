"""The picture of a walk: a golden one, one of a hostile scenario, and one of a walk on which nothing was heard."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from lab.cli.radio import sentences, table
from lab.radio.air import Air
from lab.radio.timeline import draw
from lab.radio.verdict import Judgement, Roam, judge_roams
from monitor.passive.captures import Kind as Heard
from tests.lab.radio.pictures import HOSTILE, assert_harmless, bars, words
from tests.lab.radio.walked import WALKED, air, changed, logs, planned, steps

if TYPE_CHECKING:
    from lab.pki import Material
    from lab.radio.plan import Plan
    from roaming.model.network import Network
    from tests.conftest import Golden

SPAN = WALKED[0][0], WALKED[-1][1]


@pytest.fixture
def plan(network: Network, material: Material) -> Plan:
    return planned(network, material, "walk")


def drawn(plan: Plan, heard: Air, *, emulated: bool = True) -> str:
    roams = judge_roams(plan, steps(), logs(), heard)
    return draw(plan, Judgement("walk", emulated=emulated, seconds=20, roams=roams), SPAN, logs())


def test_the_picture(golden: Golden, plan: Plan) -> None:
    golden("lab/walk.svg", drawn(plan, changed(air(), 2, kind=Heard.FULL_EAP)))


def steered(roams: tuple[Roam, ...], number: int) -> tuple[Roam, ...]:
    roam = roams[number]
    assert roam.attempt
    wished = replace(roam, attempt=replace(roam.attempt, steered=True))
    return (*roams[:number], wished, *roams[number + 1 :])


def test_what_is_steered_or_supposed_is_told(plan: Plan) -> None:
    roams = steered(judge_roams(plan, steps(), logs(), air()), 2)
    judgement = Judgement("walk", emulated=True, seconds=20, roams=roams, supposed=("govroam: bands: {}",))
    shown = words(draw(plan, judgement, SPAN, logs()))
    assert [text for text in shown if text.startswith("FT ")] == [
        "FT over the air",
        "FT air, steered",
        "FT over the air",
    ]
    assert "As if the inventory said: govroam: bands: {}" in shown
    console = Console(width=200, record=True, file=StringIO())
    console.print(table(judgement))
    kinds = [line.split("│")[4].strip() for line in console.export_text().splitlines() if "│ pass" in line]
    assert kinds == ["initial", "ft_air", "ft_air, steered", "ft_air"]
    told = list(sentences(judgement, Path("out")))
    assert told[:2] == ["Rendered as if the inventory said:", "  govroam: bands: {}"]


def test_what_was_not_heard_has_no_bars(plan: Plan) -> None:
    picture = drawn(plan, Air(()), emulated=False)
    assert "1 FAIL" in words(picture)
    assert not [text for text in words(picture) if "emulated" in text.lower()]
    assert bars(picture) == 1  # the legend's


def test_hostile_names_are_text(plan: Plan) -> None:
    scenario = plan.scenario.model_copy(update={"about": HOSTILE})
    client = scenario.clients[0].model_copy(update={"home": HOSTILE})
    scenario = scenario.model_copy(update={"clients": (client,)})
    stations = tuple(replace(one, owner=HOSTILE) for one in plan.stations)
    hostile = replace(plan, scenario=scenario, stations=stations)
    roams = judge_roams(plan, steps(), logs(), air())
    roams = tuple(replace(one, start=HOSTILE if one.start else "", client=HOSTILE) for one in roams)
    picture = draw(hostile, Judgement(HOSTILE, emulated=True, seconds=20, roams=roams), SPAN, logs())
    assert_harmless(picture)
