"""Reads what devices tell by SNMP: access points, their radios and clients, and how their RADIUS servers answer."""

from monitor.pollers.device import Device, KnownAccessPoint
from monitor.pollers.gufo import GufoReader, Patience
from monitor.pollers.poller import Outcome, Poller
from monitor.pollers.profile import Profile, choose, load_profiles
from monitor.pollers.reader import (
    Endpoint,
    FakeReader,
    FakeSession,
    ReadError,
    SnmpReader,
    SnmpSession,
)
from monitor.pollers.samples import samples
from monitor.pollers.task import SnmpTask, UnknownTargetError

__all__ = [
    "Device",
    "Endpoint",
    "FakeReader",
    "FakeSession",
    "GufoReader",
    "KnownAccessPoint",
    "Outcome",
    "Patience",
    "Poller",
    "Profile",
    "ReadError",
    "SnmpReader",
    "SnmpSession",
    "SnmpTask",
    "UnknownTargetError",
    "choose",
    "load_profiles",
    "samples",
]
