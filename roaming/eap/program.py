"""The program that holds conversations on an agent: it travels there at the start of a session and is stored nowhere.

It needs Python 3.9, `eapol_test` and `stdbuf`, and nothing of ours. Its word is how many conversations may run at once.
It reads a JSON object a line (`roaming.eap.protocol`) and answers each with one line; at the end of its input it ends,
when what runs has ended. What eapol_test prints holds passwords and keys: only lines that begin as in KEPT, and the
attributes of ATTRIBUTES, leave the agent. Secrets come on standard input alone and are handed on in memory
(memfd_create(2)); the one exception is the RADIUS secret, which eapol_test takes from `-s` only.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from typing import Any

KEPT = (
    b"RADIUS message: code=",
    b"CTRL-EVENT-EAP-",
    b"EAPOL test timed out",
    b"SSL: SSL3 alert: read",
    b"OpenSSL: Handshake finished",
    b"EAP-PEAP: TLS done",
    b"EAP-TLS: Done",
    b"recvmsg[RADIUS]: ",
    b"send[RADIUS",
    b"connect[radius]: ",
    b"MPPE keys OK: ",
    b"SUCCESS",
    b"FAILURE",
    b"Failed to parse configuration",
    b"EAP-PEAP: Failed to initialize SSL",
    b"EAP-TLS: Failed to initialize SSL",
    b"Incoming RADIUS packet did not have",
)
# User-Name, Reply-Message, Tunnel-Type, -Medium-Type, -Private-Group-Id, Chargeable-User-Identity, Operator-Name.
ATTRIBUTES = tuple(f"   Attribute {number} (".encode() for number in (1, 18, 64, 65, 81, 89, 126))
# An answer that was believed: with a wrong authenticator this line does not come.
HEARD = b"EAPOL: Received EAP-Packet frame"
# eapol_test prints some 800 lines one by one: reading them together saves a third of our work, and costs 2 ms.
PAUSE_S = 0.002
# How long eapol_test may take to end when it is told to, or after its own time limit.
GRACE_S = 2.0
MOST_KEPT = 4000
MOST_CHAIN = 65536
MOST_LINE = 65536


class Talk:
    """One conversation: a process, what it printed that may leave, and its time limits. Times are since its start."""

    def __init__(self, asked: dict[str, Any], env: dict[str, str]) -> None:
        self.number = asked["id"]
        self.idle, self.limit = float(asked["idle"]), float(asked["limit"])
        self.began = self.heard = time.monotonic()
        self.lines: list[tuple[float, str]] = []
        self.gave_up = False
        self.value_follows = False
        self.rest = b""
        trusted = memory(asked["trusted"])
        configuration = memory(asked["configuration"])
        self.chain = memory("")
        self.out, printed = os.pipe()
        words = ["eapol_test", "-c", f"/dev/fd/{configuration}", "-o", f"/dev/fd/{self.chain}", "-r0"]
        try:
            self.process = subprocess.Popen(  # noqa: S603  the words are our own
                [*words, "-s", asked["secret"], *asked["words"]],
                stdin=trusted,
                stdout=printed,
                stderr=printed,
                pass_fds=(configuration, self.chain),
                env=env,
            )
        except OSError:
            os.close(self.out)
            os.close(self.chain)
            raise
        finally:
            for handle in (configuration, trusted, printed):
                os.close(handle)

    def read(self) -> bool:
        """Take what was printed; tell whether there may be more."""
        chunk = os.read(self.out, MOST_LINE)
        now = time.monotonic()
        *lines, self.rest = (self.rest + chunk).split(b"\n")
        self.rest = self.rest[:MOST_LINE]
        for line in lines:
            self.take(line, now)
        return bool(chunk)

    def take(self, line: bytes, now: float) -> None:
        """Keep a line that may leave the agent."""
        if self.value_follows or line.startswith(KEPT):
            self.value_follows = False
            self.keep(line, now)
        elif line.startswith(ATTRIBUTES):
            self.value_follows = True
            self.keep(line, now)
        elif line.startswith(HEARD):
            self.heard = now

    def keep(self, line: bytes, now: float) -> None:
        """Keep a line with its time."""
        if len(self.lines) < MOST_KEPT:
            self.lines.append((round(now - self.began, 4), line[:1000].decode("latin-1")))

    def ends_by(self) -> float:
        """Return when it is to be told to end."""
        return min(self.heard + self.idle, self.began + self.limit + GRACE_S)

    def push(self, now: float) -> None:
        """End it when its time is over: gently, then not."""
        if now >= self.ends_by() + GRACE_S:
            self.process.kill()
        elif not self.gave_up and now >= self.ends_by():
            self.gave_up = True
            self.process.send_signal(signal.SIGTERM)

    def answer(self) -> dict[str, Any]:
        """Return what is told of it, when its output has ended."""
        os.close(self.out)
        try:
            self.process.wait(GRACE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        ended = round(time.monotonic() - self.began, 4)
        os.lseek(self.chain, 0, os.SEEK_SET)
        chain = os.read(self.chain, MOST_CHAIN).decode("latin-1")
        os.close(self.chain)
        return {"id": self.number, "lines": self.lines, "ended": ended, "idle": self.gave_up, "chain": chain}


def memory(text: str) -> int:
    """Return a file that is nowhere but in memory, to be read from its start."""
    handle = os.memfd_create("roam")
    os.write(handle, text.encode())
    os.lseek(handle, 0, os.SEEK_SET)
    return handle


class Agent:
    """Starts conversations as they are asked for, and answers each when it has ended."""

    def __init__(self, at_once: int) -> None:
        self.at_once = at_once
        self.asked: list[dict[str, Any]] = []
        self.rest = b""
        self.open = True
        self.running = 0
        self.selector = selectors.DefaultSelector()
        self.env: dict[str, str] = {}

    def ready(self) -> str:
        """Learn how output is had line by line; return what is missing on this machine."""
        try:
            words = ("stdbuf", "-oL", "env", "-0")  # found on PATH, as agents differ
            found = subprocess.run(words, stdout=subprocess.PIPE, check=False).stdout  # noqa: S603  fixed words
        except OSError:
            return "stdbuf is not installed"
        pairs = [entry.partition(b"=") for entry in found.split(b"\0") if entry]
        self.env = {os.fsdecode(name): os.fsdecode(value) for name, _, value in pairs}
        self.env["LC_ALL"] = "C"
        places = (f"{place}/eapol_test" for place in os.get_exec_path(self.env))
        return "" if any(os.access(path, os.X_OK) for path in places) else "eapol_test is not installed"

    def serve(self) -> None:
        """Work until the input has ended and nothing runs."""
        missing = self.ready()
        say({"broken": missing} if missing else {"ready": True})
        if missing:
            return
        self.selector.register(0, selectors.EVENT_READ, None)
        while self.open or self.asked or self.running:
            self.start()
            for key, _ in self.selector.select(self.wait_s()):
                self.turn(key.data)
            now = time.monotonic()
            for talk in self.talks():
                talk.push(now)
            if self.running:
                time.sleep(PAUSE_S)

    def talks(self) -> list[Talk]:
        """Return what runs."""
        return [key.data for key in self.selector.get_map().values() if key.data is not None]

    def wait_s(self) -> float | None:
        """Return how long nothing needs to be done of our own accord."""
        now = time.monotonic()
        waits = [talk.ends_by() + (GRACE_S if talk.gave_up else 0.0) - now for talk in self.talks()]
        return max(0.0, min(waits)) if waits else None

    def turn(self, talk: Talk | None) -> None:
        """Take what came from the session or from a conversation."""
        if talk is None:
            self.listen()
        elif not talk.read():
            self.selector.unregister(talk.out)
            self.running -= 1
            say(talk.answer())

    def listen(self) -> None:
        """Take requests."""
        chunk = os.read(0, MOST_LINE)
        *lines, self.rest = (self.rest + chunk).split(b"\n")
        self.asked += [json.loads(line) for line in lines]
        if not chunk:
            self.open = False
            self.selector.unregister(0)

    def start(self) -> None:
        """Start what was asked for, as far as there is room."""
        while self.asked and self.running < self.at_once:
            asked = self.asked.pop(0)
            try:
                talk = Talk(asked, self.env)
            except OSError as error:
                say({"id": asked["id"], "broken": error.strerror or "it cannot be started"})
                continue
            self.running += 1
            self.selector.register(talk.out, selectors.EVENT_READ, talk)


def say(answer: dict[str, Any]) -> None:
    """Write a line."""
    text = (json.dumps(answer) + "\n").encode()
    while text:
        text = text[os.write(1, text) :]


def main() -> None:
    """Serve a session; one that is lost is no error, and takes its conversations with it."""
    agent = Agent(int(sys.argv[1]))
    try:
        agent.serve()
    except BrokenPipeError:
        for talk in agent.talks():
            talk.process.kill()


if __name__ == "__main__":
    main()
