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
import re
import selectors
import signal
import subprocess
import sys
import time
from contextlib import suppress
from typing import Any

KEPT = (
    rb"RADIUS message: code=",
    rb"CTRL-EVENT-EAP-",
    rb"EAPOL test timed out",
    rb"SSL: SSL3 alert: read",
    rb"OpenSSL: Handshake finished",
    rb"EAP-PEAP: TLS done",
    rb"EAP-TLS: Done",
    rb"recvmsg\[RADIUS\]: ",
    rb"send\[RADIUS",
    rb"connect\[radius\]: ",
    rb"MPPE keys OK: ",
    rb"SUCCESS",
    rb"FAILURE",
    rb"Failed to parse configuration",
    rb"EAP-(?:PEAP|TLS): Failed to initialize SSL",
    rb"Incoming RADIUS packet did not have",
)
# User-Name, Reply-Message, Tunnel-Type, -Medium-Type, -Private-Group-Id, Chargeable-User-Identity, Operator-Name.
ATTRIBUTES = rb"   Attribute (?:1|18|64|65|81|89|126) \([^\n]*\n"
# An answer that was believed: with a wrong authenticator this line does not come.
HEARD = rb"EAPOL: Received EAP-Packet frame"
# One pass over what was printed, line by line; an attribute's value is in the next line.
LINES = re.compile(rb"\n(?:(" + HEARD + rb")|((?:" + rb"|".join((*KEPT, ATTRIBUTES)) + rb")[^\n]*))")
# So many octets are printed at a time: less than is printed in each round trip after what we stamp. By the line would
# be 800 writes in place of 90.
BUFFER = "512"
# Reading what several writes brought saves most wake-ups, and makes the times uncertain by that much.
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
        self.rest = b"\n"
        trusted, configuration = memory(asked["trusted"]), memory(asked["configuration"])
        self.chain = memory("")
        self.out, printed = os.pipe()
        words = ("eapol_test", "-c", "/dev/fd/3", "-o", "/dev/fd/4", "-r0", "-s", asked["secret"], *asked["words"])
        given = ((trusted, 0), (printed, 1), (printed, 2), (configuration, 3), (self.chain, 4))
        actions = [(os.POSIX_SPAWN_DUP2, mine, theirs) for mine, theirs in given]
        try:
            # A subprocess.Popen costs ten times as much.
            self.process = os.posix_spawnp("eapol_test", words, env, file_actions=actions, setsigdef=(signal.SIGPIPE,))
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
        text = self.rest + chunk
        cut = text.rfind(b"\n")
        before = text.rfind(b"\n", 0, cut)
        if before >= 0 and text.startswith(b"   Attribute ", before + 1):
            cut = before
        self.rest = text[cut : cut + MOST_LINE]
        for heard, line in LINES.findall(text, 0, cut):
            if heard:
                self.heard = now
            else:
                self.keep(line, now)
        return bool(chunk)

    def keep(self, found: bytes, now: float) -> None:
        """Keep a line that may leave the agent, or an attribute and its value, with the time."""
        for line in found.split(b"\n"):
            if len(self.lines) < MOST_KEPT:
                self.lines.append((round(now - self.began, 4), line[:1000].decode("latin-1")))

    def ends_by(self) -> float:
        """Return when it is to be told to end."""
        return min(self.heard + self.idle, self.began + self.limit + GRACE_S)

    def push(self, now: float) -> None:
        """End it when its time is over: gently, then not."""
        if now >= self.ends_by() + GRACE_S:
            self.end(signal.SIGKILL)
        elif not self.gave_up and now >= self.ends_by():
            self.gave_up = True
            self.end(signal.SIGTERM)

    def end(self, how: int) -> None:
        """Send a signal; it is not reaped before its output has ended, so it is still there."""
        with suppress(ProcessLookupError):
            os.kill(self.process, how)

    def answer(self) -> dict[str, Any]:
        """Return what is told of it, when its output has ended."""
        os.close(self.out)
        self.end(signal.SIGKILL)
        os.waitpid(self.process, 0)
        ended = round(time.monotonic() - self.began, 4)
        os.lseek(self.chain, 0, os.SEEK_SET)
        chain = os.read(self.chain, MOST_CHAIN).decode("latin-1")
        os.close(self.chain)
        return {"id": self.number, "lines": self.lines, "ended": ended, "chain": chain}


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
        # These are the child's: what is opened later has other numbers.
        for number in (3, 4):
            os.dup2(2, number)
        self.selector = selectors.DefaultSelector()
        self.env: dict[str, str] = {}

    def ready(self) -> str:
        """Learn how output is had soon; return what is missing on this machine."""
        try:
            words = ("stdbuf", f"-o{BUFFER}", "env", "-0")  # found on PATH, as agents differ
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
            talk.end(signal.SIGKILL)


if __name__ == "__main__":
    main()
