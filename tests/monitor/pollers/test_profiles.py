"""Profiles: what is shipped, what is refused and where, and what they make of tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lab.devices.snmp import Model
from monitor.errors import SettingError
from monitor.pollers import choose, load_profiles
from tests.monitor.pollers.world import PROFILES, device, listening, poller, run, shown

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Golden

GOOD = """\
profile: some
title: Something
met: never a real device
sys_object_ids: [1.3.6.1.4.1.99]
tables:
  - rows: radios
    source: SOME-MIB someTable
    columns:
      - {oid: 1.3.6.1.4.1.99.1, metric: roaming_radio_clients}
"""


@pytest.mark.parametrize(
    ("model", "profile"),
    [
        ("1.3.6.1.4.1.9.1.2530", "cisco-wlc"),
        ("1.3.6.1.4.1.9.1.1645", "cisco-lwapp"),
        ("1.3.6.1.4.1.14823.1.1.47", "aruba"),
        ("1.3.6.1.4.1.8072.3.2.10", "linux"),
        ("1.3.6.1.4.1.9.1.25301", None),
        ("1.3.6.1.4.1.9.1.253", None),
        ("", None),
    ],
)
def test_the_model_chooses_the_profile(model: str, profile: str | None) -> None:
    found = choose(PROFILES, model)
    assert (found.profile if found else None) == profile


@pytest.mark.parametrize("model", list(Model))
def test_what_a_profile_makes_of_a_simulated_device(model: Model, golden: Golden) -> None:
    name = "camden-ap-0" if model is Model.LINUX else "camden-wlc"

    async def work() -> None:
        async with listening(model) as (_, port):
            outcome = await poller().poll(device(name, count=4, port=port))
        golden(f"monitor/snmp/{model}.txt", shown(outcome.batch.samples))

    run(work())


def test_every_column_has_its_source() -> None:
    assert all("http" in table.source or "Std" in table.source for one in PROFILES for table in one.tables)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("title:", "titel:", "bad.yml:2: titel: Extra inputs are not permitted"),
        ("    source:", "    sauce: x\n    source:", "bad.yml:7: tables.0.sauce: Extra inputs are not permitted"),
        ("roaming_radio_clients", "roaming_radio_cleints", "there is no metric roaming_radio_cleints"),
        ("rows: radios", "rows: radio", "bad.yml:6: tables.0.rows: Input should be 'access-points'"),
        ("rows: radios", "rows: ssids", "bad.yml:6: tables.0: Value error, roaming_radio_clients does not have"),
        ("1.3.6.1.4.1.99.1,", "1.3.6.x,", "bad.yml:9: tables.0.columns.0.oid: String should match"),
        ("title: Something", "title: [", "bad.yml:4: did not find"),
        ("title: Something", "title: a\ntitle: b", "bad.yml:3: title stands twice"),
        ("rows: radios", "rows: radius-servers", "radius-servers"),
        (GOOD, "", "bad.yml:1: it is empty"),
        (GOOD, "- x\n", "bad.yml:1: the file: Input should be a valid dictionary"),
    ],
)
def test_a_bad_profile_is_refused_by_file_and_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in GOOD
    (tmp_path / "bad.yml").write_text(GOOD.replace(old, new))
    with pytest.raises(SettingError) as refused:
        load_profiles(tmp_path)
    assert said in str(refused.value)


def test_a_good_profile_is_taken(tmp_path: Path) -> None:
    (tmp_path / "good.yml").write_text(GOOD)
    assert [one.profile for one in load_profiles(tmp_path)] == ["some"]


def test_no_profile_at_all_is_said(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="there is no profile"):
        load_profiles(tmp_path)
