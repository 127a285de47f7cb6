"""Everything this package raises on purpose.

    LabError
    ├── EngineError (RuntimeError)         podman or docker refused what was asked; carries its last words
    │   ├── NoEngineError                  neither podman nor a docker that answers is on this machine
    │   ├── NoRootError (PermissionError)  the engine needs root and we are not
    │   ├── AddressTakenError              a port or a network is in use by somebody else
    │   ├── ContainerError                 a container did not start, or stopped; carries its last log lines
    │   └── CommandTimeoutError (TimeoutError)  a command of the engine did not come back in its time
    ├── ImageError (RuntimeError)          an image is missing or cannot be built
    ├── GuestError (RuntimeError)          the machine with the simulated radios did not do its work; names its console
    └── ScenarioError (ValueError)         a scenario of the radio lab is not sound, or asks what cannot be simulated

Each message says what is wrong, where, and what to do about it.
"""

from __future__ import annotations


class LabError(Exception):
    """Base of all errors that this package raises on purpose."""


class EngineError(LabError, RuntimeError):
    """The container engine refused what was asked."""


class NoEngineError(EngineError):
    """Neither podman nor a docker that answers is on this machine."""


class NoRootError(EngineError, PermissionError):
    """The engine needs root and we are not."""


class AddressTakenError(EngineError):
    """A port or a network is in use by somebody else."""


class ContainerError(EngineError):
    """A container did not start, or stopped. `container` names it, `lines` are the last of its log."""

    def __init__(self, container: str, reason: str, lines: tuple[str, ...] = ()) -> None:
        self.container = container
        self.lines = lines
        log = "".join(f"\n  {container} | {line}" for line in lines)
        super().__init__(f"container {container} {reason}{log}")


class CommandTimeoutError(EngineError, TimeoutError):
    """A command of the engine did not come back in its time."""


class ImageError(LabError, RuntimeError):
    """An image is missing or cannot be built."""


class GuestError(LabError, RuntimeError):
    """The machine with the simulated radios did not do its work."""


class ScenarioError(LabError, ValueError):
    """A scenario of the radio lab is not sound, or asks what cannot be simulated."""
