"""What the pushing side of tests/push/test_worker.py runs: `read` or `push` through the worker, told over stdin."""

from __future__ import annotations

import json
import sys
from dataclasses import replace

from roaming.model.bundle import DeviceBundle, DeviceKind, File
from roaming.plan import plan_device
from roaming.push import AnsibleCarrier, Job
from roaming.push.ansible_read import Look, read
from roaming.push.ansible_way import WorkerWay
from roaming.secrets import FingerprintKey, Mask
from roaming.targets import Service, Target
from roaming.transport import Access

FILE = "/etc/snmp/snmpd.conf"
# A real service of the lab's image that needs nothing but its own file.
TARGET = Target(
    name="test",
    capabilities={},
    quotings={},
    redact=str,
    check_command=("sh", "-c", f"! grep BAD {FILE}"),
    services=(Service("snmpd"),),
    log_path="",
    owned=("/etc/snmp/*.conf",),
)


def access(told: dict[str, str], name: str) -> Access:
    one = json.loads(told[name])
    return Access(name, one["host"], 22, "roam", key=one["key"], host_key=one["host_key"])


def main() -> None:
    told = json.load(sys.stdin)
    way = WorkerWay(access(told, "worker"))
    devices = [access(told, name) for name in told["devices"]]
    found = read(way, tuple(Look(one, (FILE,), TARGET.owned) for one in devices))
    shown = {
        name: files if isinstance(files, str) else {path: [file.mode, file.owner] for path, file in files.items()}
        for name, files in found.items()
    }
    print(json.dumps({"read": shown}), flush=True)  # noqa: T201  this is the answer
    if "content" not in told:
        return
    jobs = tuple(job(told, one, found[one.device]) for one in devices if not isinstance(found[one.device], str))
    notes: list[tuple[str, str]] = []
    carrier = AnsibleCarrier("run-1", way)
    results = carrier.carry(jobs, lambda device, state: notes.append((device, state.value)))
    outcomes = {one.device: [one.outcome.value, one.words] for one in results}
    print(json.dumps({"outcomes": outcomes, "notes": notes}))  # noqa: T201


def job(told: dict[str, str], way_in: Access, running: object) -> Job:
    assert isinstance(running, dict)
    content = json.loads(told["content"])[way_in.device]
    wanted = {FILE: replace(running[FILE], content=running[FILE].content + content.encode())}
    bundle = DeviceBundle("camden", "", way_in.device, DeviceKind.HUB, "test", "1", (File(FILE, ()),))
    kept = {path: file for path, file in running.items() if path == FILE}
    plan = plan_device(bundle, TARGET, wanted, kept, lambda _, text: text)
    mask = Mask.of({"camden/canary": told["canary"]}, FingerprintKey(b"k" * 32))
    return Job(plan, TARGET, way_in, mask.text, tuple(mask.labels))


if __name__ == "__main__":
    main()
