"""The account of a run: goldens, and no word of a device that becomes Markdown."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from roaming.push import DeviceRecord, Outcome, RunRecord, State, WaveRecord, markdown, wave_summary
from roaming.push.report import escape

if TYPE_CHECKING:
    from tests.conftest import Golden

AWAY = "away for some seconds; the hubs find it again within 78 s"
WHOLE = (
    State.PLANNED,
    State.LOCKED,
    State.PRECHECKED,
    State.BACKED_UP,
    State.ARMED,
    State.APPLIED,
    State.VERIFIED,
    State.CONFIRMED,
    State.SAVED,
)
CANARY = DeviceRecord("camden/camden-rad-1", Outcome.CHANGED, WHOLE, 12.34, 3, 28, AWAY, "1a2b3c4d")
BAD = DeviceRecord(
    "hackney/hackney-proxy-1",
    Outcome.REFUSED,
    (State.PLANNED, State.BACKED_UP, State.REVERTING, State.REVERTED),
    4.0,
    outage=AWAY,
    backup="5e6f7a8b",
    words="radiusd: | `rm -rf` <script>alert(1)</script> [x](http://evil.example)\n| --- |\n# **not** a heading\x1b[2J",
)
HELD = DeviceRecord("camden/camden-rad-2", Outcome.HELD, words="not touched: the run stopped, 1 of 2 failed")
LOST = DeviceRecord("islington/islington-rad-1", Outcome.UNKNOWN, words="the connection was lost")
GONE = DeviceRecord("hackney/x/hackney-th-ap1", Outcome.UNREACHABLE, words="no route to host")
BEGAN = datetime(2026, 11, 24, 22, 5, 7, tzinfo=UTC)
ENDED = datetime(2026, 11, 24, 22, 6, 9, tzinfo=UTC)

STOPPED = RunRecord(
    run="20261124T220507Z-1a2b3c",
    began=BEGAN,
    ended=ENDED,
    user="ada",
    inventory="sha256:1111",
    plan="sha256:2222",
    waves=(
        WaveRecord("1 of 3 (canary)", "radius-server", (CANARY,), BEGAN, 12.34),
        WaveRecord("2 of 3", "radius-server", (BAD, LOST), BEGAN, 4.0),
        WaveRecord("3 of 3", "radius-server", (HELD,)),
    ),
    apart=(GONE,),
    ticket="CHG0012345",
    approvers=("ben",),
    limit="camden",
    stopped="1 of 3 failed, at most 0 may: hackney-proxy-1",
    effects=("GovWifi at Camden Town Hall works from 2026-11-25 on: GovWifi takes changes up overnight",),
)
QUIET = RunRecord(
    "20261124T220507Z-1a2b3c",
    BEGAN,
    None,
    "ada",
    "sha256:1111",
    "sha256:2222",
    (WaveRecord("1 of 1 (canary)", "hub", (replace(CANARY, outcome=Outcome.UNCHANGED),), BEGAN, 0.5),),
)


@pytest.mark.parametrize(("name", "run"), [("stopped", STOPPED), ("quiet", QUIET)])
def test_reports(golden: Golden, name: str, run: RunRecord) -> None:
    golden(f"report/{name}.md", markdown(run))


@pytest.mark.parametrize(
    ("wave", "line"),
    [
        (STOPPED.waves[0], "wave 1 of 3 (canary), radius-server: 1 changed in 12.3 s"),
        (
            STOPPED.waves[1],
            (
                "wave 2 of 3, radius-server: 1 refused, 1 unknown in 4.0 s "
                "(hackney/hackney-proxy-1, islington/islington-rad-1)"
            ),
        ),
        (STOPPED.waves[2], "wave 3 of 3, radius-server: 1 held"),
        (WaveRecord("1 of 1", "hub", ()), "wave 1 of 1, hub: no device"),
    ],
)
def test_a_line_per_wave(wave: WaveRecord, line: str) -> None:
    assert wave_summary(wave) == line


hostile = st.text(alphabet="#+-=|`*_[]()<>~&;\\$!:/@.1 \n\tab\x1b", max_size=30)

PARSER = MarkdownIt("commonmark").enable("table")


def rows(text: str) -> list[list[str]]:
    """Return the cells of all tables, as a reader sees them; markup in a cell fails."""
    found: list[list[str]] = []
    for token in PARSER.parse(text):
        if token.type == "tr_open":
            found.append([])
        if token.type == "inline" and found and token.level >= 4 - 1:
            kinds = {child.type for child in token.children or ()}
            assert kinds <= {"text", "text_special"}, kinds
            found[-1].append("".join(child.content for child in token.children or ()))
    return found


@given(hostile | st.text(max_size=40), hostile)
def test_law_words_stay_words(words: str, name: str) -> None:
    device = replace(BAD, words=words, device=name)
    run = replace(QUIET, waves=(WaveRecord("1 of 1", "hub", (device, CANARY), BEGAN, 1.0),))
    table = [row for row in rows(markdown(run)) if len(row) == 9]
    assert len(table) == 3
    assert table[1][8] == shown(words)
    assert table[1][0] == shown(name)
    assert table[2][0] == "camden/camden-rad-1"


@given(hostile | st.text(max_size=60))
def test_law_an_escaped_text_is_one_plain_line(text: str) -> None:
    tokens = PARSER.parse(escape(text))
    assert [token.type for token in tokens] in ([], ["paragraph_open", "inline", "paragraph_close"])
    content = "".join(child.content for token in tokens for child in token.children or ())
    assert content == shown(text)


def shown(text: str) -> str:
    line = " ".join(text.split())
    return "".join(part if part.isprintable() else f"\\u{ord(part):04x}" for part in line)
