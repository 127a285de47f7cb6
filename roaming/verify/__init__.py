"""Checks that return a verdict: real EAP authentications from every borough's agent to every home."""

from roaming.verify.document import document
from roaming.verify.report import Report, Verdict
from roaming.verify.run import verify
from roaming.verify.table import failures, render
from roaming.verify.trial import Expect, Options, Trial, trials

__all__ = ["Expect", "Options", "Report", "Trial", "Verdict", "document", "failures", "render", "trials", "verify"]
