"""Our writer against prometheus-client: its parser reads back what was put in, its registry says the same."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, generate_latest

from monitor.metrics import StateCollector, exposition_of
from monitor.sample import FAMILIES, Authentication, Batch, FakeClock, Result, Sample, Source, family
from tests.monitor.federation import failed, probe, state
from tests.monitor.parsed import number, of_metrics, parsed

VALUES = st.floats(allow_nan=True, allow_infinity=True)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=12)
TRIED = [
    family(name)
    for name in (
        "roaming_probe_interval_seconds",
        "roaming_build_info",
        "roaming_traps_total",
        "roaming_radio_clients",
        "roaming_server_up",
    )
]
SAMPLES = st.one_of([st.builds(Sample, st.just(one), st.tuples(*(TEXTS for _ in one.labels)), VALUES) for one in TRIED])
BATCHES = st.lists(st.lists(SAMPLES, max_size=5), max_size=3).map(
    lambda found: tuple(Batch(f"snmp:{index}", 0.0, 60.0, tuple(one)) for index, one in enumerate(found))
)


@given(given_batches=BATCHES)
def test_the_parser_reads_back_what_was_put_in(given_batches: tuple[Batch, ...]) -> None:
    wanted = {
        (sample.family.name, frozenset(zip(sample.family.labels, sample.labels, strict=True))): repr(sample.value)
        for batch in given_batches
        for sample in batch.samples
    }
    assert parsed(exposition_of(given_batches)) == wanted


@given(given_batches=BATCHES)
def test_text_and_collector_say_the_same(given_batches: tuple[Batch, ...]) -> None:
    clock = FakeClock(now=30.0)
    kept = state(clock)
    for batch in given_batches:
        kept.replace(batch)
    kept.authentication(probe(clock))
    kept.authentication(failed(clock, home="camden"))
    collected = of_metrics(StateCollector(kept, clock).collect())
    assert parsed(kept.exposition(clock.wall())) == collected


def test_a_registry_of_the_user_tells_all_of_it() -> None:
    clock = FakeClock()
    kept = state(clock)
    kept.authentication(probe(clock))
    registry = CollectorRegistry()
    registry.register(StateCollector(kept, clock))
    theirs = generate_latest(registry)
    assert parsed(theirs) == parsed(kept.exposition(clock.wall()))
    assert b"_created" not in theirs


def test_every_family_has_its_help_and_type_once_and_in_order() -> None:
    clock = FakeClock()
    kept = state(clock)
    kept.authentication(probe(clock))
    text = kept.exposition(clock.wall()).decode()
    names = re.findall(r"^# TYPE (\S+) ", text, re.MULTILINE)
    order = [one.name for one in FAMILIES]
    assert names == sorted(names, key=order.index)
    assert len(names) == len(set(names))
    assert re.findall(r"^# HELP (\S+) ", text, re.MULTILINE) == names


@pytest.mark.parametrize(
    ("value", "told"), [(math.inf, "+Inf"), (-math.inf, "-Inf"), (math.nan, "NaN"), (1, "1.0"), (1e-7, "1e-07")]
)
def test_numbers_are_spelled_as_prometheus_reads_them(value: float, told: str) -> None:
    batch = Batch("a", 0.0, 60.0, (Sample(family("roaming_build_info"), ("1",), value),))
    assert exposition_of((batch,)).decode().splitlines()[-1] == f'roaming_build_info{{version="1"}} {told}'


def test_half_a_surrogate_pair_is_no_error() -> None:
    batch = Batch("a", 0.0, 60.0, (Sample(family("roaming_build_info"), ("\udc80",), 1),))
    assert exposition_of((batch,)).endswith(b'{version="?"} 1.0\n')


def test_a_histogram_is_cumulative_and_its_edges_are_the_thresholds() -> None:
    clock = FakeClock()
    kept = state(clock)
    for seconds in (0.05, 0.3, 3.0, 3.1, 60.0):
        kept.authentication(probe(clock, seconds=seconds))
    found = parsed(kept.exposition(clock.wall()))
    buckets = {
        edge: number(found, "roaming_auth_home_seconds_bucket", home="hackney", method="tls", le=edge)
        for edge in ("0.05", "0.2", "0.4", "3.0", "5.0", "+Inf")
    }
    assert buckets == {"0.05": 1, "0.2": 1, "0.4": 2, "3.0": 3, "5.0": 4, "+Inf": 5}
    assert number(found, "roaming_auth_home_seconds_count", home="hackney", method="tls") == 5
    assert number(found, "roaming_auth_slow_total", visited="camden", home="hackney") == 2


def test_of_two_origins_that_show_the_same_the_last_one_counts() -> None:
    clock = FakeClock()
    kept = state(clock)
    for origin, value in (("snmp:a", 1.0), ("snmp:b", 0.0), ("snmp:a", 5.0)):
        sample = Sample(family("roaming_access_point_up"), ("ap-1", "town-hall", "camden"), value)
        kept.replace(Batch(origin, clock.wall(), 60, (sample,)))
    found = parsed(kept.exposition(clock.wall()))
    assert number(found, "roaming_access_point_up", access_point="ap-1", site="town-hall", owner="camden") == 5.0
    assert found == of_metrics(StateCollector(kept, clock).collect())


@given(visited=TEXTS, home=TEXTS)
def test_a_log_names_boroughs_or_other(visited: str, home: str) -> None:
    clock = FakeClock()
    kept = state(clock)
    kept.authentication(Authentication(Source.LOG, visited, home, Result.REJECT, clock.wall(), passed=False))
    found = parsed(kept.exposition(clock.wall()))
    labels = {
        "visited": visited if visited in ("camden", "hackney") else "other",
        "home": home if home in ("camden", "hackney", "outside.example") else "other",
    }
    assert number(found, "roaming_auth_total", source="log", result="reject", **labels) == 1
    assert not [key for key in found if key[0].startswith("roaming_probe_success")]
