"""Pictures as they are read: their words, their bars, and names that try to be more than text."""

from __future__ import annotations

from xml.etree import ElementTree as ET

HOSTILE = "\"'><script>alert(1)</script>&\u202e\x00\x1b]]>" + "x" * 200
_SVG = "{http://www.w3.org/2000/svg}"
_TAGS = {"svg", "title", "desc", "style", "defs", "pattern", "rect", "path", "text"}


def words(picture: str) -> list[str]:
    """Return the texts of a picture."""
    return [element.text or "" for element in ET.fromstring(picture).iter(f"{_SVG}text")]  # noqa: S314  our own


def bars(picture: str) -> int:
    """Count the bars of D2, with the legend's."""
    boxes = ET.fromstring(picture).iter(f"{_SVG}rect")  # noqa: S314  our own
    return len([one for one in boxes if one.get("class") == "d2"])


def assert_harmless(picture: str) -> None:
    """Hold a picture of `HOSTILE` names to be a drawing and no more, in which they are text."""
    shown = ET.fromstring(picture)  # noqa: S314  our own
    assert {element.tag.removeprefix(_SVG) for element in shown.iter()} <= _TAGS
    assert [text for text in words(picture) if "<script>" in text]
    assert "\u202e" not in picture
    assert "\x00" not in picture
