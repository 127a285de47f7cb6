"""Listens to what devices say of their own accord."""

from monitor.passive.trap_engine import engine_id
from monitor.passive.trap_task import TrapTask
from monitor.passive.traps import Received, Trap, TrapSource, load_traps, shipped_traps

__all__ = [
    "Received",
    "Trap",
    "TrapSource",
    "TrapTask",
    "engine_id",
    "load_traps",
    "shipped_traps",
]
