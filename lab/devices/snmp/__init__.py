"""A simulated SNMP agent with the tables of a controller, or of an access point. It never met a real one.

It speaks SNMPv2c only, and answers from values that are encoded beforehand: 10,000 access points in 0.1 s. SNMPv3 is
tried with a real snmpd, which the lab's access points run.
"""

from lab.devices.snmp.agent import Agent, Fault, Setup, serve
from lab.devices.snmp.tables import Model, Population, cells, up_cell

__all__ = ["Agent", "Fault", "Model", "Population", "Setup", "cells", "serve", "up_cell"]
