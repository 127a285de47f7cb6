"""Reads captures: RADIUS conversations on every hop, and the roams of 802.11 clients; see `docs/captures.md`."""

from monitor.passive.captures.attempt import Kind
from monitor.passive.captures.conversations import Conversation, Result
from monitor.passive.captures.links import RADIUS_PORTS
from monitor.passive.captures.live import Live
from monitor.passive.captures.pseudonyms import Addresses, ClientNames, DailyPseudonyms
from monitor.passive.captures.reading import Reading
from monitor.passive.captures.roam import Roam
from monitor.passive.captures.tap import Input, Machine, Medium, Tap
from monitor.passive.captures.task import CaptureTask, PacketsTask, RoamCounter

__all__ = [
    "RADIUS_PORTS",
    "Addresses",
    "CaptureTask",
    "ClientNames",
    "Conversation",
    "DailyPseudonyms",
    "Input",
    "Kind",
    "Live",
    "Machine",
    "Medium",
    "PacketsTask",
    "Reading",
    "Result",
    "Roam",
    "RoamCounter",
    "Tap",
]
