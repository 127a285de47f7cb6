"""Change devices: plans carried out in waves, every step in the journal, each device left old or new."""

from roaming.push.approval import FakeSignatures, Signatures, SshKeygen, approved_by, read_signature, statement
from roaming.push.carrier import Carrier, FakeCarrier, Job, Note
from roaming.push.engine import Engine, unsettled
from roaming.push.fetch import Survey, running_files
from roaming.push.journal import Journal, JournalFile, MemoryJournal
from roaming.push.links import FakeLinks, Links, SessionLinks
from roaming.push.lock import lock
from roaming.push.on_ansible import AnsibleCarrier
from roaming.push.on_session import SessionCarrier
from roaming.push.reach import access, access_to, logins
from roaming.push.report import DeviceRecord, RunRecord, WaveRecord, device_record, markdown, wave_summary
from roaming.push.states import GOOD, DeviceResult, Outcome, State
from roaming.push.stop import Ended, StopRule, left
from roaming.push.transaction import Transaction
from roaming.push.wanted import Stock, Wanted

__all__ = [
    "GOOD",
    "AnsibleCarrier",
    "Carrier",
    "DeviceRecord",
    "DeviceResult",
    "Ended",
    "Engine",
    "FakeCarrier",
    "FakeLinks",
    "FakeSignatures",
    "Job",
    "Journal",
    "JournalFile",
    "Links",
    "MemoryJournal",
    "Note",
    "Outcome",
    "RunRecord",
    "SessionCarrier",
    "SessionLinks",
    "Signatures",
    "SshKeygen",
    "State",
    "Stock",
    "StopRule",
    "Survey",
    "Transaction",
    "Wanted",
    "WaveRecord",
    "access",
    "access_to",
    "approved_by",
    "device_record",
    "left",
    "lock",
    "logins",
    "markdown",
    "read_signature",
    "running_files",
    "statement",
    "unsettled",
    "wave_summary",
]
