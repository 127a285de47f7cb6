"""`roam diff`, `roam push` and `roam journal` as far as they go without a device: no address here is ever dialled."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from lab.pki import generate, write
from roaming.cli import app
from roaming.errors import PushError
from roaming.load import load
from roaming.plan import digest, read_document
from roaming.push.journal import JournalFile

LAB = Path(__file__).parents[2] / "lab" / "inventory"


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store with everything that the lab's inventory names."""
    directory = tmp_path_factory.mktemp("secrets")
    write(generate(load(LAB).network), directory)
    return directory


def run(*words: str, state: Path, secrets: Path | None = None, inventory: Path = LAB) -> Result:
    """Run a command; without known hosts, so that every device is refused before it is dialled."""
    where = ["-i", str(inventory), "--secrets", str(secrets)] if secrets is not None else []
    return CliRunner(env={"ROAM_KNOWN_HOSTS": None}).invoke(app, [*words, *where, "--state", str(state)])


def test_a_diff_says_plainly_which_devices_it_could_not_read(tmp_path: Path, secrets: Path) -> None:
    result = run("diff", "--limit", "hackney", secrets=secrets, state=tmp_path)
    assert result.exit_code == 1
    assert "0 devices read: nothing differs; 6 could not be read" in result.stdout
    assert "hackney/hackney-proxy-1: could not be read: hackney-proxy-1: its host key is not known" in result.stderr


def test_a_diff_for_machines(tmp_path: Path, secrets: Path) -> None:
    result = run("diff", "--json", "--limit", "hackney/hackney-home-1", secrets=secrets, state=tmp_path)
    said = json.loads(result.stdout)
    assert said["devices"] == []
    assert [one["device"] for one in said["unreachable"]] == ["hackney/hackney-home-1"]


def test_a_diff_saves_its_plan_for_whoever_approves_it(tmp_path: Path, secrets: Path) -> None:
    plan = tmp_path / "plan.json"
    words = ("diff", "--limit", "federation", "--save", str(plan))
    result = run(*words, secrets=secrets, state=tmp_path / "state")
    saved = read_document(plan.read_text())
    assert saved["plan"]["devices"] == []
    assert f"{plan}: plan {digest(saved)}" in result.stderr
    failed = run(*words[:-1], str(tmp_path), secrets=secrets, state=tmp_path / "state")
    assert isinstance(failed.exception, PushError)
    assert "the plan cannot be written" in str(failed.exception)


def test_a_push_to_devices_that_cannot_be_reached_fails_and_says_so(tmp_path: Path, secrets: Path) -> None:
    result = run("push", "--yes", "--limit", "federation", secrets=secrets, state=tmp_path)
    assert result.exit_code == 1
    assert "hub-east: unreachable: hub-east: its host key is not known" in result.stdout
    assert "2 devices not: hub-east, hub-west" in result.stdout


def test_a_missing_secret_is_said_before_anything_is_dialled(tmp_path: Path) -> None:
    result = run("push", "--yes", "--limit", "federation", secrets=tmp_path / "none", state=tmp_path)
    assert isinstance(result.exception, PushError)
    assert "federation/data-centre-east/hub-east: radsec-ca is in no secret store" in str(result.exception)


def test_an_inventory_with_errors_is_not_pushed(tmp_path: Path, secrets: Path) -> None:
    inventory = tmp_path / "inventory"
    shutil.copytree(LAB, inventory)
    file = inventory / "boroughs" / "hackney.yml"
    file.write_text(file.read_text().replace("realms: [hackney.gov.uk]", "realms: [camden.gov.uk]"))
    result = run("push", "--yes", secrets=secrets, state=tmp_path / "state", inventory=inventory)
    assert isinstance(result.exception, PushError)
    assert "hackney.yml:" in str(result.exception)
    assert str(result.exception).splitlines()[-1].endswith("nothing is pushed")
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize(
    "words",
    [
        ("push", "--json"),
        ("push", "--yes", "--limit", "nowhere"),
        ("push", "--yes", "--rehearse-with", "roam-lab radio walk"),
        ("push", "--yes", "--waive-rehearsals", " "),
        ("diff", "--limit", "x/y"),
    ],
)
def test_wrong_usage(tmp_path: Path, secrets: Path, words: tuple[str, ...]) -> None:
    assert run(*words, secrets=secrets, state=tmp_path).exit_code == 2


def test_the_journal_lists_runs_and_notices_who_edits_it(tmp_path: Path) -> None:
    assert "no push has been made from here" in run("journal", state=tmp_path).stdout
    journal = JournalFile(tmp_path, "run-1")
    rehearsal = {"scenario": "walk", "sites": ["camden/town-hall"], "ending": "waived", "words": "INC42"}
    journal.note("run", user="someone", limit="camden", rehearsals=[rehearsal])
    journal.note("outcome", device="hub-east", outcome="refused", words="it says no", files=0)
    result = run("journal", "--verify", state=tmp_path)
    assert result.exit_code == 0
    assert (
        "run-1  by someone --limit camden (cut short)\n"
        "    walk for camden/town-hall: waived, INC42\n"
        "    hub-east: refused, 0 files: it says no"
    ) in result.stdout
    assert "journal whole: 2 lines" in result.stdout
    path = tmp_path / "journal.jsonl"
    path.write_text(path.read_text().replace("it says no", "all is well"))
    result = run("journal", "--verify", "--json", state=tmp_path)
    assert result.exit_code == 1
    assert json.loads(result.stdout)["faults"] == ["line 2 has been changed"]
    assert json.loads(result.stdout)["runs"][0]["results"][0]["device"] == "hub-east"
