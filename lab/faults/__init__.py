"""Faults in the running federation, and back: each is named `kind:place`."""

from lab.faults.fault import Fault, parse
from lab.faults.kind import FaultKind
from lab.faults.running import Faults
from lab.faults.scripts import MONITOR_PID

__all__ = ["MONITOR_PID", "Fault", "FaultKind", "Faults", "parse"]
