"""Another process reads the devices and sets faults: one JSON object a line over a Unix socket.

A request is `{"device": 0, "do": "running_text", "with": […]}`; the answer is `{"ok": …}` or `{"error": "…"}`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from lab.devices.catalyst import Catalyst
from lab.devices.faults import Faults, faults_data, faults_of
from lab.devices.outage import Outage
from lab.devices.rollback import Pending
from lab.errors import LabError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

_LIMIT: Final = 1 << 24


def _pending(device: Catalyst) -> dict[str, Any] | None:
    pending = device.pending_revert()
    return None if pending is None else asdict(pending)


def _state(device: Catalyst) -> dict[str, Any]:
    return {"hostname": device.hostname, "sessions": len(device.sessions), "boots": device.boots, "down": device.down}


_VERBS: Final[Mapping[str, Callable[..., Any]]] = {
    "running_text": Catalyst.running_text,
    "startup_text": Catalyst.startup_text,
    "pending_revert": _pending,
    "outages": lambda device: [asdict(each) for each in device.outages()],
    "secret_of": Catalyst.secret_of,
    "device_log": lambda device: list(device.device_log()),
    "lines_entered": lambda device: list(device.lines_entered()),
    "faults": lambda device: faults_data(device.faults),
    "console": Catalyst.console,
    "set_faults": lambda device, data: device.set_faults(faults_of(data)),
    "reboot": Catalyst.reboot,
    "state": _state,
}


class Control:
    """The server's side."""

    def __init__(self, devices: Sequence[Catalyst]) -> None:
        self._devices = devices
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    async def start(self, path: Path) -> None:
        """Listen at a path, for this user alone."""
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(path))
        os.chmod(path, 0o600)  # noqa: PTH101  once, at the start
        self._server = await asyncio.start_unix_server(self._serve, sock=listener, limit=_LIMIT)

    def stop(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()
        for writer in self._writers:
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        with contextlib.suppress(OSError, ValueError, asyncio.CancelledError):
            while line := await reader.readline():
                writer.write(json.dumps(self._answer(line)).encode() + b"\n")
                await writer.drain()
        self._writers.discard(writer)
        writer.close()

    def _answer(self, line: bytes) -> dict[str, Any]:
        try:
            request = json.loads(line)
            device = self._devices[request["device"]]
            return {"ok": _VERBS[request["do"]](device, *request.get("with", ()))}
        except LabError as error:
            return {"error": str(error)}
        except (ValueError, KeyError, IndexError, TypeError) as error:
            return {"error": f"{type(error).__name__}: {error}"}


class RemoteCatalyst:
    """A device in another process: what `Catalyst` lets one read and set, over the control socket."""

    def __init__(self, path: Path, place: int) -> None:
        self._path = path
        self._place = place

    def __repr__(self) -> str:
        return f"RemoteCatalyst({self._place})"

    def _ask(self, verb: str, *given: object) -> Any:  # noqa: ANN401  JSON
        request = json.dumps({"device": self._place, "do": verb, "with": given}).encode() + b"\n"
        try:
            with socket.socket(socket.AF_UNIX) as connection, connection.makefile("rwb") as stream:
                connection.settimeout(60)
                connection.connect(str(self._path))
                stream.write(request)
                stream.flush()
                answer = json.loads(stream.readline() or b'{"error": "the fleet is gone"}')
        except OSError as error:
            message = f"the simulated devices do not answer at {self._path}: {error.strerror or error}"
            raise LabError(message) from None
        if "error" in answer:
            raise LabError(answer["error"])
        return answer["ok"]

    def running_text(self) -> str:
        """Return the running configuration. Raises `LabError` when the fleet is gone, as all others here do."""
        return str(self._ask("running_text"))

    def startup_text(self) -> str:
        """Return the startup configuration."""
        return str(self._ask("startup_text"))

    def pending_revert(self) -> Pending | None:
        """Return the revert that is armed, None when there is none."""
        found = self._ask("pending_revert")
        return None if found is None else Pending(**found)

    def outages(self) -> tuple[Outage, ...]:
        """Return when which WLAN was not offered."""
        return tuple(Outage(**each) for each in self._ask("outages"))

    def secret_of(self, *path: str) -> str | None:
        """Return the plain secret that a line holds."""
        found = self._ask("secret_of", *path)
        return None if found is None else str(found)

    def device_log(self) -> tuple[str, ...]:
        """Return what the device itself keeps of commands and messages."""
        return tuple(self._ask("device_log"))

    def lines_entered(self) -> tuple[str, ...]:
        """Return the last lines that sessions entered."""
        return tuple(self._ask("lines_entered"))

    def console(self, *lines: str) -> str:
        """Enter lines at the console, as somebody who stands before the device."""
        return str(self._ask("console", *lines))

    @property
    def faults(self) -> Faults:
        """What goes wrong with it now."""
        return faults_of(self._ask("faults"))

    def set_faults(self, faults: Faults) -> None:
        """Let other things go wrong from now on."""
        self._ask("set_faults", faults_data(faults))

    def reboot(self, down_s: float | None = None) -> None:
        """Reboot it."""
        self._ask("reboot", down_s)

    def state(self) -> dict[str, Any]:
        """Return its name, how many sessions it has, how often it booted, and whether it is down."""
        return dict(self._ask("state"))
