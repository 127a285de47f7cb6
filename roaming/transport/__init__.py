"""Sessions to devices: read a file, write a file, run a command. Nothing foreign escapes from here."""

from roaming.transport.access import Access, known_hosts_text, login_key
from roaming.transport.cli import CliDialler, CliSession, NetmikoDialler
from roaming.transport.fake import FakeDialler, FakeSession
from roaming.transport.linux import LinuxDialler
from roaming.transport.session import Channel, Dialler, Result, Session

__all__ = [
    "Access",
    "Channel",
    "CliDialler",
    "CliSession",
    "Dialler",
    "FakeDialler",
    "FakeSession",
    "LinuxDialler",
    "NetmikoDialler",
    "Result",
    "Session",
    "known_hosts_text",
    "login_key",
]
