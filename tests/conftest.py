"""What every test may use: goldens, and where the repository stands."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import pytest
from hypothesis import settings

REPOSITORY = Path(__file__).parent.parent

# The machine is shared with daemons and other workers: how long an example takes says nothing of the code.
settings.register_profile("shared", deadline=None)
settings.load_profile("shared")


class Golden(Protocol):
    """Compares a text with the golden file of that name, or writes it with `--update`."""

    def __call__(self, name: str, text: str) -> None: ...


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="write golden files in place of comparing with them")
    parser.addoption("--kills", type=int, default=100, help="how many pushes are killed at random moments, a platform")
    parser.addoption("--fault-seed", type=int, help="seed of the random moments, in place of a new one")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the lines that tests have to show, as `record_property("shown", …)` gave them."""
    reports = [report for group in terminalreporter.stats.values() for report in group]
    calls = [report for report in reports if getattr(report, "when", None) == "call"]
    for text in (text for report in calls for name, text in report.user_properties if name == "shown"):
        terminalreporter.write_line(text)


@pytest.fixture(scope="session")
def repository() -> Path:
    return REPOSITORY


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """Return the comparison with tests/golden/NAME."""

    def compare(name: str, text: str) -> None:
        path = REPOSITORY / "tests" / "golden" / name
        if request.config.getoption("--update"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert path.exists(), f"{path} is missing: run pytest --update and read what it wrote"
        assert text == path.read_text(encoding="utf-8")

    return compare
