"""One long session with an agent, over which many conversations are held at once."""

from __future__ import annotations

import subprocess
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Final, Protocol, Self

from roaming.eap.conclude import conclude, failed
from roaming.eap.outcome import Reason
from roaming.eap.protocol import Answer, Malformed, Reader, Ready, command, program, request
from roaming.errors import TransportError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType

    from roaming.eap.conversation import Conversation
    from roaming.eap.outcome import Outcome

_LATE_S: Final = 15.0
"""How long an answer may come after the conversation's own limit, and last words after the program has ended."""


class Channel(Protocol):
    """A command that runs on an agent, with its input and output. Every method raises `TransportError`."""

    def send(self, data: bytes) -> None:
        """Write to its standard input."""
        ...

    def receive(self) -> bytes:
        """Wait for some of its standard output; nothing is the end."""
        ...

    def close(self) -> None:
        """End it."""
        ...


@dataclass
class _Waiting:
    told: Event = field(default_factory=Event)
    answer: Answer | None = None


class AgentSession:
    """Holds conversations, from any thread; what goes wrong is an outcome. A session that is lost stays lost.

    `malformed` is called for each line that is no answer. Raises `TransportError` when the program does not arrive.
    """

    def __init__(
        self, channel: Channel, malformed: Callable[[], None] = lambda: None, *, late_s: float = _LATE_S
    ) -> None:
        self._channel = channel
        self._late_s = late_s
        self._malformed = malformed
        self._numbers = count(1)
        self._lock = Lock()
        self._waiting: dict[int, _Waiting] = {}
        self._lost = ""
        self._broken = ""
        try:
            channel.send(program())
        except TransportError:
            channel.close()
            raise
        self._thread = Thread(target=self._read, name="roam-eap", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def trouble(self) -> tuple[Reason, str] | None:
        """Why the session is of no more use, as a reason and a sentence; None while it is."""
        if self._broken:
            return Reason.AGENT_BROKEN, f"eapol_test did not run on the agent: {self._broken}"
        if self._lost:
            return Reason.AGENT_UNREACHABLE, f"the agent cannot be reached: {self._lost}"
        return None

    def close(self) -> None:
        """End the session."""
        with suppress(TransportError):
            self._channel.close()
        self._lose("the session was closed")

    def converse(self, conversation: Conversation) -> Outcome:
        """Hold a conversation and say what became of it; blocks until then. Raises `QuoteError` only."""
        number = next(self._numbers)
        asked = request(number, conversation)
        waiting = _Waiting()
        with self._lock:
            self._waiting[number] = waiting
        try:
            if self.trouble is None:
                self._channel.send(asked)
                waiting.told.wait(conversation.timeout + self._late_s)
        except TransportError as error:
            # What it said before it ended tells more.
            self._thread.join(self._late_s)
            self._lose(str(error))
        finally:
            with self._lock:
                self._waiting.pop(number, None)
        return self._outcome(conversation, waiting.answer)

    def _outcome(self, conversation: Conversation, answer: Answer | None) -> Outcome:
        if answer is not None:
            return conclude(conversation, answer)
        if self.trouble is not None:
            return failed(conversation, *self.trouble)
        self._lose("it did not say what became of a conversation")
        return failed(conversation, Reason.AGENT_BROKEN, "the agent did not say what became of it")

    def _read(self) -> None:
        reader = Reader()
        try:
            while data := self._channel.receive():
                for one in reader.feed(data):
                    self._take(one)
        except TransportError as error:
            self._lose(str(error))
        else:
            self._lose("the program on the agent ended")

    def _take(self, one: Answer | Ready | Malformed) -> None:
        match one:
            case Answer():
                with self._lock:
                    waiting = self._waiting.get(one.number)
                if waiting is None:
                    self._malformed()
                else:
                    waiting.answer = one
                    waiting.told.set()
            case Ready(broken=broken):
                self._broken = broken
            case Malformed():
                self._malformed()

    def _lose(self, why: str) -> None:
        with self._lock:
            self._lost = self._lost or why
            waiting = tuple(self._waiting.values())
        for one in waiting:
            one.told.set()


class LocalChannel:
    """The program as a child of this process, where the monitor runs on the agent itself."""

    def __init__(self, argv: Sequence[str]) -> None:
        try:
            self._process = subprocess.Popen(  # noqa: S603  our own program
                argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0
            )
        except OSError as error:
            message = f"{argv[0]} cannot be started: {error.strerror}"
            raise TransportError(message) from None

    def send(self, data: bytes) -> None:
        """Write to its standard input."""
        pipe = self._process.stdin
        assert pipe is not None  # noqa: S101  it was asked for
        try:
            while data:
                data = data[pipe.write(data) or 0 :]
        except (OSError, ValueError):
            message = "the program has ended"
            raise TransportError(message) from None

    def end(self) -> None:
        """End its input; it ends by itself when what runs has ended."""
        pipe = self._process.stdin
        assert pipe is not None  # noqa: S101  it was asked for
        pipe.close()

    def receive(self) -> bytes:
        """Wait for some of its standard output."""
        pipe = self._process.stdout
        assert pipe is not None  # noqa: S101  it was asked for
        try:
            return pipe.read(65536) or b""
        except (OSError, ValueError):
            return b""

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()


def local_session(at_once: int, malformed: Callable[[], None] = lambda: None) -> AgentSession:
    """Open a session with this machine; raises `TransportError`."""
    return AgentSession(LocalChannel(command(at_once)), malformed)
