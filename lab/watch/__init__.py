"""The monitor in a lab, with Prometheus, Alertmanager and somebody who is called: what is needed to see alerts fire."""

from lab.watch.configuration import DEFAULT_SCALE, files
from lab.watch.observers import observers_file
from lab.watch.pager import FILE as PAGED
from lab.watch.question import LabPrometheus, get
from lab.watch.start import Wanted, watch

__all__ = ["DEFAULT_SCALE", "PAGED", "LabPrometheus", "Wanted", "files", "get", "observers_file", "watch"]
