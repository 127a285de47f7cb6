"""What a terminal shows, line by line: typed lines are data, what is seen is a golden file."""

from __future__ import annotations

import codecs
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lab.devices import Catalyst, Setup
from lab.devices.faults import faults_of
from lab.devices.session import Session
from lab.devices.terminal import Terminal

if TYPE_CHECKING:
    from tests.conftest import Golden

HERE = Path(__file__).parent
CASES = sorted((HERE / "transcripts").glob("*.typed"))
START = 1_795_500_000.0


class Story:
    """A device, a clock that moves when told, and the terminals of its users."""

    def __init__(self) -> None:
        self.now = START
        setup = Setup(config=(HERE / "small.cfg").read_text())
        self.device = Catalyst("small", setup, clock=lambda: self.now, seed=1)
        self.terminals: dict[str, Terminal] = {}
        self.seen = ""
        self.terminal = self.session("netops", 15)

    def session(self, user: str, privilege: int) -> Terminal:
        name = f"{user} {privilege}"
        if name not in self.terminals:
            self.device.session_count += 1
            session = Session(self.device.session_count, user, "198.51.100.7", privilege, length=0)
            self.device.sessions[session.number] = session
            self.terminals[name] = Terminal(self.device, session)
            self.seen += f"@{user}{self.terminals[name].greeting()}"
        else:
            self.seen += f"\r\n@{user}\r\n{self.terminals[name].prompt}"
        self.terminal = self.terminals[name]
        return self.terminal

    def type(self, keys: str) -> None:
        terminal = self.terminal
        terminal.inbox += keys
        while (typed := terminal.typed()) is not None:
            self.seen += typed.echo
            if typed.line is not None:
                self.seen += terminal.answer(typed.line)

    def tell(self, line: str) -> None:
        verb, _, rest = line.partition(" ")
        if verb == "@session":
            user, privilege = rest.split()
            self.session(user, int(privilege))
        elif verb == "@wait":
            self.now += float(rest)
        elif verb == "@fault":
            self.device.set_faults(faults_of(json.loads(rest)))
        elif verb == "@keys":
            self.type(codecs.decode(rest, "unicode_escape"))
        else:
            self.type(f"{line}\r")


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_the_terminal_shows(case: Path, golden: Golden) -> None:
    story = Story()
    for line in case.read_text().split("\n")[:-1]:
        story.tell(line)
    golden(f"devices/{case.stem}.txt", f"{story.seen}\n".replace("\r\n", "\n").replace("\b", "\\b"))
