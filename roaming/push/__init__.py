"""Change devices: plans carried out in waves, every step in the journal, each device left old or new."""

from roaming.push.ansible_read import Look, read
from roaming.push.ansible_way import LocalWay, Way, WorkerWay
from roaming.push.carrier import Carrier, FakeCarrier, Job, Note
from roaming.push.engine import Engine, unsettled
from roaming.push.fetch import Survey, running_files
from roaming.push.journal import Journal, JournalFile, MemoryJournal
from roaming.push.links import FakeLinks, Links, SessionLinks
from roaming.push.lock import lock
from roaming.push.on_ansible import AnsibleCarrier
from roaming.push.on_session import SessionCarrier
from roaming.push.reach import access, access_to, logins, worker
from roaming.push.routed import RoutedCarrier
from roaming.push.states import GOOD, DeviceResult, Outcome, State
from roaming.push.transaction import Transaction
from roaming.push.wanted import Stock, Wanted

__all__ = [
    "GOOD",
    "AnsibleCarrier",
    "Carrier",
    "DeviceResult",
    "Engine",
    "FakeCarrier",
    "FakeLinks",
    "Job",
    "Journal",
    "JournalFile",
    "Links",
    "LocalWay",
    "Look",
    "MemoryJournal",
    "Note",
    "Outcome",
    "RoutedCarrier",
    "SessionCarrier",
    "SessionLinks",
    "State",
    "Stock",
    "Survey",
    "Transaction",
    "Wanted",
    "Way",
    "WorkerWay",
    "access",
    "access_to",
    "lock",
    "logins",
    "read",
    "running_files",
    "unsettled",
    "worker",
]
