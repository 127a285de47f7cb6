"""`roam-monitor matrix`: the picture as JSON and back, and the table for eyes."""

from __future__ import annotations

import base64
import json
import math
import time
from contextlib import suppress
from dataclasses import replace
from io import StringIO
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from typer.testing import CliRunner

from monitor.cli import app
from monitor.cli.matrix import Frame, Part
from monitor.cli.matrix_table import abbreviated, render
from monitor.cli.picture_source import PictureSource
from monitor.errors import PictureError, SettingError
from monitor.exporter import Exporter, application
from monitor.metrics import DeviceState, PairState, Picture, Status, picture_document, read_picture
from monitor.sample import FakeClock
from tests.monitor.asked import ask
from tests.monitor.federation import probe, state
from tests.monitor.served import Served, served

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import Golden

NOW: Final = 1_700_000_000.0
LONDON: Final = [
    "barking-and-dagenham",
    "barnet",
    "bexley",
    "brent",
    "bromley",
    "camden",
    "city-of-london",
    "croydon",
    "ealing",
    "enfield",
    "greenwich",
    "hackney",
    "hammersmith-and-fulham",
    "haringey",
    "harrow",
    "havering",
    "hillingdon",
    "hounslow",
    "islington",
    "kensington-and-chelsea",
    "kingston",
    "lambeth",
    "lewisham",
    "merton",
    "newham",
    "redbridge",
    "richmond",
    "southwark",
    "sutton",
    "tower-hamlets",
    "waltham-forest",
    "wandsworth",
    "westminster",
]
SILENT: Final = "no answer from its home server within 5 s"
DOWN: Final = PairState(
    Status.DOWN, at=NOW - 20, since=NOW - 400, success_at=NOW - 460, failures=4, reason="no-answer", sentence=SILENT
)


def works(seconds: float) -> PairState:
    return PairState(Status.UP, at=NOW - 10, since=NOW - 9000, success_at=NOW - 10, seconds=seconds)


def london(names: list[str]) -> Picture:
    """Return a picture with each kind of trouble: a home, a visited borough, a pair, slow, stale and unknown ones."""
    pairs = {(v, h): works(0.1 + 0.013 * (i + j)) for i, v in enumerate(names) for j, h in enumerate(names)}
    for name in names:
        if name != names[0]:
            pairs[name, names[0]] = DOWN
        pairs[names[1], name] = replace(DOWN, sentence="nothing listens at its proxy", success_at=None)
        pairs[names[2], name] = PairState(Status.STALE, at=NOW - 2000, since=NOW - 1100, seconds=0.2)
        pairs[name, names[3]] = replace(works(4.25), status=Status.SLOW)
        pairs[names[4], name] = PairState(Status.UNKNOWN)
    pairs[names[5], names[6]] = replace(DOWN, sentence="", failures=2)
    return Picture(at=NOW, pairs=pairs)


