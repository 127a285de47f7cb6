"""What has been seen, kept and told: counters and histograms that grow, batches that replace each other."""

from monitor.metrics.batches import exposition_of
from monitor.metrics.catalogue import document
from monitor.metrics.collector import StateCollector
from monitor.metrics.matrix import SLOW_S, STALE_AFTER
from monitor.metrics.pairs_file import PairsFile
from monitor.metrics.picture import DeviceState, PairState, Picture, Status
from monitor.metrics.state import State
from monitor.metrics.wire import picture_document, read_picture
from monitor.metrics.writer import CONTENT_TYPE

__all__ = [
    "CONTENT_TYPE",
    "SLOW_S",
    "STALE_AFTER",
    "DeviceState",
    "PairState",
    "PairsFile",
    "Picture",
    "State",
    "StateCollector",
    "Status",
    "document",
    "exposition_of",
    "picture_document",
    "read_picture",
]
