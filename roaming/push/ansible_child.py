"""Run one playbook with ansible-runner, in a process of its own: `python -m roaming.push.ansible_child`.

A process of its own because ansible-runner hands its whole environment to Ansible and writes it into its artefacts;
this one is started with an environment that holds no secret. What is to run is read from standard input as JSON
(`private`, `playbook`, `forks`, `timeout`, and `worker`: the command that reaches another machine's ansible-runner, or
null); events go to standard output, one JSON object a line.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from ansible_runner.interface import init_runner

if TYPE_CHECKING:
    from collections.abc import Mapping

_KINDS = {
    "runner_on_ok": "ok",
    "runner_on_failed": "failed",
    "runner_on_unreachable": "unreachable",
    "runner_on_skipped": "skipped",
}


def event_line(event: Mapping[str, Any]) -> dict[str, object] | None:
    """Return what of an event is wanted: host, task, how it ended, its words and what our modules return."""
    kind = _KINDS.get(event.get("event", ""))
    data = event.get("event_data", {})
    if kind is None:
        return None
    result = data.get("res") or {}
    words = result.get("msg", "")
    return {
        "host": data.get("host"),
        "task": data.get("task"),
        "kind": kind,
        "words": words if isinstance(words, str) else json.dumps(words),
        "data": result.get("roam") or {},
    }


def tell(event: Mapping[str, Any]) -> bool:
    """Write an event; keep it in no file."""
    line = event_line(event)
    if line is not None:
        sys.stdout.write(f"{json.dumps(line)}\n")
        sys.stdout.flush()
    return False


def main() -> int:
    """Run the playbook; the exit status is Ansible's."""
    job = json.load(sys.stdin)
    order = {
        "private_data_dir": job["private"],
        "playbook": job["playbook"],
        # Always given: without it ansible-runner takes up what an earlier run left in the directory.
        "cmdline": f"--forks {int(job['forks'])}",
        "suppress_env_files": True,
        "timeout": job["timeout"],
    }
    return here(order) if job["worker"] is None else far(order, job["worker"])


def here(order: Mapping[str, Any]) -> int:
    """Run on this machine."""
    runner = init_runner(**order, event_handler=tell, quiet=True)  # type: ignore[no-untyped-call]  # it has no annotations
    if not as_ordered(runner.config.command):
        return 2
    status, code = runner.run()
    return int(code) if status == "successful" or code else 1


def far(order: Mapping[str, Any], worker: list[str]) -> int:
    """Transmit to another machine's worker, and process what comes back."""
    began: list[bool] = []

    def status(data: Mapping[str, Any], runner_config: object) -> None:
        del runner_config
        if data["status"] == "starting":
            began.append(as_ordered(data.get("command") or ()))

    with subprocess.Popen(worker, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as link:  # noqa: S603  our own words
        if link.stdin is None or link.stdout is None:
            return 1
        try:
            init_runner(streamer="transmit", _output=link.stdin, **order).run()  # type: ignore[no-untyped-call]
            link.stdin.close()
        except BrokenPipeError:
            return 1
        reader = {"private_data_dir": order["private_data_dir"], "quiet": True, "_input": link.stdout}
        processor = init_runner(streamer="process", event_handler=tell, status_handler=status, **reader)  # type: ignore[no-untyped-call]
        processor.run()
    return 0 if processor.status == "successful" and began == [True] else 1


def as_ordered(command: object) -> bool:
    """Tell whether ansible-runner runs what was asked for, and complain when not."""
    good = isinstance(command, list) and "--forks" in command and "--check" not in command
    if not good:
        sys.stderr.write("ansible-runner would not run what was asked for\n")
    return good


if __name__ == "__main__":
    sys.exit(main())
