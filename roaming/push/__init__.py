"""Change devices: plans carried out in waves, every step in the journal, each device left old or new."""

from roaming.push.ansible_read import Look, read
from roaming.push.ansible_way import LocalWay, Way, WorkerWay
from roaming.push.approval import FakeSignatures, Signatures, SshKeygen, approved_by, read_signature, statement
from roaming.push.backup import Backups
from roaming.push.carrier import Carrier, DriverCarrier, FakeCarrier, Job, Note
from roaming.push.engine import Course, Engine, Run, Witness, unread
from roaming.push.fetch import Survey, running_files
from roaming.push.journal import Journal, JournalFile, MemoryJournal
from roaming.push.links import FakeLinks, Links, SessionLinks
from roaming.push.lock import lock
from roaming.push.on_ansible import AnsibleCarrier
from roaming.push.on_cli import CliDriver, Lines
from roaming.push.on_linux import LinuxDriver, Prints
from roaming.push.open_devices import OpenDevice, open_devices
from roaming.push.reach import access, access_to, logins, worker
from roaming.push.rehearsal import (
    Ending,
    FakePerformer,
    Performance,
    Performer,
    Program,
    RehearsalCommand,
    Rehearsed,
    Stage,
)
from roaming.push.report import DeviceRecord, RunRecord, WaveRecord, markdown, wave_summary
from roaming.push.states import GOOD, DeviceResult, Outcome, Standing, State
from roaming.push.stop import Ended, StopRule, left
from roaming.push.transaction import Driver, Pace, settle, transact
from roaming.push.wanted import Stock, Wanted

__all__ = [
    "GOOD",
    "AnsibleCarrier",
    "Backups",
    "Carrier",
    "CliDriver",
    "Course",
    "DeviceRecord",
    "DeviceResult",
    "Driver",
    "DriverCarrier",
    "Ended",
    "Ending",
    "Engine",
    "FakeCarrier",
    "FakeLinks",
    "FakePerformer",
    "FakeSignatures",
    "Job",
    "Journal",
    "JournalFile",
    "Lines",
    "Links",
    "LinuxDriver",
    "LocalWay",
    "Look",
    "MemoryJournal",
    "Note",
    "OpenDevice",
    "Outcome",
    "Pace",
    "Performance",
    "Performer",
    "Prints",
    "Program",
    "RehearsalCommand",
    "Rehearsed",
    "Run",
    "RunRecord",
    "SessionLinks",
    "Signatures",
    "SshKeygen",
    "Stage",
    "Standing",
    "State",
    "Stock",
    "StopRule",
    "Survey",
    "Wanted",
    "WaveRecord",
    "Way",
    "Witness",
    "WorkerWay",
    "access",
    "access_to",
    "approved_by",
    "left",
    "lock",
    "logins",
    "markdown",
    "open_devices",
    "read",
    "read_signature",
    "running_files",
    "settle",
    "statement",
    "transact",
    "unread",
    "wave_summary",
    "worker",
]
