from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from roaming.model.bundle import DeviceBundle, DeviceKind, File, RemoteFile
from roaming.plan import Change, DevicePlan, Plan, ServiceAction, Unreachable, as_json, as_text
from roaming.plan.change import FileChange, plan_device
from roaming.targets import TARGETS, Action

CASES = sorted((Path(__file__).parent / "plans").glob("*.yml"))


def remote(entry: dict[str, Any]) -> RemoteFile:
    owner, _, group = entry.get("owner", "root:root").partition(":")
    return RemoteFile(entry["text"].encode(), entry.get("mode", 0o644), owner, group)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_plans(path: Path) -> None:
    case = yaml.safe_load(path.read_text())
    target = TARGETS[case["target"]]
    wanted = {name: remote(entry) for name, entry in case["wanted"].items()}
    running = {name: remote(entry) for name, entry in case["running"].items()}
    device = DeviceBundle(
        "camden", "", "d", DeviceKind.HUB, case["target"], "1", tuple(File(one, ()) for one in wanted)
    )
    plan = plan_device(
        device, target, wanted, running, lambda _, text: target.redact(text) if case.get("redact") else text
    )
    assert {file.path: file.change.value for file in plan.files} == case["expect"]["files"]
    assert {one.service: one.action.value for one in plan.actions} == case["expect"]["actions"]
    for name, diff in case["expect"].get("diffs", {}).items():
        assert next(file.diff for file in plan.files if file.path == name) == diff
    assert plan.empty is not bool(case["expect"]["actions"])


def pending(name: str, kind: DeviceKind) -> DevicePlan:
    device = DeviceBundle("x", "", name, kind, "radsecproxy", "1", ())
    change = FileChange("/f", Change.CREATED, "diff\n", None, RemoteFile(b"", 0o644, "root", "root"))
    return DevicePlan(device, (change,), (ServiceAction("radsecproxy", Action.RESTART),))


def test_a_plan_as_text_and_json() -> None:
    plan = Plan((pending("hub-east", DeviceKind.HUB),), (Unreachable(pending("a", DeviceKind.HUB).device, "gone"),))
    assert as_text(plan, created=True) == (
        "x/hub-east: restart radsecproxy (away for some seconds; the other hub carries on)\n  created /f\ndiff\n\n"
    )
    assert "diff" not in as_text(plan, created=False)
    assert json.loads(json.dumps(as_json(plan))) == {
        "devices": [
            {
                "device": "x/hub-east",
                "kind": "hub",
                "actions": [{"service": "radsecproxy", "action": "restart"}],
                "commands": 0,
                "hint": "away for some seconds; the other hub carries on",
                "outage": [],
                "unverifiable": [],
                "files": [{"path": "/f", "change": "created", "diff": "diff\n"}],
            }
        ],
        "unreachable": [{"device": "x/a", "reason": "gone"}],
        "files": 1,
    }