@pytest.fixture(autouse=True)
def _in_london(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Europe/London")
        time.tzset()
        yield
    time.tzset()


def shown(picture: Picture, width: int) -> str:
    console = Console(file=StringIO(), width=width, highlight=False)
    console.print(render(picture, width))
    assert isinstance(console.file, StringIO)
    return "\n".join(line.rstrip() for line in console.file.getvalue().splitlines()) + "\n"


@pytest.mark.parametrize(("boroughs", "width"), [(7, 120), (7, 60), (7, 30), (33, 400), (33, 190), (33, 100), (33, 60)])
def test_tables(boroughs: int, width: int, golden: Golden) -> None:
    text = shown(london(LONDON[:boroughs]), width)
    assert max(map(len, text.splitlines())) <= width
    golden(f"matrix/{boroughs}-at-{width}.txt", text)


@pytest.mark.parametrize("width", [20, 30, 60, 90, 120, 190, 400])
def test_every_state_is_told_by_a_symbol_at_any_width(width: int) -> None:
    text = shown(london(LONDON), width)
    assert set("✓!✗~?") <= set(text)


def test_colours_are_for_terminals_only() -> None:
    picture = london(LONDON[:7])
    console = Console(file=StringIO(), width=120, force_terminal=True, color_system="standard")
    console.print(render(picture, 120))
    assert isinstance(console.file, StringIO)
    assert "\x1b[1;31m✗" in console.file.getvalue()
    assert "\x1b" not in shown(picture, 120)


def failing(*pairs: tuple[str, str]) -> Picture:
    """Return a picture of four boroughs in which these pairs (visited, home) are down."""
    names = LONDON[1:5]
    return Picture(NOW, {(v, h): DOWN if (v, h) in pairs else works(0.1) for v in names for h in names})


EVERY: Final = [(v, h) for v in LONDON[1:5] for h in LONDON[1:5]]


@pytest.mark.parametrize(
    ("picture", "expected"),
    [
        (failing(), []),
        (failing(("barnet", "brent")), ["✗ people of brent at barnet"]),
        (failing(*(p for p in EVERY if p[1] == "brent")), ["✗ people of brent get in nowhere (4 pairs)"]),
        (
            failing(*(p for p in EVERY if p[1] == "brent" != p[0])),
            ["✗ people of brent get in nowhere else (3 pairs)"],
        ),
        (failing(*(p for p in EVERY if p[0] == "barnet")), ["✗ nobody gets in at barnet (4 pairs)"]),
        (
            failing(*(p for p in EVERY if "barnet" in p and p != ("barnet", "barnet"))),
            ["✗ people of barnet get in nowhere else (3 pairs)", "✗ nobody else gets in at barnet (3 pairs)"],
        ),
        (failing(*(p for p in EVERY if p[0] != p[1])), ["✗ nobody gets in away from home (12 pairs)"]),
    ],
)
def test_what_fails_as_a_whole_is_said_once(picture: Picture, expected: list[str]) -> None:
    said = [line.partition(":")[0] for line in shown(picture, 200).splitlines() if line.startswith("✗ ")]
    assert [line for line in said if "does not get in" not in line] == expected


def test_no_borough_is_no_table() -> None:
    assert shown(Picture(at=NOW), 80) == "no pairs: the monitor knows no borough\n"


def test_a_hostile_sentence_does_not_steer_the_terminal() -> None:
    pairs = {("camden", "hackney"): replace(DOWN, sentence="\x1b[2J[red]x[/red]\nline")}
    text = shown(Picture(at=NOW, pairs=pairs), 120)
    assert "�[2J[red]x[/red]�line" in text
    assert "\x1b" not in text


@given(st.lists(st.text("abcdef-", min_size=1), unique=True, max_size=60))
def test_abbreviations_differ(names: list[str]) -> None:
    found = abbreviated(names)
    assert all(len(short) == 3 for short in found.values())
    assert len(set(found.values())) == len(names)


# The document

MOMENTS = st.none() | st.floats(0, 2e9)
WORDS = st.text(max_size=12)
STATUSES = st.sampled_from(Status)
PAIRS = st.builds(
    PairState,
    STATUSES,
    MOMENTS,
    MOMENTS,
    MOMENTS,
    MOMENTS,
    st.integers(0, 99),
    reason=WORDS,
    sentence=WORDS,
    path=WORDS,
)
STATES = st.builds(DeviceState, STATUSES, MOMENTS, MOMENTS)
DEVICES = st.dictionaries(WORDS, STATES, max_size=3)
ENDS = st.tuples(WORDS, WORDS)
PICTURES = st.builds(
    Picture,
    at=st.floats(0, 2e9),
    pairs=st.dictionaries(ENDS, PAIRS, max_size=3),
    servers=DEVICES,
    radsec=DEVICES,
    trusted=DEVICES,
    paths=st.dictionaries(ENDS, STATES, max_size=3),
    access_points=DEVICES,
    certificates=st.dictionaries(ENDS, st.floats(0, 4e9), max_size=3),
)
NAMES = ("at", "pairs", "visited", "home", "status", "servers", "paths", "certificates", "failures")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*NAMES, "x"]), inner, max_size=6),
    max_leaves=12,
)


@given(PICTURES)
def test_a_picture_comes_back_as_it_was(picture: Picture) -> None:
    assert read_picture(json.loads(json.dumps(picture_document(picture), allow_nan=False))) == picture


@given(JSON)
def test_nothing_but_our_own_error_comes_of_anything_else(document: object) -> None:
    with suppress(PictureError):
        assert isinstance(read_picture(document), Picture)


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ([], "the document is not an object"),
        ({}, "at is not a number"),
        ({"at": True}, "at is not a number"),
        ({"at": math.nan}, "at is not a number"),
        ({"at": 10**400}, "at is not a number"),
        ({"at": 1, "pairs": {}}, "pairs is not a list"),
        ({"at": 1, "pairs": [7]}, "a row of pairs is not an object"),
        ({"at": 1, "pairs": [{"home": "x", "status": "up"}]}, "visited is not a word"),
        ({"at": 1, "pairs": [{"visited": "x", "home": "x", "status": "well"}]}, "'well' is no status"),
        ({"at": 1, "servers": {"x": {"status": "up", "at": "now"}}}, "at is not a number"),
    ],
)
def test_what_is_no_picture(document: object, message: str) -> None:
    with pytest.raises(PictureError) as error:
        read_picture(document)
    assert str(error.value) == f"this is no picture of the federation: {message}"


def test_the_monitor_tells_its_picture() -> None:
    clock = FakeClock()
    kept = state(clock)
    kept.authentication(probe(clock))
    answer = ask(application(Exporter(kept, clock, ready=lambda: True)), "/api/picture")
    assert answer.status == 200
    assert read_picture(json.loads(answer.body)) == kept.picture(clock.now)


