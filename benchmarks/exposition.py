"""Metrics of a big controller, told to Prometheus: beside prometheus-client, and what it takes of memory.

`python -m benchmarks.exposition` is the process whose memory is measured: 10,000 access points behind 50 controllers,
polled again and again by a poller that makes its numbers up. Some access points go and others come in every cycle.
"""

from __future__ import annotations

import gc
import json
from itertools import starmap
from time import process_time
from typing import TYPE_CHECKING, Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.parser import text_string_to_metric_families

from benchmarks.process import apart, resident_mb
from benchmarks.row import Row
from monitor.metrics import State
from monitor.sample import Batch, FakeClock, Sample, family
from monitor.target import BoroughFacts, Estate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prometheus_client.metrics_core import Metric

SAMPLES: Final = 11_000
RUNS: Final = 9
CONTROLLERS: Final = 50
ACCESS_POINTS: Final = 10_000
EARLY: Final = 20
LATE: Final = 200
_EVERY_S: Final = 30.0
_BY_DEVICE: Final = (family("roaming_access_point_up"), family("roaming_access_point_clients"))
_BY_RADIO: Final = (family("roaming_radio_clients"), family("roaming_radio_utilisation_ratio"))
_RADIOS: Final = ("0", "1")


def measure() -> Iterator[Row]:
    """Yield CPU time a sample, then memory."""
    yield Row(
        name=f"exposition of a controller's table of {SAMPLES:,} samples, walked anew",
        peer_name="prometheus-client: GaugeMetricFamily, generate_latest",
        ours=min(starmap(_ours, _rounds())),
        peer=min(starmap(_peer, _rounds())),
        unit="CPU us a sample",
        goal=0.3,
    )
    early, late = apart("benchmarks.exposition")
    yield Row(
        name=f"{ACCESS_POINTS:,} access points polled and told: memory at cycle {LATE}",
        peer_name=f"the same process at cycle {EARLY}",
        ours=late,
        peer=early,
        unit="MB resident",
        goal=1.05,
    )


def _rounds() -> Iterator[tuple[State, FakeClock, tuple[Sample, ...]]]:
    """Yield one state, warm, with ever new numbers."""
    clock = FakeClock()
    state = State(_estate(), interval_s=300, clock=clock)
    for cycle in range(RUNS):
        yield state, clock, tuple(_table(cycle))


def _table(cycle: int) -> Iterator[Sample]:
    for one in _BY_DEVICE:
        for index in range(SAMPLES // len(_BY_DEVICE)):
            yield Sample(one, (f"camden-ap-{index}", f"site-{index // 40}", "camden"), float((index + cycle) % 90))


def _ours(state: State, clock: FakeClock, samples: tuple[Sample, ...]) -> float:
    start = process_time()
    state.replace(Batch("snmp:camden-wlc", clock.wall(), 600, samples))
    text = state.exposition(clock.wall())
    seconds = process_time() - start
    _look(text, samples)
    return seconds / SAMPLES * 1e6


class _Peer:
    def __init__(self, samples: tuple[Sample, ...]) -> None:
        self._samples = samples

    def collect(self) -> Iterator[Metric]:
        metrics: dict[str, GaugeMetricFamily] = {}
        for sample in self._samples:
            one = sample.family
            metric = metrics.get(one.name)
            if metric is None:
                metric = metrics[one.name] = GaugeMetricFamily(one.name, one.text, labels=one.labels)
            metric.add_metric(sample.labels, sample.value)
        yield from metrics.values()


def _peer(_state: State, _clock: FakeClock, samples: tuple[Sample, ...]) -> float:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Peer(samples))
    start = process_time()
    text = generate_latest(registry)
    seconds = process_time() - start
    _look(text, samples)
    return seconds / SAMPLES * 1e6


def _look(text: bytes, samples: tuple[Sample, ...]) -> None:
    """Hold both sides to the same numbers, as prometheus-client's parser reads them."""
    metrics = text_string_to_metric_families(text.decode())
    told = {(one.name, one.labels.get("access_point")): one.value for metric in metrics for one in metric.samples}
    wanted = {(one.family.name, one.labels[0]): one.value for one in samples}
    if wanted.items() - told.items():
        message = "the exposition is not what was put in"
        raise RuntimeError(message)


def _estate() -> Estate:
    boroughs = tuple(BoroughFacts(f"borough-{index}", f"Borough {index}", "E09000001", "") for index in range(33))
    return Estate("London", "LOTI", boroughs, tuple(one.slug for one in boroughs), (), (), ())


def main() -> None:
    """Poll and tell, and print the resident memory early and late, in MB."""
    clock = FakeClock()
    state = State(_estate(), interval_s=300, clock=clock)
    found = []
    for cycle in range(1, LATE + 1):
        for controller in range(CONTROLLERS):
            samples = tuple(_poll(controller, cycle))
            state.replace(Batch(f"snmp:wlc-{controller}", clock.wall(), 3 * _EVERY_S, samples))
        state.exposition(clock.wall())
        clock.advance(_EVERY_S)
        if cycle in (EARLY, LATE):
            gc.collect()
            found.append(round(resident_mb(), 1))
    print(json.dumps(found))


def _poll(controller: int, cycle: int) -> Iterator[Sample]:
    """Yield six samples for each access point; one of each controller is another one every cycle."""
    size = ACCESS_POINTS // CONTROLLERS
    names = [f"wlc-{controller}-ap-{index}" for index in range(size - 1)] + [f"wlc-{controller}-new-{cycle}"]
    for index, name in enumerate(names):
        labels = (name, f"site-{controller}-{index // 40}", f"borough-{controller % 33}")
        number = float((cycle * 7 + index) % 60)
        yield from (Sample(one, labels, number) for one in _BY_DEVICE)
        yield from (Sample(one, (*labels, radio), number / 60) for one in _BY_RADIO for radio in _RADIOS)


if __name__ == "__main__":
    main()
