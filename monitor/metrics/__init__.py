"""What has been seen, kept and told: counters and histograms that grow, batches that replace each other."""

from monitor.metrics.picture import DeviceState, PairState, Picture, Status

__all__ = ["DeviceState", "PairState", "Picture", "Status"]
