"""Ansible callback plugin: begin a task on a host only when the push has taken it down.

`ROAM_GATE` names a directory with two FIFOs: a line goes into `ask`, host and task as JSON, and a line comes out of
`go`. When nobody is there any more to take anything down, nothing more is begun.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = r"""
name: roam_gate
type: notification
short_description: Begin a task only when it has been taken down
description:
  - Asks before each task on each host, and waits for the answer.
"""


class CallbackModule(CallbackBase):  # type: ignore[misc]  # Ansible has no annotations
    """Asks before each task on each host."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "roam_gate"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        gate = Path(os.environ["ROAM_GATE"])
        self.ask = (gate / "ask").open("w")
        self.go = (gate / "go").open()

    def v2_runner_on_start(self, host: Any, task: Any) -> None:  # noqa: ANN401  Ansible's own types
        """Ask, and wait. An exception would only be warned of, so the process ends when no answer comes."""
        try:
            self.ask.write(json.dumps([host.get_name(), task.get_name()]) + "\n")
            self.ask.flush()
            answer = self.go.readline()
        except OSError:
            answer = ""
        if not answer:
            os._exit(1)
