"""What is watched, from the inventory: nothing is watched that is not in it, and everything in it is."""

from monitor.discover.facts import estate
from monitor.discover.pairs import every_trial, pairs
from monitor.discover.part import within
from monitor.discover.targets import targets

__all__ = ["estate", "every_trial", "pairs", "targets", "within"]
