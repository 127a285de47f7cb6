"""Ask a RADIUS server one thing from an agent, by FreeRADIUS' `radclient`, which also checks who answered.

Nothing is stored on the agent, and the secret is in no command line: it travels on standard input and reaches
`radclient -S` through a pipe. Each try is a new packet, so the round trip is that of the answer. `radclient` passes
over an answer whose authenticator is wrong and goes on listening, so a forged one does not hide the true one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from monitor.sample import Failure

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from roaming.eap import Ran, Shell

    OpenShell = Callable[[], AbstractContextManager[Shell]]
    GetSecret = Callable[[], str]

STATUS: Final = "status"
AUTH: Final = "auth"

# The lines that begin with a tab are attributes: what servers say of people stays on the agent.
_SCRIPT: Final = r"""
LC_ALL=C; export LC_ALL
for tool in radclient stdbuf; do
  command -v "$tool" >/dev/null || { echo "roam: $tool is not installed" >&2; exit 127; }
done
IFS= read -r secret || { echo "roam: the request did not arrive" >&2; exit 65; }
attributes=$(cat)
tries=$1; shift
while [ "$tries" -gt 0 ]; do
  tries=$((tries - 1))
  said=$(printf '%s\n' "$secret" | {
    exec 3<&0
    printf '%s\n' "$attributes" | stdbuf -oL radclient -x -S /dev/fd/3 -r 1 "$@" 2>&1
  } | while IFS= read -r line; do
    case $line in '	'*) ;; *) printf '%s %s\n' "$(date +%s%N)" "$line" ;; esac
  done)
  printf '%s\n' "$said"
  case $said in *' Received Access-'*) break ;; esac
done
"""

_SENT: Final = re.compile(r"^(\d+) Sent \S+ Id \d+ from ", re.MULTILINE)
_RECEIVED: Final = re.compile(r"^(\d+) Received Access-(?:Accept|Reject|Challenge) Id \d+ from ", re.MULTILINE)
_FORGED: Final = re.compile(r"^\d+ \(\d+\) Reply verification failed", re.MULTILINE)
_UNSENT: Final = re.compile(r"^\d+ \(\d+\) Failed to send packet", re.MULTILINE)
_WORD: Final = re.compile(r"[A-Za-z0-9@.:_-]+|0x[0-9a-f]+")
_NANOSECONDS: Final = 1e9
_TRIES: Final = 3
_TIMEOUT_S: Final = 2
LONGEST_S: Final = _TRIES * _TIMEOUT_S
"""How long a silent server is waited for."""
_SHORTEST_SECRET: Final = 2
"""Octets; radclient refuses a shorter one, and cuts off a last one beyond ASCII (3.2.7, radclient.c, option -S)."""


@dataclass(frozen=True, slots=True)
class Request:
    """One question. `attributes` are names and values of FreeRADIUS' dictionary; seconds for `timeout_s`."""

    address: str
    secret: str = field(repr=False)
    attributes: tuple[tuple[str, str], ...]
    code: str = STATUS
    port: int = 1812
    tries: int = _TRIES
    timeout_s: int = _TIMEOUT_S


@dataclass(frozen=True, slots=True)
class Reply:
    """What became of a question. `answered` is None when nothing was learned of the server.

    `seconds` is the round trip of the try that was answered; `failure` is why there was no answer.
    """

    answered: bool | None
    seconds: float | None = None
    failure: Failure | None = None


def ask(shell: Shell, request: Request) -> Reply:
    """Ask from an agent; nothing is raised."""
    if not _fit(request):
        return Reply(None, failure=Failure.SECRET_MISSING)
    attributes = "".join(f"{name} = {_spelled(value)}\n" for name, value in request.attributes)
    try:
        ran = shell.run(_command(request), f"{request.secret}\n{attributes}".encode())
    except OSError:
        return Reply(None, failure=Failure.AGENT)
    return read(ran)


def ask_all(open_shell: OpenShell, requests: tuple[Request, ...]) -> tuple[Reply, ...]:
    """Ask over one session, one after the other; an agent that cannot be reached has learned nothing of any server."""
    replies: list[Reply] = []
    failure = None
    try:
        with open_shell() as shell:
            replies.extend(ask(shell, request) for request in requests)
    except OSError:
        failure = Failure.AGENT
    except LookupError:
        failure = Failure.SECRET_MISSING
    return (*replies, *(Reply(None, failure=failure) for _ in requests[len(replies) :]))


def read(ran: Ran) -> Reply:
    """Read what the command left behind."""
    text = ran.out.decode("ascii", "replace")
    sent, received = _SENT.findall(text), _RECEIVED.search(text)
    if received and sent:
        seconds = (int(received[1]) - int(sent[-1])) / _NANOSECONDS
        # An agent's clock may have jumped meanwhile.
        return Reply(answered=True, seconds=seconds if seconds >= 0 else None)
    if _UNSENT.search(text):
        return Reply(None, failure=Failure.UNREACHABLE)
    if ran.rc or not sent:
        return Reply(None, failure=Failure.AGENT)
    return Reply(answered=False, failure=Failure.BAD_CREDENTIALS if _FORGED.search(text) else Failure.TIMEOUT)


def _command(request: Request) -> tuple[str, ...]:
    where = f"{request.address}:{request.port}"
    words = (str(request.tries), "-t", str(request.timeout_s), where, request.code)
    return ("sh", "-c", _SCRIPT.strip(), "roam-ask", *words)


def _fit(request: Request) -> bool:
    secret = request.secret
    return len(secret.encode()) >= _SHORTEST_SECRET and secret.isprintable() and secret[-1].isascii()


def _spelled(value: str) -> str:
    """Spell a value of ours; raises `ValueError` for one that would need quoting."""
    if not _WORD.fullmatch(value):
        message = f"{value!r} needs quoting, which no attribute of a probe does"
        raise ValueError(message)
    return value if value.startswith("0x") else f'"{value}"'
