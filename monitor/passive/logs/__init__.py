"""What logs tell of people's authentications, without telling of people.

Each authentication is told by one log only, so that nobody is counted twice: see `docs/logs.md`.
"""

from monitor.passive.logs.follower import Follower, Position
from monitor.passive.logs.line import LineReader, Outcome
from monitor.passive.logs.names import Names
from monitor.passive.logs.position_file import PositionFile
from monitor.passive.logs.task import LogKind, LogTask, reader, refuse_mixture

__all__ = [
    "Follower",
    "LineReader",
    "LogKind",
    "LogTask",
    "Names",
    "Outcome",
    "Position",
    "PositionFile",
    "reader",
    "refuse_mixture",
]
