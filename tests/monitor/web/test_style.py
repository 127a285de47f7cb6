"""Colours: the contrast that WCAG 2.2 asks for, computed from the style sheet (1.4.3: 4.5 for text, 1.4.11: 3 else)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import monitor.web
from monitor.web.words import Level

STYLE = (Path(monitor.web.__file__).parent / "static" / "style.css").read_text()
COLOURS = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", STYLE))


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(COLOURS[one]), luminance(COLOURS[other])), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("level", Level)
def test_signs_and_words_of_a_state_stand_out(level: Level) -> None:
    assert contrast(level, "paper") >= 4.5
    assert contrast(level, f"{level}-ground") >= 4.5
    assert contrast("ink", f"{level}-ground") >= 7


@pytest.mark.parametrize(("text", "ground"), [("ink", "paper"), ("ink", "wash"), ("soft", "paper"), ("soft", "wash")])
def test_text_is_legible(text: str, ground: str) -> None:
    assert contrast(text, ground) >= 4.5


@pytest.mark.parametrize("level", Level)
def test_links_and_small_words_are_legible_in_tinted_rows(level: Level) -> None:
    assert contrast("link", f"{level}-ground") >= 4.5
    assert contrast("soft", f"{level}-ground") >= 4.5


def test_the_focus_shows_on_both_grounds() -> None:
    assert contrast("ink", "paper") >= 3
    assert contrast("focus", "top") >= 3


def test_states_differ_in_more_than_colour() -> None:
    parts = (Path(monitor.web.__file__).parent / "templates" / "parts.html").read_text()
    shapes = dict(re.findall(r'<symbol id="sign-([a-z]+)"[^>]*>(.*?)</symbol>', parts))
    assert set(shapes) == set(Level)
    assert len(set(shapes.values())) == len(Level)
    drawn = (Path(monitor.web.__file__).parent / "templates" / "map.svg").read_text()
    patterns = dict(re.findall(r'<pattern id="fill-([a-z]+)"[^>]*>(.*?)</pattern>', drawn))
    assert set(patterns) == set(Level) - {Level.GOOD}
    assert len({re.sub(r'class="[^"]*"', "", pattern) for pattern in patterns.values()}) == len(patterns)
