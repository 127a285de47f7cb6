"""The container engine under the lab: podman or docker, behind one Protocol.

`find_engine(state)` gives the one on this machine; `bring_up` starts a compose file and proves that every one runs.
"""

from lab.engine.bring_up import LAB_LABEL, bring_up, take_down, wait_running
from lab.engine.command import Command, Result, Shell
from lab.engine.containers import CommandLineEngine
from lab.engine.fake import FakeCommand, FakeEngine
from lab.engine.find import find_engine
from lab.engine.protocol import Engine, State

__all__ = [
    "LAB_LABEL",
    "Command",
    "CommandLineEngine",
    "Engine",
    "FakeCommand",
    "FakeEngine",
    "Result",
    "Shell",
    "State",
    "bring_up",
    "find_engine",
    "take_down",
    "wait_running",
]
