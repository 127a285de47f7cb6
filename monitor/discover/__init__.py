"""What is watched, from the inventory: nothing is watched that is not in it, and everything in it is."""

from monitor.discover.bssids import bssids
from monitor.discover.facts import estate
from monitor.discover.pairs import every_trial, pairs
from monitor.discover.part import within
from monitor.discover.targets import targets

__all__ = ["bssids", "estate", "every_trial", "pairs", "targets", "within"]
