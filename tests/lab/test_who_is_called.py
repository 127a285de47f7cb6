"""Faults in three boroughs at once, for real: each owner is called for its own, nobody for anything else.

The whole table is `roam-lab alarms`. This file stands after test_federation.py, whose lab it uses once more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lab.scenarios.alarms import Expected, LabEars, Pace, Row, Run
from lab.topology import container
from lab.watch import DEFAULT_SCALE, Wanted, watch
from tests.lab.conftest import ensurer

if TYPE_CHECKING:
    from tests.lab.federation import Federation

pytestmark = [pytest.mark.lab, pytest.mark.xdist_group("federation")]

ROW = Row(
    "three-boroughs",
    "a home server, one of two, and the only access point of a site, each in another borough",
    ("server-stopped:hackney-home-1", "server-stopped:camden-rad-2", "access-point-stopped:islington-th-ap1"),
    (
        Expected("HomeBoroughUnreachable", "hackney", "hackney"),
        Expected("HomeServerDown", "camden", "camden-rad-2"),
        Expected("SiteDown", "islington", "town-hall"),
    ),
)


def test_each_owner_is_called_for_its_own_and_nobody_else_is(bare: Federation) -> None:
    assert bare.roam("push", "--yes").rc == 0
    wanted = Wanted(ensurer(bare.engine, bare.folder), DEFAULT_SCALE)
    onlookers = watch(bare.engine, bare.folder, bare.topology, wanted, print)
    try:
        run = Run(bare.faults, LabEars(bare.engine, bare.topology), Pace(settling_s=15), say=print)
        outcome = run.play(ROW)
    finally:
        bare.engine.remove_containers([container(bare.topology, node) for node in onlookers])
    assert outcome.missing == ()
    assert outcome.false == ()
    assert outcome.healed_s is not None
