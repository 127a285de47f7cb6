"""Listens to what devices say of their own accord."""

from monitor.passive.trap_engine import TrapEngine, engine_id
from monitor.passive.trap_task import TrapTask
from monitor.passive.traps import Received, Trap, TrapCommunity, TrapSource, TrapUser, load_traps, shipped_traps

__all__ = [
    "Received",
    "Trap",
    "TrapCommunity",
    "TrapEngine",
    "TrapSource",
    "TrapTask",
    "TrapUser",
    "engine_id",
    "load_traps",
    "shipped_traps",
]
