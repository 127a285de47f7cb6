"""Two runs held against each other: what is worse, what does not compare, the table and the picture."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from lab.cli import app
from lab.errors import ScenarioError
from lab.radio.comparison import COST, Change, Pair, compare
from lab.radio.comparison_picture import draw_comparison
from lab.radio.kept import KeptRoam, KeptRun, keep, read_run
from lab.radio.scenario import Kind
from lab.radio.verdict import Judgement, judge_roams
from tests.lab.radio.pictures import HOSTILE, assert_harmless, bars, words
from tests.lab.radio.walked import air, logs, planned, steps

if TYPE_CHECKING:
    from pathlib import Path

    from lab.pki import Material
    from roaming.model.network import Network
    from tests.conftest import Golden

FAULT = "officer from hackney-sc-ap1 to hackney-sc-ap2: full_eap, not ft_air"
SAID = """\
WORSE step 2, officer from hackney-sc-ap1 to hackney-sc-ap2: ft_air before, full_eap after, which fails
    officer from hackney-sc-ap1 to hackney-sc-ap2: full_eap, not ft_air
Emulated: the times compare with one another and not with those of real radios (docs/radio.md).
1 of 4 steps became worse; the picture is """


@pytest.fixture
def judgement(network: Network, material: Material) -> Judgement:
    """Return the recorded walk, as judged."""
    plan = planned(network, material, "walk")
    return Judgement("walk", emulated=True, seconds=20, roams=judge_roams(plan, steps(), logs(), air()))


def spoiled(judgement: Judgement) -> Judgement:
    """Return the walk as it would be after FT was lost at its second step."""
    first, second, *rest = judgement.roams
    assert second.air is not None
    heard = replace(second.air, d1_ms=380.25, d2_ms=70.6, phases={"eap": 30.0}, offsets={"eap": 33.1})
    worse = replace(second, kind=Kind.FULL_EAP, faults=(FAULT,), air=heard)
    return replace(judgement, roams=(first, worse, *rest))


@pytest.fixture
def folders(judgement: Judgement, tmp_path: Path) -> tuple[Path, Path]:
    """Return what two runs kept, before and after."""
    kept = tmp_path / "before", tmp_path / "after"
    for folder, one in zip(kept, (judgement, spoiled(judgement)), strict=True):
        folder.mkdir()
        keep(one, folder)
    return kept


def run(*words: object) -> Any:  # noqa: ANN401  click's result, or the one of typer's own copy
    return CliRunner().invoke(app, ["radio-compare", *map(str, words)], env={"COLUMNS": "160"})


def test_what_became_worse_is_said(folders: tuple[Path, Path]) -> None:
    result = run(*folders)
    assert result.exit_code == 1
    table, _, sentences = result.stdout.partition("WORSE step")
    assert "40.0 → 380.2 (+340.2)" in table
    assert "17.0 → 70.6 (+53.6)" in table
    assert f"WORSE step{sentences}" == f"{SAID}{folders[1] / 'compare.svg'}\n"


def test_what_stayed_is_no_failure(folders: tuple[Path, Path], tmp_path: Path) -> None:
    result = run(folders[0], folders[0], "-o", tmp_path / "same.svg")
    assert result.exit_code == 0
    assert result.stdout.endswith(f"0 of 4 steps became worse; the picture is {tmp_path / 'same.svg'}\n")
    assert run(folders[1], folders[0]).exit_code == 0


def test_for_machines(folders: tuple[Path, Path]) -> None:
    result = run(*folders, "--json")
    assert result.exit_code == 1
    told = json.loads(result.stdout)
    assert (told["scenario"], told["emulated"], told["worse"]) == ("walk", {"before": True, "after": True}, 1)
    assert [one["change"] for one in told["steps"]] == ["same", "worse", "same", "same"]
    assert told["steps"][1] == {
        "step": 2,
        "client": "officer",
        "to": "hackney-sc-ap2",
        "change": "worse",
        "before": {
            "from": "hackney-sc-ap1",
            "kind": "ft_air",
            "passed": True,
            "d1_ms": 40.0,
            "d2_ms": 17.0,
            "faults": [],
        },
        "after": {
            "from": "hackney-sc-ap1",
            "kind": "full_eap",
            "passed": False,
            "d1_ms": 380.25,
            "d2_ms": 70.6,
            "faults": [FAULT],
        },
        "d1_change_ms": 340.25,
        "d2_change_ms": 53.6,
    }


def test_the_picture(golden: Golden, folders: tuple[Path, Path]) -> None:
    golden("lab/compare.svg", draw_comparison(compare(*map(read_run, folders)), ("before", "after")))


def roam(**changes: Any) -> KeptRoam:  # noqa: ANN401  fields of a roam
    usual = {"client": "officer", "from": "ap1", "to": "ap2", "kind": "ft_air", "passed": True, "faults": []}
    times = {
        "d1_ms": 40.0,
        "d2_ms": 17.0,
        "phases": {"scan": 75.5, "auth": 12.4},
        # A scan begins before the first frame.
        "offsets": {"scan": -75.8, "auth": 0.0},
    }
    return KeptRoam.model_validate_json(json.dumps(usual | times | changes))


def kept(*roams: KeptRoam, scenario: str = "walk", emulated: bool = True) -> KeptRun:
    return KeptRun(scenario=scenario, emulated=emulated, roams=roams or (roam(),))


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        (roam(), roam(d1_ms=9000.0, d2_ms=8000.0), Change.SAME),
        (roam(), roam(kind="ft_ds"), Change.OTHER),
        (roam(), roam(kind="pmk_cached"), Change.WORSE),
        (roam(kind="pmk_cached"), roam(kind="full_eap"), Change.WORSE),
        (roam(kind="full_eap"), roam(kind="failed"), Change.WORSE),
        (roam(kind="full_eap"), roam(), Change.BETTER),
        (roam(), roam(passed=False), Change.WORSE),
        (roam(passed=False), roam(), Change.BETTER),
        (roam(kind="full_eap"), roam(passed=False), Change.WORSE),
        (roam(passed=False), roam(kind="full_eap"), Change.WORSE),
    ],
)
def test_worse_is_a_kind_that_costs_more_or_a_step_that_no_longer_passes(
    before: KeptRoam, after: KeptRoam, change: Change
) -> None:
    (pair,) = compare(kept(before), kept(after)).pairs
    assert pair.change is change


def test_every_kind_has_its_cost() -> None:
    assert set(COST) == set(Kind)


steps_of_any_kind = st.builds(
    lambda kind, passed: roam(kind=kind.value, passed=passed), st.sampled_from(Kind), st.booleans()
)


@given(steps_of_any_kind, steps_of_any_kind)
def test_law_what_is_better_one_way_is_worse_the_other(one: KeptRoam, other: KeptRoam) -> None:
    there, back = (Pair(1, *ends, timed=True).change for ends in ((one, other), (other, one)))
    assert (there is Change.SAME) == (back is Change.SAME)
    assert (there is Change.OTHER) == (back is Change.OTHER)
    assert Change.WORSE in {there, back} or {there, back} <= {Change.SAME, Change.OTHER}
    assert Pair(1, one, one, timed=True).change is Change.SAME


def test_times_of_an_emulated_run_and_another_do_not_compare(tmp_path: Path) -> None:
    mixed = compare(kept(), kept(roam(d1_ms=1.0), emulated=False))
    assert (mixed.pairs[0].d1_change_ms, mixed.pairs[0].d2_change_ms) == (None, None)
    picture = draw_comparison(mixed, ("a", "b"))
    assert "One run was emulated, the other was not: their times do not compare." in words(picture)
    for name, emulated in (("a", False), ("b", True)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "walk.json").write_text(kept(emulated=emulated).model_dump_json(by_alias=True))
    result = run(tmp_path / "a", tmp_path / "b")
    assert "17.0 → 17.0 " in result.stdout
    assert "(+0.0)" not in result.stdout
    assert "The run after was emulated, the one before was not: their times do not compare, their kinds do." in (
        result.stdout.splitlines()
    )


@pytest.mark.parametrize(
    ("after", "said"),
    [
        (
            kept(scenario="wrong-key"),
            "before is a run of walk, after one of wrong-key: only runs of one scenario compare",
        ),
        (
            kept(roam(to="ap3")),
            "walk was changed between the runs: step 1 led officer to ap2 before, officer to ap3 after",
        ),
        (
            kept(roam(client="visitor")),
            "walk was changed between the runs: step 1 led officer to ap2 before, visitor to ap2 after",
        ),
        (kept(roam(), roam()), "walk was changed between the runs: it had 1 steps before, 2 after"),
    ],
)
def test_what_does_not_compare(after: KeptRun, said: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        compare(kept(), after)
    assert str(caught.value) == said


RIGHT = kept().model_dump(mode="json", by_alias=True)


def broken(**changes: object) -> str:
    return json.dumps(RIGHT | {"roams": [RIGHT["roams"][0] | changes]})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, " cannot be read (No such file or directory): name a folder that `roam-lab radio` kept its run in"),
        ("", "the file: Invalid JSON: EOF while parsing a value at line 1 column 0"),
        ("[]", "the file: Input should be an object"),
        (json.dumps(RIGHT | {"roams": []}), "roams: Tuple should have at least 1 item after validation, not 0"),
        (broken(kind="teleported"), "roams.0.kind: Input should be "),
        (broken(d2_ms="17"), "roams.0.d2_ms: Input should be a valid number"),
        (broken(d2_ms=-1), "roams.0.d2_ms: Input should be greater than or equal to 0"),
        (broken(d2_ms=float("nan")), "roams.0.d2_ms: Input should be a finite number"),
        (broken(phases={"auth": 1e999}), "roams.0.phases.auth: Input should be a finite number"),
    ],
)
def test_what_no_run_kept_is_refused(folders: tuple[Path, Path], text: str | None, said: str) -> None:
    path = folders[1] / "walk.json"
    path.unlink()
    if text is not None:
        path.write_text(text)
    with pytest.raises(ScenarioError) as caught:
        read_run(folders[1])
    expected = f"{path}{said}" if text is None else f"{path} is not what `roam-lab radio` keeps: {said}"
    assert str(caught.value).startswith(expected)
    result = run(*folders)
    assert result.exit_code == 2
    assert not (folders[1] / "compare.svg").exists()


def test_what_a_newer_run_keeps_beside_is_not_read(folders: tuple[Path, Path]) -> None:
    path = folders[0] / "walk.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"moon": "full"}))
    assert read_run(folders[0]).scenario == "walk"


def test_a_picture_that_cannot_be_written(folders: tuple[Path, Path], tmp_path: Path) -> None:
    result = run(*folders, "-o", tmp_path / "nowhere" / "x.svg")
    assert result.exit_code == 2
    assert "No such file or directory" in result.stderr


def test_hostile_names_are_text() -> None:
    one = roam(client=HOSTILE, to=HOSTILE, **{"from": HOSTILE})
    run = kept(one, scenario=HOSTILE)
    picture = draw_comparison(compare(run, run), (HOSTILE, HOSTILE))
    assert_harmless(picture)


def test_what_was_not_heard_has_no_bars() -> None:
    silent = kept(roam(kind="failed", passed=False, d1_ms=None, d2_ms=None, phases={}, offsets={}))
    picture = draw_comparison(compare(kept(), silent), ("a", "b"))
    assert "failed: FAIL" in words(picture)
    assert "WORSE" in words(picture)
    assert bars(picture) == 2  # the legend's, and the one of before
