"""Fifty controllers in one push, from inventory to controller, by the real command over SSH: one bad line, then all."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from lab.devices import Faults, Refused
from roaming.push.journal import verify
from tests.push.fifty import Fifty, controllers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.daemon

COUNT = 50
BAD = 23
# Lines of ours inside a section of everybody: who may send CoA. Camden's proxies, and those of the borough before it.
AUTHORIZERS = re.compile(r" client (10[.]7[.]0[.]1[12]|10[.]40[.]9[.]2[12]) ")
OURS = re.compile(r"(wlan|aaa|radius|wireless) .*LON-|radius-server attribute wireless authentication call-station-id")
ACCESS_POINT = re.compile(r"ap 0200[.]0a(28[.]004|09[.]00)")


@pytest.fixture
def fifty(tmp_path: Path) -> Iterator[Fifty]:
    with controllers(tmp_path, COUNT, minute_s=2) as running:
        yield running


def configuration(text: str) -> list[str]:
    """Return what configures something; comments and headers change by themselves."""
    return [line for line in text.splitlines() if line.strip() and not re.match(r"!|Current|Building", line)]


def foreign(text: str) -> list[str]:
    """Return the lines of others, found without any code of what pushes."""
    kept: list[str] = []
    ours = False
    for line in configuration(text):
        if not line.startswith(" "):
            ours = bool(OURS.match(line) or ACCESS_POINT.match(line))
        if not ours and not AUTHORIZERS.match(line):
            kept.append(line)
    return kept


@pytest.fixture
def former(fifty: Fifty) -> list[str]:
    """Return what every controller ran before."""
    return fifty.running()


@pytest.fixture
def first(fifty: Fifty, former: list[str]) -> dict[str, Any]:
    """Push with one bad line on one of them."""
    assert len(former) == COUNT
    refused = Refused("^ *aaa-override", "% Invalid input detected at '^' marker.")
    fifty.devices[BAD].set_faults(Faults(refused=(refused,)))
    found = fifty.json("push", "--yes", "--report", str(fifty.root / "report.md"), status=1)
    fifty.devices[BAD].set_faults(Faults())
    return found


def outcomes(found: dict[str, Any]) -> dict[str, str]:
    return {one["device"]: one["outcome"] for one in found["results"]}


def test_one_bad_line_on_one_of_fifty_and_then_all(fifty: Fifty, former: list[str], first: dict[str, Any]) -> None:
    said = outcomes(first)
    assert set(said) == set(fifty.names)
    assert Counter(said.values()) == {"changed": 30, "refused": 1, "held": 19}
    assert said[fifty.names[BAD]] == "refused"
    assert first["stopped"].startswith("1 of 31 failed, at most 0 may: camden-wlc-24")
    words = next(one["words"] for one in first["results"] if one["outcome"] == "refused")
    assert re.fullmatch(r"line \d+ of \d+, `aaa-override`: % Invalid input .*; the former configuration is back", words)
    report = (fifty.root / "report.md").read_text()
    assert all(name in report for name in fifty.names)
    _only_ours_and_only_whole(fifty, former, said)

    again = fifty.json("push", "--yes", status=0)
    assert Counter(outcomes(again).values()) == {"changed": 20}
    assert [foreign(text) for text in fifty.running()] == [foreign(text) for text in former]
    assert fifty.json("push", "--yes", status=0)["results"] == []
    assert fifty.json("diff", status=0)["files"] == 0
    assert verify(fifty.root / "state") == ()

    back = fifty.json("rollback", first["run"], "--yes", status=0)
    assert Counter(outcomes(back).values()) == {"changed": 31}
    _returned(fifty, former, said)


def _only_ours_and_only_whole(fifty: Fifty, former: list[str], said: dict[str, str]) -> None:
    """See that each controller is as it was or wholly new, saved, and none of others' lines is touched."""
    for place, (name, text) in enumerate(zip(fifty.names, fifty.running(), strict=True)):
        assert foreign(text) == foreign(former[place]), name
        assert (configuration(text) == configuration(former[place])) == (said[name] != "changed"), name
        assert fifty.devices[place].pending_revert() is None
        assert configuration(fifty.devices[place].startup_text()) == configuration(text)


def _returned(fifty: Fifty, former: list[str], said: dict[str, str]) -> None:
    """See that those of the first run are as before it. A section that is made anew may stand elsewhere than it did."""
    for place, (name, text) in enumerate(zip(fifty.names, fifty.running(), strict=True)):
        assert foreign(text) == foreign(former[place]), name
        is_former = sorted(configuration(text)) == sorted(configuration(former[place]))
        assert is_former == (said[name] in {"changed", "refused"}), name
