"""promtool's files of tests, and many of them run in one go."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import yaml

from monitor.alerts.settings import spelled as spelled_s
from tests.monitor.alerts.cases import WATCHDOG, Case, Told
from tests.monitor.alerts.federation import BREAKS, by_agent, series, spelled, values

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.daemons.conftest import Box

FOLDER: Final = "/run/alerts"

# Two at a time, each on one core: the machine has two. NAME.rc holds the exit status, NAME.out what was said.
_RUN: Final = f"""
export GOMAXPROCS=1 GOGC=800
cd {FOLDER} && ls *.test.yml | xargs -P 2 -I% sh -c 'promtool test rules % >%.out 2>&1; echo $? >%.rc'
python3 -c '
import glob, json, pathlib
print(json.dumps({{
    name: [int(pathlib.Path(name + ".rc").read_text()), pathlib.Path(name + ".out").read_text()[-6000:]]
    for name in glob.glob("*.test.yml")
}}))'
"""


@dataclass(frozen=True)
class Trial:
    """What promtool said of one file."""

    passed: bool
    text: str


def document(case: Case, rules: str) -> str:
    """Return promtool's file for a case: before, ever, and after."""
    shown = series(case.there, case.faults, case.steps, case.step_s)
    for key, replacement in case.extra.items():
        shown.pop(key, None)
        if replacement is not None:
            shown[key] = replacement
    if case.blind:
        shown = by_agent(shown, case.there, case.blind)
    at_step = {BREAKS - 1: (), **case.at_step}
    ever = f'max_over_time(ALERTS{{alertstate="firing"}}[{spelled_s(case.steps * case.step_s)}])'
    test: dict[str, Any] = {
        "name": case.name,
        "interval": spelled_s(case.step_s),
        "input_series": [{"series": spelled(*key), "values": values(numbers)} for key, numbers in shown.items()],
        "promql_expr_test": [
            *(_expect(_FIRING, step * case.step_s, (WATCHDOG, *told)) for step, told in at_step.items()),
            _expect(ever, case.steps * case.step_s, (WATCHDOG, *case.fired)),
            _expect(_FIRING, case.steps * case.step_s, (WATCHDOG,)),
        ],
    }
    return yaml.safe_dump(
        {"rule_files": [rules], "evaluation_interval": spelled_s(min(case.step_s, case.evaluated_s)), "tests": [test]},
        width=10_000,
    )


_FIRING: Final = 'ALERTS{alertstate="firing"}'


def _expect(expression: str, at_s: float, told: tuple[Told, ...]) -> dict[str, Any]:
    name = "ALERTS" if expression == _FIRING else ""
    samples = [{"labels": spelled(name, tuple({**one, "alertstate": "firing"}.items())), "value": 1} for one in told]
    return {"expr": expression, "eval_time": spelled_s(at_s), "exp_samples": samples}


def run(box: Box, files: Mapping[str, str]) -> dict[str, Trial]:
    """Run every `*.test.yml` among the files."""
    box.must("rm", "-rf", FOLDER)
    box.write({f"{FOLDER}/{name}": text for name, text in files.items()})
    said = json.loads(box.must("sh", "-c", _RUN, timeout_s=300))
    return {name.removesuffix(".test.yml"): Trial(rc == 0, text) for name, (rc, text) in said.items()}
