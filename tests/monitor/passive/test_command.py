"""`roam-monitor traps` with net-snmp's own sender."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from lab.pki import generate, write
from roaming.load import load

if TYPE_CHECKING:
    from collections.abc import Iterator

REPOSITORY = Path(__file__).parents[3]


def free_port() -> int:
    with socket.socket(type=socket.SOCK_DGRAM) as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def lines(process: subprocess.Popen[str]) -> Iterator[str]:
    assert process.stderr is not None
    yield from iter(process.stderr.readline, "")


def test_what_is_refused_is_said_and_no_secret_shows(tmp_path: Path) -> None:
    network = load(REPOSITORY / "lab" / "inventory").network
    material = generate(network)
    write(material, tmp_path)
    port = free_port()
    words = [sys.executable, "-m", "monitor.cli", "traps", "-i", str(REPOSITORY / "lab" / "inventory")]
    words += ["--secrets", str(tmp_path), "--listen", f"127.0.0.1:{port}"]
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True, cwd=REPOSITORY) as process:
        said = lines(process)
        try:
            listening = next(said)
            time.sleep(0.5)
            send = ["snmptrap", "-v2c", "-c", "public", f"127.0.0.1:{port}", "", "1.3.6.1.4.1.14179.2.6.3.8"]
            subprocess.run(send, check=True, timeout=20)
            refused = next(said)
        finally:
            process.terminate()
    assert listening == f"listening on 127.0.0.1:{port} for 6 devices\n"
    assert refused == "refused: unknown-device\n"
