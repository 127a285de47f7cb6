"""The agents, each over one session that is kept, and opened anew when it was lost."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Final, Protocol

from roaming.eap import Outcome, Reason, failed
from roaming.errors import RoamingError, SecretError

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from roaming.eap import AgentSession, Conversation

    Malformed = Callable[[], None]
    OpenAgent = Callable[[str, Malformed], AbstractContextManager[AgentSession]]

_FIRST_PAUSE_S: Final = 5.0
_LONGEST_PAUSE_S: Final = 60.0


class Agents(Protocol):
    """What holds conversations, from any thread and on any agent; what goes wrong is an outcome."""

    def converse(self, agent: str, conversation: Conversation) -> Outcome:
        """Hold a conversation."""
        ...

    def listen(self, malformed: Malformed) -> None:
        """Say what to call for what an agent says that is no answer."""
        ...

    def close(self) -> None:
        """End every session."""
        ...


@dataclass
class _Agent:
    lock: Lock = field(default_factory=Lock)
    stack: ExitStack = field(default_factory=ExitStack)
    session: AgentSession | None = None
    why: str = "the agent was let go of"
    reason: Reason = Reason.AGENT_UNREACHABLE
    pause_s: float = 0.0
    not_before: float = 0.0


class KeptAgents:
    """Sessions that are opened at the first conversation. One that cannot be had is not asked for again and again."""

    def __init__(self, open_agent: OpenAgent, clock: Callable[[], float] = monotonic) -> None:
        self._open = open_agent
        self._clock = clock
        self._lock = Lock()
        self._agents: dict[str, _Agent] = {}
        self._malformed: Malformed = lambda: None
        self._closed = False

    def listen(self, malformed: Malformed) -> None:
        """Say what to call for what an agent says that is no answer."""
        self._malformed = malformed
        self._closed = False

    def converse(self, agent: str, conversation: Conversation) -> Outcome:
        """Hold a conversation."""
        with self._lock:
            one = self._agents.setdefault(agent, _Agent())
        session = self._session(agent, one)
        if session is None:
            return failed(conversation, one.reason, one.why)
        try:
            return session.converse(conversation)
        except RoamingError as error:
            return failed(conversation, Reason.SECRET_MISSING, str(error))

    def close(self) -> None:
        """End every session; conversations that run end with it."""
        self._closed = True
        with self._lock:
            agents = tuple(self._agents.values())
        for one in agents:
            if one.session is not None:
                one.session.close()
            with one.lock:
                one.stack.close()
                one.session = None

    def _session(self, agent: str, one: _Agent) -> AgentSession | None:
        with one.lock:
            if one.session is not None:
                if one.session.trouble is None:
                    one.pause_s = 0.0
                    return one.session
                one.reason, one.why = one.session.trouble
            if self._clock() < one.not_before or self._closed:
                return None
            one.stack.close()
            one.session = None
            try:
                one.session = one.stack.enter_context(self._open(agent, self._malformed))
            except SecretError as error:
                self._refuse(one, Reason.SECRET_MISSING, f"the agent's login is missing: {error}")
            except RoamingError as error:
                self._refuse(one, Reason.AGENT_UNREACHABLE, f"the agent cannot be reached: {error}")
            else:
                # A session that is lost at once must not be opened in a loop either.
                self._pause(one)
            return one.session

    def _refuse(self, one: _Agent, reason: Reason, why: str) -> None:
        one.reason, one.why = reason, why
        self._pause(one)

    def _pause(self, one: _Agent) -> None:
        one.pause_s = min(max(_FIRST_PAUSE_S, one.pause_s * 2), _LONGEST_PAUSE_S)
        one.not_before = self._clock() + one.pause_s


@dataclass
class FakeAgents:
    """Answers each conversation by a function of the agent and the conversation."""

    answer: Callable[[str, Conversation], Outcome]
    asked: list[tuple[str, Conversation]] = field(default_factory=list)
    closed: bool = False

    def converse(self, agent: str, conversation: Conversation) -> Outcome:
        """Note the conversation and answer it."""
        self.asked.append((agent, conversation))
        return self.answer(agent, conversation)

    def listen(self, malformed: Malformed) -> None:
        """Nothing here is malformed."""

    def close(self) -> None:
        """Note it."""
        self.closed = True
