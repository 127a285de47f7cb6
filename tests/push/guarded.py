"""A Linux device in memory whose guard keeps its promises: what guard.sh does to files, done to a dictionary."""

from __future__ import annotations

import io
import tarfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from roaming.errors import TransportError
from roaming.model.bundle import RemoteFile
from roaming.push.guard import SCRIPT, Status, digest
from roaming.transport import FakeSession, Result

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass
class GuardedSession(FakeSession):
    """A session to such a device. It is lost at its `dies_at`-th order, and says `refuses` instead of checking."""

    phase: str = "none"
    run_name: str = ""
    manifest: list[list[str]] = field(default_factory=list)
    new: dict[str, bytes] = field(default_factory=dict)
    old: dict[str, RemoteFile | None] = field(default_factory=dict)
    orders: list[str] = field(default_factory=list)
    refuses: str | None = None
    dies_at: str | None = None

    def run(self, argv: tuple[str, ...] | list[str], data: bytes = b"") -> Result:  # type: ignore[override]
        """Answer an order of the guard; any other command succeeds."""
        words = list(argv)
        if "guard" not in " ".join(words) and SCRIPT.encode() != data:
            self.ran.append(tuple(words))
            return Result(0)
        verb = next(word for word in words if word in VERBS)
        given = words[words.index(verb) + 1 :]
        self.orders.append(verb)
        if verb == self.dies_at:
            message = "the connection broke"
            raise TransportError(message)
        return VERBS[verb](self, given, data)

    def lock(self, words: list[str], _data: bytes) -> Result:
        if self.phase != "none":
            return Result(Status.HELD, err=f"run {self.run_name} holds it".encode())
        self.phase, self.run_name = "locked", words[0]
        return Result(0)

    def precheck(self, _words: list[str], data: bytes) -> Result:
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            members = {entry.name: archive.extractfile(entry).read() for entry in archive}  # type: ignore[union-attr]
        self.manifest = [line.split("\t") for line in members["manifest"].decode().splitlines()]
        self.new = members
        for _, before, *_, path in self.manifest:
            if digest(self.files.get(path)) != before:
                return Result(Status.DRIFT, err=f"{path} has changed since it was read: push again".encode())
        return Result(0)

    def turn(self, phase: str) -> Result:
        self.phase = phase
        return Result(0)

    def apply(self, _words: list[str], _data: bytes) -> Result:
        for number, before, mode, owner, after, path in self.manifest:
            if number == "=":
                continue
            self.old[path] = self.files.get(path)
            assert digest(self.old[path]) == before
            if after == "none":
                self.remove(path)
            else:
                user, group = owner.split(":")
                self.write(path, RemoteFile(self.new[number], int(mode, 8), user, group))
        if self.refuses is not None:
            return Result(Status.REFUSED, err=self.refuses.encode())
        return Result(0)

    def revert(self, _words: list[str], _data: bytes) -> Result:
        for path, file in self.old.items():
            if file is None:
                self.files.pop(path, None)
            else:
                self.files[path] = file
        return self.turn("reverted")

    def forget(self, _words: list[str], _data: bytes) -> Result:
        self.old.clear()
        return self.turn("none")

    def status(self, _words: list[str], _data: bytes) -> Result:
        return Result(0, f"phase={self.phase}\nrun={self.run_name}\n".encode())


VERBS: dict[str, Callable[[GuardedSession, list[str], bytes], Result]] = {
    "lock": GuardedSession.lock,
    "precheck": GuardedSession.precheck,
    "back-up": lambda one, _words, _data: one.turn("staged"),
    "arm": lambda one, _words, _data: one.turn("armed"),
    "apply": GuardedSession.apply,
    "verify": lambda _one, _words, _data: Result(0),
    "confirm": lambda one, _words, _data: one.turn("confirmed"),
    "save": GuardedSession.forget,
    "revert": GuardedSession.revert,
    "release": GuardedSession.forget,
    "status": GuardedSession.status,
}
