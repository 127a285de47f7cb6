"""Whatever is done to a file, reading it ends in an inventory or in problems with file and line: never otherwise."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from roaming.errors import InventoryError
from roaming.load import load
from roaming.rules import check
from tests.edited import MINIMAL

FILES = ("federation.yml", "wlans.yml", "boroughs/camden.yml", "boroughs/hackney.yml")
PIECES = (
    *(
        b"*a",
        b"&a ",
        b"!!int ",
        b"!x ",
        b"<<: ",
        b"- ",
        b": ",
        b"[",
        b"]",
        b"{",
        b"}",
        b"'",
        b'"',
        b"|",
        b"?",
        b"%",
        b"#",
    ),
    *(b"\n", b"\t", b"\r", b"\0", b"\x1b", b"\xff", b"\xef\xbb\xbf", "\u2028\u0085\U0001f600".encode(), b'"\\ud800"'),
    *(b"null", b"~", b"true", b"-1", b"1e9", b"9" * 5000, b".inf", b"0x1f", b"2026-01-01", b"---\n", b"[" * 50),
)


@st.composite
def damaged(draw: st.DrawFn) -> tuple[str, bytes]:
    """Return a file of the minimal inventory with pieces taken out and others put in."""
    name = draw(st.sampled_from(FILES))
    text = (MINIMAL / name).read_bytes()
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(text)))
        taken = draw(st.sampled_from((0, 0, 1, 5, 30)))
        text = text[:start] + draw(st.sampled_from((b"", *PIECES))) + text[start + taken :]
    return name, text


@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(damaged())
def test_a_damaged_file_is_read_or_refused(damage: tuple[str, bytes]) -> None:
    name, text = damage
    with TemporaryDirectory() as directory:
        inventory = Path(directory) / "inventory"
        shutil.copytree(MINIMAL, inventory)
        (inventory / name).write_bytes(text)
        try:
            problems = check(load(inventory), date(2026, 11, 23))
        except InventoryError as error:
            problems = error.problems
            assert problems
    for problem in problems:
        assert problem.line >= 1
        assert problem.file.startswith(str(inventory))
        assert problem.message.isprintable()