# The command


def body(picture: Picture) -> bytes:
    return json.dumps(picture_document(picture)).encode()


@pytest.mark.parametrize(
    ("words", "rows", "columns"),
    [((), 7, 7), (("--limit", "b*"), 5, 7), (("--limit", "camden", "--home", "*"), 1, 7), (("--home", "barnet"), 7, 1)],
)
def test_a_part_can_be_asked_for(words: tuple[str, ...], rows: int, columns: int) -> None:
    with served(Served(body=body(london(LONDON[:7])))) as url:
        result = CliRunner().invoke(app, ["matrix", "--url", url, "--json", *words])
    found = read_picture(json.loads(result.output))
    assert (len({v for v, _ in found.pairs}), len({h for _, h in found.pairs})) == (rows, columns)


@pytest.mark.parametrize(("picture", "status"), [(london(LONDON[:7]), 1), (Picture(NOW, {("a", "a"): works(0.1)}), 0)])
def test_the_exit_status_says_whether_a_pair_is_down(picture: Picture, status: int) -> None:
    with served(Served(body=body(picture))) as url:
        result = CliRunner().invoke(app, ["matrix", "--url", url])
    assert result.exit_code == status
    assert "pairs get in at 2023-11-14 22:13:20 GMT" in result.output
    assert "\x1b" not in result.output


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (Served(status=401), "the monitor at {} answers 401 Unauthorized: give --user and ROAM_MONITOR_PASSWORD"),
        (Served(status=503), "the monitor at {} answers 503 Service Unavailable"),
        (Served(body=b"<html>"), "what answers at {} is no monitor: it sent no JSON"),
        (Served(body=b"{", headers={"Content-Length": "9"}), "what answers at {} is no monitor: it sent no JSON"),
        (Served(body=b"[" * 100_000), "what answers at {} is no monitor: it sent no JSON"),
        (Served(body=b"\xff\xfe"), "what answers at {} is no monitor: it sent no JSON"),
        (Served(body=b"[]"), "this is no picture of the federation: the document is not an object"),
    ],
)
def test_what_answers_wrongly_is_said(answer: Served, message: str) -> None:
    with served(answer) as url, pytest.raises(PictureError) as error:
        PictureSource(url).picture()
    assert str(error.value) == message.format(url)


def test_who_does_not_answer_is_said() -> None:
    with pytest.raises(PictureError, match=r"no monitor answers at http://127\.0\.0\.1:1: .*refused; start one with"):
        PictureSource("http://127.0.0.1:1").picture()


def test_the_password_comes_from_the_environment_and_goes_to_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROAM_MONITOR_PASSWORD", "s3cret")
    other = Served(body=body(failing()))
    with served(other) as elsewhere:
        first = Served(status=302, headers={"Location": f"{elsewhere}api/picture"})
        with served(first) as url:
            result = CliRunner().invoke(app, ["matrix", "--url", url, "--user", "ops", "--once"])
    assert result.exit_code == 0
    assert first.asked[0].path == "/api/picture"
    assert first.asked[0].headers["Authorization"] == "Basic " + base64.b64encode(b"ops:s3cret").decode()
    assert "Authorization" not in other.asked[0].headers
    assert "s3cret" not in repr(PictureSource(url, "ops", "s3cret"))


def test_certificates_that_cannot_be_read_are_said(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("none")
    with pytest.raises(SettingError, match=r"ca\.pem holds no certificates that can be read"):
        PictureSource("https://127.0.0.1:1", ca=tmp_path / "ca.pem").picture()


def test_only_http_is_asked() -> None:
    with pytest.raises(PictureError, match="file:///etc is no address of a monitor"):
        PictureSource("file:///etc").picture()


def test_a_part_that_is_not_there_is_said() -> None:
    with pytest.raises(PictureError, match=r"no pair is of \* at leeds: leave a limit out"):
        Part(visited="leeds").of(london(LONDON[:7]))


def test_while_nobody_answers_the_last_picture_stays_with_the_reason() -> None:
    looks: list[Picture | PictureError] = [london(LONDON[:7]), PictureError("no monitor answers"), london(LONDON[:8])]

    def look() -> Picture:
        found = looks.pop(0)
        if isinstance(found, PictureError):
            raise found
        return found

    console = Console(file=StringIO(), width=120)
    frame = Frame(look, console)
    for _ in range(3):
        console.print(frame.draw())
    assert isinstance(console.file, StringIO)
    text = console.file.getvalue()
    assert text.count("this is old: no monitor answers") == 1
    assert (text.count("of 49 pairs"), text.count("of 64 pairs")) == (2, 1)


def test_when_the_first_look_fails_that_is_all() -> None:
    def look() -> Picture:
        message = "nobody"
        raise PictureError(message)

    with pytest.raises(PictureError, match="nobody"):
        Frame(look, Console(file=StringIO())).draw()
