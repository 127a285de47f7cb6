"""When a run stops, in words; and that every device is accounted for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roaming.load import load
from roaming.model.bundle import DeviceBundle, DeviceKind
from roaming.plan import DevicePlan, Policy, Wave, policy_of
from roaming.push import DeviceResult, Ended, Outcome, StopRule, left
from tests.edited import edited

if TYPE_CHECKING:
    from pathlib import Path

CODES = {
    "c": Outcome.CHANGED,
    "s": Outcome.UNCHANGED,
    "r": Outcome.REFUSED,
    "n": Outcome.UNREACHABLE,
    "h": Outcome.HELD,
    "u": Outcome.UNKNOWN,
}
NOW = datetime(2026, 11, 25, 3, tzinfo=UTC)


def wave(number: int, count: int) -> Wave:
    devices = tuple(
        DevicePlan(DeviceBundle("x", "", f"w{number}d{one}", DeviceKind.CONTROLLER, "x", "1", ()), (), ())
        for one in range(count)
    )
    return Wave(DeviceKind.CONTROLLER, devices, f"{number} of 9", canary=number == 1)


def ended(*waves: str) -> tuple[Ended, ...]:
    """Spell waves as letters, one a device; the first one is the canary."""
    return tuple(
        Ended(
            wave(number, len(letters)),
            tuple(DeviceResult(f"w{number}d{one}", CODES[letter]) for one, letter in enumerate(letters)),
        )
        for number, letters in enumerate(waves, start=1)
    )


@pytest.mark.parametrize(
    ("rule", "waves", "why"),
    [
        (StopRule(), (), None),
        (StopRule(), ("c", "ccsc"), None),
        (StopRule(), ("c", "hhc"), None),
        (StopRule(), ("r",), "the canary failed: w1d0"),
        (StopRule(9), ("cn",), "the canary failed: w1d1"),
        (StopRule(), ("c", "crcc"), "1 of 5 failed, at most 0 may: w2d1"),
        (StopRule(1), ("c", "crcc"), None),
        (StopRule(1), ("c", "crcc", "nccc"), "2 of 9 failed, at most 1 may: w2d1, w3d0"),
        (StopRule(9, 0.1), ("c", "ccccccccr"), None),
        (StopRule(9, 0.1), ("c", "cccccccr"), "1 of 9 failed, at most 10% may: w2d7"),
        (StopRule(9, 0.1), ("c", "hhhhhcccr"), "1 of 5 failed, at most 10% may: w2d8"),
        (StopRule(9, 0.0), ("c", "r"), "1 of 2 failed, at most 0% may: w2d0"),
        (StopRule(99), ("c", "cu"), "nobody can say what w2d1 runs: see to it by hand first"),
        (StopRule(99), ("u",), "nobody can say what w1d0 runs: see to it by hand first"),
    ],
)
def test_verdicts(rule: StopRule, waves: tuple[str, ...], why: str | None) -> None:
    assert rule.verdict(ended(*waves)) == why


def test_no_wave_begins_when_the_window_has_closed() -> None:
    rule = StopRule(until=NOW)
    assert rule.verdict(ended("c"), NOW - timedelta(seconds=1)) is None
    assert rule.verdict(ended("c"), NOW) == "the change window closed at 2026-11-25 03:00 UTC"


def test_what_was_not_begun_is_held_and_says_why() -> None:
    assert left((wave(2, 2), wave(3, 1)), "the canary failed: w1d0") == tuple(
        DeviceResult(name, Outcome.HELD, "not touched: the run stopped, the canary failed: w1d0")
        for name in ("w2d0", "w2d1", "w3d0")
    )


@given(st.lists(st.text("csh", min_size=1), max_size=6), st.integers(0, 3), st.floats(0, 1))
def test_law_a_run_without_failures_goes_on(waves: list[str], failures: int, share: float) -> None:
    assert StopRule(failures, share).verdict(ended(*waves)) is None


@given(st.lists(st.text("csrnhu", min_size=1), min_size=1, max_size=6), st.integers(0, 20), st.floats(0, 1))
def test_law_an_unknown_device_stops_every_run(waves: list[str], failures: int, share: float) -> None:
    verdict = StopRule(failures, share).verdict(ended(*waves, "u"))
    assert verdict is not None
    assert f"w{len(waves) + 1}d0" in verdict


@pytest.mark.parametrize("wrong", [(-1, 0.5), (0, -0.1), (0, 1.1)])
def test_a_rule_of_nonsense_is_none(wrong: tuple[int, float]) -> None:
    with pytest.raises(ValueError, match="a stop rule wants 0 or more failures and a share from 0 to 1"):
        StopRule(*wrong)


def test_the_strictest_of_the_inventory_holds(tmp_path: Path) -> None:
    inventory = edited(
        tmp_path,
        [
            ("federation.yml", "  govwifi:\n", "  change_control: {max_failures: 3, batch: 20}\n  govwifi:\n"),
            (
                "boroughs/camden.yml",
                "realms: [camden.gov.uk]",
                "realms: [camden.gov.uk]\nchange_control: {max_failures: 5, max_share: 0.1, batch: 5}",
            ),
        ],
    )
    network = load(inventory).network
    camden, hubs = policy_of(network, ["camden", "federation"]), policy_of(network, ["federation"])
    assert StopRule.of(camden, NOW) == StopRule(3, 0.1, NOW)
    assert (StopRule.of(hubs, None), hubs.batch, camden.batch) == (StopRule(3, 1.0, None), 20, 5)
    assert (StopRule.of(Policy(), None), Policy().batch) == (StopRule(0, 1.0, None), 10)
