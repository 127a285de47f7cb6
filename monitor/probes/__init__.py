"""What the monitor asks of the federation, and what it makes of the answers."""

from monitor.probes.agents import Agents, FakeAgents, KeptAgents
from monitor.probes.attempt import attempt
from monitor.probes.conclusion import conclude
from monitor.probes.matrix import THREAD_NAME, Matrix
from monitor.probes.pair import Pair, Probe
from monitor.probes.schedule import Pace, Schedule

__all__ = [
    "THREAD_NAME",
    "Agents",
    "FakeAgents",
    "KeptAgents",
    "Matrix",
    "Pace",
    "Pair",
    "Probe",
    "Schedule",
    "attempt",
    "conclude",
]
