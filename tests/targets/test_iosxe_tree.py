"""A configuration as a tree: every line that configures something, as it was, below the nearest indented less."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roaming.targets.iosxe.tree import Node, parse, spell

GONE = (
    "",
    "  ",
    "!",
    " ! a comment",
    "end",
    "Building configuration...",
    "Current configuration : 4711 bytes",
    "Current configuration: 4711 bytes",
    "Using 4711 out of 33554432 bytes, uncompressed size = 9422 bytes",
    "ntp clock-period 36028797",
)
KEPT = (
    "end of day",
    "Building configuration",
    "Current configurations : 1",
    "Using 4711 of 33554432 bytes",
    "ntp clock-periods 36028797",
    "description end",
    "banner motd ^C one line ^C",
    "banner",
    "key 6 AB^CD",
    "description blanks behind  ",
)
INDENTS = st.integers(0, 4).map(lambda width: " " * width)
WORDS = st.text(st.characters(exclude_categories=["C", "Z"]), max_size=9).map(lambda text: f"x{text}")
# What stands in a banner is text, whatever it looks like.
BANNERS = st.lists(st.sampled_from((*GONE, *KEPT)).filter(lambda line: "^C" not in line)).map(
    lambda lines: "\n".join(["banner login ^C", *lines, "^C"])
)
LINES = st.builds(str.__add__, INDENTS, st.sampled_from(KEPT) | WORDS | BANNERS)


@pytest.mark.parametrize("line", GONE)
def test_what_configures_nothing_is_no_line(line: str) -> None:
    assert parse(f"{line}\nhostname x\n {line}\n") == (Node("hostname x", "hostname x"),)


@pytest.mark.parametrize("line", KEPT)
def test_what_looks_like_a_header_is_a_line(line: str) -> None:
    assert parse(f"{line}\n") == (Node(line.strip(), line),)


@given(st.lists(st.tuples(st.lists(st.sampled_from(GONE), max_size=2), LINES)))
def test_law_what_is_parsed_is_spelled_octet_by_octet(blocks: list[tuple[list[str], str]]) -> None:
    text = "".join(f"{line}\n" for gone, block in blocks for line in (*gone, block))
    assert spell(parse(text)) == "".join(f"{block}\n" for _, block in blocks)


@given(st.lists(LINES))
def test_law_a_line_stands_below_the_nearest_that_is_indented_less(lines: list[str]) -> None:
    def indent(line: str) -> int:
        return len(line) - len(line.lstrip(" "))

    def above(nodes: tuple[Node, ...], parent: str | None) -> list[str | None]:
        return [found for node in nodes for found in (parent, *above(node.children, node.raw))]

    nearest = [
        next((up for up in reversed(lines[:at]) if indent(up) < indent(line)), None) for at, line in enumerate(lines)
    ]
    assert above(parse("".join(f"{line}\n" for line in lines)), None) == nearest
