"""A federation that is nothing but recorded transcripts: what each proxy answers to each identity."""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from roaming.eap import FakeRan, FakeShell, answer_of
from roaming.errors import SecretMissingError, TransportError
from roaming.load import load
from roaming.verify import Options, Report, verify

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from roaming.model.borough import Agent
    from roaming.model.network import Network

REPOSITORY = Path(__file__).parent.parent.parent
TRANSCRIPTS = REPOSITORY / "tests" / "eap" / "transcripts"


@cache
def lab_network() -> Network:
    """Return the lab's federation."""
    return load(REPOSITORY / "lab" / "inventory").network


@dataclass(frozen=True)
class Store:
    """Holds every secret and certificate, but those that are missing."""

    missing: tuple[str, ...] = ()

    def secret(self, name: str) -> str:
        if name in self.missing:
            raise SecretMissingError(name)
        return f"secret of {name}"

    def certificate(self, name: str) -> str:
        if name in self.missing:
            raise SecretMissingError(name)
        return f"certificate {name}"


@dataclass(frozen=True)
class Asked:
    """One conversation as the fake federation sees it."""

    agent: str
    server: str
    identity: str
    user: str
    method: str


def well(asked: Asked) -> str:
    """Answer as a federation does in which all is well."""
    if not re.fullmatch(r"[^@]+@([a-z0-9-]+\.)+[a-z]+", asked.identity):
        return "no-realm"
    if not asked.identity.endswith(".gov.uk"):
        return "unknown-realm"
    if asked.user.startswith("nobody@"):
        return "unknown-user"
    return "tls-accepted" if asked.method == "TLS" else "peap-accepted"


def always(transcript: str) -> Callable[[Asked], str]:
    """Answer everybody alike."""
    return lambda _asked: transcript


@dataclass
class World:
    """Answers each conversation with the transcript of that name; the agents in `down` cannot be reached."""

    answer: Callable[[Asked], str] = well
    down: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    asked: list[Asked] = field(default_factory=list)
    progress: list[tuple[int, int]] = field(default_factory=list)

    def verify(self, options: Options | None = None) -> Report:
        """Verify this world."""
        chosen = options or Options(run="abc")
        tell = lambda done, total: self.progress.append((done, total))  # noqa: E731  one expression, used once
        return verify(lab_network(), Store(self.missing), self._open_session, chosen, tell)

    @contextmanager
    def _open_session(self, agent: Agent) -> Iterator[FakeShell]:
        if agent.name in self.down:
            message = f"{agent.name}: no connection"
            raise TransportError(message)
        yield FakeShell(lambda _, data: self._answer(agent.name, json.loads(data.splitlines()[-1])))

    def _answer(self, agent: str, request: dict[str, Any]) -> FakeRan:
        words = request["words"]
        values = dict(re.findall(r"^    (\w+)=([0-9A-Za-z]+)$", request["configuration"], re.MULTILINE))
        outer = values.get("anonymous_identity") or values["identity"]
        asked = Asked(
            agent=agent,
            server=words[words.index("-a") + 1],
            identity=bytes.fromhex(outer).decode(),
            user=bytes.fromhex(values["identity"]).decode(),
            method=values["eap"],
        )
        self.asked.append(asked)
        names = {str(one.address): name for name, one in lab_network().servers_by_name.items()}
        text = (TRANSCRIPTS / f"{self.answer(asked)}.txt").read_text()
        return FakeRan(answer_of(text.replace("camden-rad-1", names[asked.server])))
