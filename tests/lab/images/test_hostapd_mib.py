"""What snmpd is told of what hostapd counts: RFC 4668 and RFC 4670 have other columns for the same words."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

# What hostapd 2.10 of Debian 13 said to `mib`, with numbers that are each there once.
SAID = (Path(__file__).parent / "hostapd-2.10-mib.txt").read_text(encoding="ascii")
SCRIPT = runpy.run_path(str(Path(__file__).parents[3] / "lab" / "images" / "files" / "hostapd_mib.py"))
AUTHENTICATION = (1, 3, 6, 1, 2, 1, 67, 1, 2, 1, 1, 4, 1)
ACCOUNTING = (1, 3, 6, 1, 2, 1, 67, 2, 2, 1, 1, 4, 1)
FIRST = {
    2: ("integer", "1"),
    3: ("octet", "0A 07 00 0B"),
    4: ("gauge", "1812"),
    5: ("timeticks", "11"),
    6: ("counter", "12"),
    7: ("counter", "13"),
    8: ("counter", "14"),
    9: ("counter", "15"),
    10: ("counter", "16"),
    11: ("counter", "17"),
    12: ("counter", "18"),
    13: ("gauge", "19"),
    14: ("counter", "20"),
    15: ("counter", "21"),
    16: ("counter", "22"),
}
THIRD = {
    2: ("integer", "1"),
    3: ("octet", "0A 07 00 0D"),
    4: ("gauge", "1813"),
    5: ("timeticks", "35"),
    6: ("counter", "36"),
    7: ("counter", "37"),
    8: ("counter", "38"),
    9: ("counter", "39"),
    10: ("counter", "40"),
    11: ("gauge", "41"),
    12: ("counter", "42"),
    13: ("counter", "43"),
    14: ("counter", "44"),
}


@pytest.mark.parametrize(
    ("branch", "rows", "first"), [(AUTHENTICATION, 2, FIRST), (ACCOUNTING, 1, THIRD)], ids=["4668", "4670"]
)
def test_each_branch_has_its_servers_and_columns(
    branch: tuple[int, ...], rows: int, first: dict[int, tuple[str, str]]
) -> None:
    cells = dict(SCRIPT["servers"](SCRIPT["TABLES"][branch], SAID))
    assert {name[-1] for name in cells} == set(range(1, rows + 1))
    assert {name[-2]: value for name, value in cells.items() if name[-1] == 1} == first
    assert {name[:-2] for name in cells} == {branch}


def test_a_hostapd_without_accounting_has_no_row_there() -> None:
    without = SAID[: SAID.index("radiusAccServerIndex")]
    assert dict(SCRIPT["servers"](SCRIPT["TABLES"][ACCOUNTING], without)) == {}
