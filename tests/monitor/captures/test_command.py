"""`roam-monitor capture`: what it prints, and what it does not tell."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from monitor.cli import app
from monitor.passive.captures import DailyPseudonyms
from tests.monitor.captures.air import CLIENT, ONE, TWO, Air
from tests.monitor.captures.made import REJECT, Hop, write

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

    from tests.conftest import Golden


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """Return a capture of the air with a fast roam and a failed one, and one of RADIUS with three conversations."""
    air = Air()
    air.data(-0.050, ONE)
    air.fast(0, ONE, TWO)
    air.data(0.020, TWO)
    air.auth(1, ONE, 2)
    air.auth(1.003, ONE, 2, 53)
    hop = Hop()
    hop.conversation()
    hop.conversation(5, 10, end=REJECT)
    hop.ask(9, 20, user=b"u\x1b@\x1b[2Jleeds.gov.uk")
    hop.ask(12, 20, user=b"u\x1b@\x1b[2Jleeds.gov.uk")
    return [str(write(tmp_path / "air.pcap", air.made, 127)), str(write(tmp_path / "radius.pcapng", hop.made))]


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["capture", *words])


def document(*words: str) -> Any:  # noqa: ANN401  JSON
    done = run("--json", *words)
    assert (done.exit_code, done.stderr) == (0, "")
    return json.loads(done.stdout)


def test_the_table(golden: Golden, files: list[str]) -> None:
    done = run("--macs", *files)
    assert (done.exit_code, done.stderr) == (0, "")
    golden("monitor/capture.txt", done.stdout)


def test_json(golden: Golden, files: list[str]) -> None:
    golden("monitor/capture.json", json.dumps(document("--macs", *files), indent=2) + "\n")


def test_clients_have_pseudonyms_unless_asked_otherwise(files: list[str]) -> None:
    """One name within a run, in roams and in RADIUS; another in the next; and the address nowhere."""
    first, second = document(*files), document(*files)
    names = [{one["client"] for part in ("roams", "radius") for one in run_[part]} for run_ in (first, second)]
    assert [len(one) for one in names] == [1, 1]
    assert names[0] != names[1]
    for text in (json.dumps(first), run(*files).stdout):
        assert CLIENT not in text
        assert CLIENT.replace(":", "-") not in text
        assert "anonymous" not in text


def test_a_pseudonym_lasts_a_day() -> None:
    names, day = DailyPseudonyms(), 86_400 * 10**9
    client, other = bytes(6), bytes(5) + b"\x01"
    assert names.of(client, 0) == names.of(client, day - 1)
    assert len({names.of(client, 0), names.of(client, day), names.of(other, 0)}) == 3
    assert len(names.of(client, 0)) == 16
    assert repr(names) == "DailyPseudonyms()"


def test_a_capture_that_is_none_prints_nothing(tmp_path: Path, files: list[str]) -> None:
    path = tmp_path / "none"
    path.write_text("no capture")
    words = [sys.executable, "-m", "monitor.cli", "capture", "--json", *files, str(path)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"roam-monitor: {path}: neither pcap nor pcapng\n"


def test_what_is_damaged_is_told_and_the_rest_printed(tmp_path: Path, files: list[str]) -> None:
    path = tmp_path / "radius.pcapng"
    path.write_bytes(path.read_bytes()[:-1])
    done = run(*files)
    note = f"{path}: cut off or damaged after 13 packets; what stands before is read"
    assert (done.exit_code, done.stderr) == (0, f"note: {note}\n")
    assert done.stdout.endswith("21 packets, 2 roams, 3 RADIUS conversations\n")
    assert json.loads(run("--json", *files).stdout)["notes"] == [note]


@pytest.mark.parametrize("words", [[], ["--port", "0", "x"], ["--port", "65536", "x"]])
def test_wrong_usage(words: list[str]) -> None:
    assert run(*words).exit_code == 2
