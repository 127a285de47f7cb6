"""The repository holds what it promises: files, links, and a place for every template."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
PAGES = sorted([REPOSITORY / "README.md", *(REPOSITORY / "docs").rglob("*.md")])
LINK = re.compile(r"\]\((?!https?://|mailto:)([^)#]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize(
    "name",
    [
        "inventory",
        "templates",
        "roaming",
        "monitor",
        "playbooks",
        "lab",
        "tests",
        "pyproject.toml",
        ".ci/run",
        "LICENSE",
    ],
)
def test_stands_where_it_is_promised(name: str) -> None:
    assert (REPOSITORY / name).exists()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(REPOSITORY)))
def test_links_lead_somewhere(page: Path) -> None:
    missing = [link for link in LINK.findall(page.read_text()) if not (page.parent / link).exists()]
    assert missing == []


def test_pins_are_hashed_and_name_no_index() -> None:
    text = (REPOSITORY / "requirements.txt").read_text()
    pins = re.findall(r"^[A-Za-z0-9._-]+==", text, re.MULTILINE)
    assert len(pins) > 50
    assert "http" not in text
    assert text.count("--hash=sha256:") >= len(pins)


def test_every_template_belongs_to_a_target() -> None:
    from roaming.targets import TARGETS  # noqa: PLC0415  only this test needs it

    folders = {path.name for path in (REPOSITORY / "templates").iterdir() if path.is_dir()}
    assert folders == set(TARGETS)


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    return [REPOSITORY / name for name in listed.stdout.split("\0") if name]


FORBIDDEN = {
    "a private key": re.compile(r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\n[A-Za-z0-9+/=\n]{60,}"),
    "TEST-NET-1, a real network on some of our machines": re.compile(r"\b192\.0\.2\.\d"),
    "a path of somebody's machine": re.compile(r"/(?:work|root|home)/(?:main|shared|[a-z]+/\.venv)"),
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_nothing_is_committed_that_must_not_be(what: str) -> None:
    here = Path(__file__)
    found = [
        str(path.relative_to(REPOSITORY))
        for path in tracked()
        if path != here and path.is_file() and FORBIDDEN[what].search(path.read_text(errors="replace"))
    ]
    assert found == []
