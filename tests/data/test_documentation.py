"""What the pages show is what the tool reads."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from roaming.load import load
from roaming.rules import RULES, check

if TYPE_CHECKING:
    from pathlib import Path

TODAY = date(2026, 11, 23)


def test_the_sample_of_a_borough_breaks_no_rule(repository: Path, tmp_path: Path) -> None:
    page = (repository / "docs" / "inventory.md").read_text(encoding="utf-8")
    sample = re.search(r"```yaml\n(borough:.*?)```", page, re.DOTALL)
    assert sample
    (tmp_path / "boroughs").mkdir()
    (tmp_path / "boroughs" / "camden.yml").write_text(sample[1], encoding="utf-8")
    for name in ("federation.yml", "wlans.yml"):
        (tmp_path / name).write_bytes((repository / "inventory" / name).read_bytes())
    assert check(load(tmp_path), TODAY) == ()


def test_every_rule_that_the_pages_name_exists(repository: Path) -> None:
    page = (repository / "docs" / "inventory.md").read_text(encoding="utf-8")
    named = set(re.findall(r"error: .*\[([a-z0-9]+-[a-z0-9-]+)\]$", page, re.MULTILINE))
    assert named
    assert named <= {rule.id for rule in RULES}
