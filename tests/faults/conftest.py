"""The fault test: its seed, and all trials of a file at once on as many devices as there are."""

from __future__ import annotations

import os
from collections.abc import Callable
from random import SystemRandom
from typing import TYPE_CHECKING, cast

import pytest

from tests.faults.trial import Fault

if TYPE_CHECKING:
    from tests.faults.trial import Trials

Survived = Callable[[Fault], None]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a file's own faults to its test, as many random kills among them as are asked for."""
    if "fault" in metafunc.fixturenames:
        faults = metafunc.module.faults(metafunc.config.getoption("kills"))
        metafunc.parametrize("fault", faults, ids=[fault.name for fault in faults])


@pytest.fixture(scope="session")
def seed(request: pytest.FixtureRequest) -> int:
    """Return the seed of the random moments: the option's, the environment's, or a new one."""
    given = request.config.getoption("fault_seed") or os.environ.get("FAULT_SEED")
    return int(given) if given else SystemRandom().randrange(1_000_000)


@pytest.fixture(scope="module")
def survived(trials: Trials, request: pytest.FixtureRequest) -> Survived:
    """Begin every trial of the file that was chosen, and return what waits for one and raises what it found."""
    items = [item for item in request.session.items if isinstance(item, pytest.Function)]
    chosen = [
        cast("Fault", item.callspec.params["fault"])
        for item in items
        if item.module is request.module and _has_fault(item)
    ]
    futures = {fault.name: trials.submit(fault) for fault in chosen}

    def wait(fault: Fault) -> None:
        futures[fault.name].result()

    return wait


def _has_fault(item: pytest.Function) -> bool:
    return hasattr(item, "callspec") and "fault" in item.callspec.params
