"""Edits of a YAML file: comments, order and style stay, and what is read back is what was meant."""

from __future__ import annotations

import pytest

from roaming.adopt.sheet import Sheet
from roaming.errors import AdoptionError

BLOCK = """\
# first
things:
  - name: a  # what it is
    owns: {prefix: LON-}  # agreed

    # a word about the next
    more: [x]
  - name: b
    list:
      - one  # the first
      # nobody knows
last: 1
"""
FLOW = 'things: [{name: a, owns: {prefix: LON-}, more: []}, {name: b, list: ["é", two]}] # here\n'


def edited(text: str, method: str, *given: object) -> str:
    sheet = Sheet(text, "file.yml")
    getattr(sheet, method)(*given)
    return sheet.edited()


@pytest.mark.parametrize(
    ("text", "method", "given", "old", "new"),
    [
        (BLOCK, "set", (("things", 0), "name", "c"), "name: a ", "name: c "),
        (BLOCK, "set", (("things", 0), "mode", "flex"), "  # what it is\n", "  # what it is\n    mode: flex\n"),
        (BLOCK, "set", ((), "last", "2"), "last: 1", "last: 2"),
        (
            BLOCK,
            "set_block",
            (("things", 0), "owns", ["prefix: LON-", "except:", "  - x"], "unused"),
            "    owns: {prefix: LON-}  # agreed\n",
            "    owns:  # agreed\n      prefix: LON-\n      except:\n        - x\n",
        ),
        (
            BLOCK,
            "append",
            (("things", 1), "list", ["two", "three"]),
            "      - one  # the first\n",
            "      - one  # the first\n      - two\n      - three\n",
        ),
        (BLOCK, "append", (("things", 0), "more", ["y"]), "[x]", "[x, y]"),
        (
            BLOCK,
            "append",
            (("things", 0), "fresh", ["y"]),
            "    more: [x]\n",
            "    more: [x]\n    fresh:\n      - y\n",
        ),
        (FLOW, "set", (("things", 0), "mode", "flex"), "{name: a,", "{name: a, mode: flex,"),
        (FLOW, "set_block", (("things", 0), "owns", ["unused"], "{prefix: X}"), "{prefix: LON-}", "{prefix: X}"),
        (FLOW, "append", (("things", 0), "more", ["x", "y"]), "more: []", "more: [x, y]"),
        (FLOW, "append", (("things", 1), "list", ["x"]), ", two]", ", two, x]"),
        (FLOW, "append", (("things", 1), "fresh", ["x"]), ", two]}", ", two], fresh: [x]}"),
        ("a: 1\nlist: []", "append", ((), "list", ["x"]), "list: []", "list:\n  - x"),
        ("a: 1", "append", ((), "list", ["x"]), "a: 1", "a: 1\nlist:\n  - x"),
        ("a: 'é' # ü\nb: 'é'\n", "set", ((), "b", "2"), "b: 'é'", "b: 2"),
    ],
)
def test_an_edit(text: str, method: str, given: tuple[object, ...], old: str, new: str) -> None:
    assert text.count(old) == 1
    assert edited(text, method, *given) == text.replace(old, new)


def test_edits_do_not_see_each_other() -> None:
    sheet = Sheet(BLOCK, "file.yml")
    sheet.append(("things", 1), "list", ["two"])
    sheet.set((), "last", "2")
    sheet.set(("things", 0), "name", "long")
    assert "name: long  # what" in sheet.edited()
    assert "      - two\n" in sheet.edited()
    assert sheet.edited().endswith("last: 2\n")


@pytest.mark.parametrize(
    ("method", "given", "message"),
    [
        ("set", (("things", 7), "name", "c"), r"file.yml has no things.7 that could be edited"),
        ("set", (("things", 0, "name"), "x", "c"), r"file.yml has no things.0.name that could be edited"),
        ("set_block", (("things", 1), "owns", [], ""), r"file.yml has no things.1.owns that could be edited"),
        ("append", (("nothing",), "x", []), r"file.yml has no nothing that could be edited"),
    ],
)
def test_a_place_that_is_not_there(method: str, given: tuple[object, ...], message: str) -> None:
    with pytest.raises(AdoptionError, match=message):
        edited(BLOCK, method, *given)
