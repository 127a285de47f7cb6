"""Run one playbook with ansible-runner, in a process of its own: `python -m roaming.push.ansible_child`.

A process of its own because ansible-runner hands its whole environment to Ansible and writes it into its artefacts;
this one is started with an environment that holds no secret. What is to run is read from standard input as JSON
(`private`, `forks`, `timeout`); events go to standard output, one JSON object a line.
"""

from __future__ import annotations

import json
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
    """Return what of an event is wanted: host, task, how it ended, and its words if it has any."""
    kind = _KINDS.get(event.get("event", ""))
    data = event.get("event_data", {})
    if kind is None:
        return None
    words = (data.get("res") or {}).get("msg", "")
    return {
        "host": data.get("host"),
        "task": data.get("task"),
        "kind": kind,
        "changed": bool((data.get("res") or {}).get("changed")),
        "words": words if isinstance(words, str) else json.dumps(words),
    }


def main() -> int:
    """Run the playbook; the exit status is Ansible's."""
    job = json.load(sys.stdin)

    def tell(event: Mapping[str, Any]) -> bool:
        line = event_line(event)
        if line is not None:
            sys.stdout.write(f"{json.dumps(line)}\n")
            sys.stdout.flush()
        return True

    runner = init_runner(  # type: ignore[no-untyped-call]  # ansible-runner has no annotations
        private_data_dir=job["private"],
        playbook="carry.yml",
        # Always given: without it ansible-runner takes up what an earlier run left in the directory.
        cmdline=f"--forks {int(job['forks'])}",
        event_handler=tell,
        suppress_env_files=True,
        quiet=True,
        timeout=job["timeout"],
    )
    if "--check" in runner.config.command or "--forks" not in runner.config.command:
        sys.stderr.write("ansible-runner would not run what was asked for\n")
        return 2
    status, code = runner.run()
    return int(code) if status == "successful" or code else 1


if __name__ == "__main__":
    sys.exit(main())
