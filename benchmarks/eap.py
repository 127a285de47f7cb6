"""EAP authentications over one session of an agent: beside bare eapol_test, and beside rad_eap_test in a loop.

FreeRADIUS and every eapol_test run in one container of the lab's image. Ours counts the program on the agent with its
eapol_tests, and what the monitor's own process does: requests, answers, transcripts, certificates. The engine's `exec`,
which stands for SSH, is counted on neither side. The peer is told nothing but to run: its output goes to /dev/null.

rad_eap_test is CESNET's (GPL-2): it is not part of this project. `ROAM_RAD_EAP_TEST` names a copy. Its `bc` and `dig`,
which the image lacks, are stand-ins that do nothing.
"""

from __future__ import annotations

import json
import os
import re
import resource
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.row import Missing, Row
from lab.images import Image
from roaming.eap import (
    AgentSession,
    CertificateLogin,
    Conversation,
    LocalChannel,
    Nas,
    PasswordLogin,
    Server,
    Trusted,
    certificates,
    command,
)
from roaming.eap.configuration import configuration
from tests.daemons.conftest import box
from tests.eap import home_server

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.daemons.conftest import Box

AUTHENTICATIONS: Final = 200
RUNS: Final = 3
AT_ONCE: Final = 4
PORT: Final = 18120
PLACE: Final = "/run/box/bench"
TOOK: Final = "/run/box/took"
SECRET: Final = "bench-secret"  # noqa: S105  of a server that lives for the benchmark
PASSWORD: Final = "bench-password"  # noqa: S105  likewise
USER: Final = "roam-probe@camden.gov.uk"
OUTER: Final = "roam-bench@camden.gov.uk"
PEER_VARIABLE: Final = "ROAM_RAD_EAP_TEST"
STAND_INS: Final = {"bc": "#!/bin/sh\necho 0\n", "dig": "#!/bin/sh\n"}


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds of processor time and of the clock, for an authentication."""

    cpu: float
    seconds: float


@dataclass(frozen=True)
class Bench:
    """The container with the home server, and one conversation of each method."""

    box: Box
    peap: Conversation
    tls: Conversation

    def ours(self, said: Sequence[Conversation], at_once: int) -> Took:
        """Hold conversations over one session."""
        before = _own_cpu()
        words = ("python3", f"{PLACE}/inside.py", "session", *command(at_once))
        channel = LocalChannel(self.box.session(*words))
        with ThreadPoolExecutor(at_once) as pool:
            session = AgentSession(channel)
            began = time.monotonic()
            outcomes = list(pool.map(session.converse, said))
            seconds = time.monotonic() - began
        shown = [certificates(outcome.chain) for outcome in outcomes]
        if not all(outcome.accepted and chain for outcome, chain in zip(outcomes, shown, strict=True)):
            message = f"not accepted: {next(one.sentence for one in outcomes if not one.accepted)}"
            raise RuntimeError(message)
        own = _own_cpu() - before
        channel.end()
        session.close()
        return Took((self._took()["cpu"] + own) / len(said), seconds / len(said))

    def loop(self, commands: list[list[str]]) -> Took:
        """Run commands one after the other."""
        self.box.write({f"{PLACE}/commands.json": json.dumps(commands)})
        self.box.must("python3", f"{PLACE}/inside.py", "loop", f"{PLACE}/commands.json", timeout_s=600)
        took = self._took()
        return Took(took["cpu"] / len(commands), took["seconds"] / len(commands))

    def bare(self, said: Sequence[Conversation]) -> list[list[str]]:
        """Return the same conversations as commands of eapol_test."""
        paths = {one.method: f"{PLACE}/{one.method}.conf" for one in (self.peap, self.tls)}
        fixed = ["-a", "127.0.0.1", "-p", str(PORT), "-s", SECRET, "-r0", "-t", "5"]
        return [["eapol_test", "-c", paths[one.method], *fixed] for one in said]

    def _took(self) -> dict[str, float]:
        for _ in range(200):
            found = self.box.run("cat", TOOK)
            if found.ok and found.out.endswith("}"):
                self.box.must("rm", TOOK)
                return dict(json.loads(found.out))
            time.sleep(0.05)
        message = "the session did not end"
        raise RuntimeError(message)


def measure() -> Iterator[Row | Missing]:
    """Yield both rows; the second needs a copy of rad_eap_test."""
    with tempfile.TemporaryDirectory() as folder, _bench(Path(folder)) as bench:
        mixed = [bench.peap, bench.tls] * (AUTHENTICATIONS // 2)
        pairs = [(bench.ours(mixed, AT_ONCE), bench.loop(bench.bare(mixed))) for _ in range(RUNS)]
        yield Row(
            name=f"EAP: {AUTHENTICATIONS} authentications, half PEAP and half TLS, {AT_ONCE} at once: processor time",
            peer_name="bare eapol_test",
            ours=min(ours.cpu for ours, _ in pairs) * 1000,
            peer=min(peer.cpu for _, peer in pairs) * 1000,
            unit="ms each",
            goal=1.3,
        )
        yield _rate(bench)


def _rate(bench: Bench) -> Row | Missing:
    name = f"EAP: {AUTHENTICATIONS // 2} PEAP authentications, time for each"
    path = os.environ.get(PEER_VARIABLE)
    if not path or not Path(path).is_file():
        return Missing(name, f"{PEER_VARIABLE} does not name a copy of CESNET's rad_eap_test")
    said = [bench.peap] * (AUTHENTICATIONS // 2)
    # fmt: off
    words = [
        "env", f"PATH={PLACE}:/usr/bin:/usr/sbin:/bin:/sbin", "bash", f"{PLACE}/rad_eap_test", "-H", "127.0.0.1",
        "-P", str(PORT), "-S", SECRET, "-u", USER, "-A", OUTER, "-p", PASSWORD, "-m", "WPA-EAP", "-e", "PEAP",
        "-2", "MSCHAPV2", "-a", f"{PLACE}/ca.pem", "-d", home_server.SERVER_NAME,
    ]
    # fmt: on
    bench.box.write({f"{PLACE}/rad_eap_test": Path(path).read_text(encoding="utf-8")})
    pairs = [(bench.ours(said, AT_ONCE), bench.loop([words] * len(said))) for _ in range(RUNS)]
    return Row(
        name=name,
        peer_name="rad_eap_test in a loop",
        ours=min(ours.seconds for ours, _ in pairs) * 1000,
        peer=min(peer.seconds for _, peer in pairs) * 1000,
        unit="ms",
        goal=round(1 / 3, 3),
    )


def _own_cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


@contextmanager
def _bench(folder: Path) -> Iterator[Bench]:
    """Start the home server in a container."""
    with box(folder, Path(__file__).parents[1], Image.DEBIAN_13) as found:
        servers, clients = home_server.Authority("EAP CA"), home_server.Authority("Client CA")
        files = home_server.configuration(f"{PLACE}/home", servers.issue(home_server.SERVER_NAME), clients.pem, PORT)
        files[f"{PLACE}/home/users"] = f'{USER} Cleartext-Password := "{PASSWORD}"\n'
        # The default remembers 256 requests for five seconds each, and drops what comes beyond.
        settings = "max_requests = 65536\n" + files[f"{PLACE}/home/radiusd.conf"]
        files[f"{PLACE}/home/radiusd.conf"] = re.sub(r'secret = ".*"', f'secret = "{SECRET}"', settings)
        found.write(files)
        # Without -x: a server that logs all it does is what would be measured.
        found.must("sh", "-c", f"freeradius -d {PLACE}/home -l {PLACE}/log")
        yield _filled(found, servers.pem, clients.issue("probe.camden.gov.uk", client=True))
        found.run("sh", "-c", "kill $(pgrep freeradius)")


def _filled(found: Box, ca: str, probe: home_server.Issued) -> Bench:
    peap = Conversation(
        identity=OUTER,
        login=PasswordLogin(USER, PASSWORD),
        server=Server("camden-rad-1", "127.0.0.1", SECRET, PORT),
        nas=Nas("camden-th-ap1", "02:00:0a:07:11:00", "govroam"),
        trusted=Trusted((ca,), (home_server.SERVER_NAME,)),
        timeout=60,
        idle=10,
    )
    tls = replace(peap, login=CertificateLogin(probe.certificate, probe.key))
    from_file = f"{PLACE}/ca.pem".encode().hex()
    texts = {
        f"{PLACE}/{one.method}.conf": configuration(one).replace(b"/dev/stdin".hex(), from_file) for one in (peap, tls)
    }
    inside = Path(__file__).with_name("eap_inside.py").read_text(encoding="utf-8")
    found.write({**texts, f"{PLACE}/ca.pem": ca, f"{PLACE}/inside.py": inside})
    found.write({f"{PLACE}/{name}": text for name, text in STAND_INS.items()})
    found.must("chmod", "+x", *(f"{PLACE}/{name}" for name in STAND_INS))
    return Bench(found, peap, tls)
