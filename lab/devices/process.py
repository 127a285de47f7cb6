"""A fleet as a process of its own, so that killing who pushes leaves the devices alone."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from lab.devices.control import RemoteCatalyst
from lab.errors import LabError
from roaming.transport import Access

if TYPE_CHECKING:
    from types import TracebackType

_PATIENCE_S: Final = 60


class FleetProcess:
    """Devices in a process of their own. It ends with the context, or when this process is gone."""

    def __init__(
        self,
        count: int = 1,
        *,
        names: tuple[str, ...] = (),
        minute_s: float = 60,
        config: Path | None = None,
        seed: int | None = None,
    ) -> None:
        self._directory = tempfile.TemporaryDirectory(prefix="roam-fleet-")
        state = Path(self._directory.name) / "state.json"
        words = [sys.executable, "-m", "lab.devices", "--count", str(count), "--state", str(state), "--until-eof"]
        words += ["--minute-s", str(minute_s)]
        words += ["--names", ",".join(names)] if names else []
        words += ["--config", str(config)] if config else []
        words += ["--seed", str(seed)] if seed is not None else []
        self._words, self._state = words, state
        self._process: subprocess.Popen[bytes] | None = None
        self.accesses: tuple[Access, ...] = ()
        self.key_accesses: tuple[Access, ...] = ()
        self.devices: tuple[RemoteCatalyst, ...] = ()

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(self._words, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)  # noqa: S603  our own module
        data = self._wait(self._process)
        self.accesses = tuple(Access(**each) for each in data["devices"])
        self.key_accesses = tuple(
            Access(**{**each, "password": None, "key": data["login_key"]}) for each in data["devices"]
        )
        control = Path(data["control"])
        self.devices = tuple(RemoteCatalyst(control, place) for place in range(len(self.accesses)))
        return self

    def _wait(self, process: subprocess.Popen[bytes]) -> dict[str, Any]:
        """Wait until the devices answer. Raises `LabError`."""
        until = time.monotonic() + _PATIENCE_S
        while not self._state.exists():
            if process.poll() is not None or time.monotonic() > until:
                message = f"the simulated devices did not start (exit status {process.poll()})"
                raise LabError(message)
            time.sleep(0.02)
        return dict(json.loads(self._state.read_text()))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None and self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._directory.cleanup()

    @property
    def pid(self) -> int:
        """The process id, by which its memory can be measured."""
        return self._process.pid if self._process else 0

    def access(self, place: int, *, by_key: bool = False) -> Access:
        """Return the way into a device."""
        return self.key_accesses[place] if by_key else self.accesses[place]
