"""A simulated Catalyst 9800, for tests and measurements. It is made from documentation and never met a real one.

`Catalyst` is one device without a network, `Fleet` puts many behind SSH on the loopback, `FleetProcess` does so in a
process of its own. What it does and who says so: docs/simulated-catalyst.md.
"""

from __future__ import annotations

from lab.devices.brownfield import brownfield_text
from lab.devices.catalyst import Catalyst, Setup
from lab.devices.control import RemoteCatalyst
from lab.devices.faults import Cut, Faults, Login, Refused
from lab.devices.fleet import Fleet, FleetSetup
from lab.devices.outage import Outage
from lab.devices.process import FleetProcess
from lab.devices.rollback import Pending

__all__ = [
    "Catalyst",
    "Cut",
    "Faults",
    "Fleet",
    "FleetProcess",
    "FleetSetup",
    "Login",
    "Outage",
    "Pending",
    "Refused",
    "RemoteCatalyst",
    "Setup",
    "brownfield_text",
]
