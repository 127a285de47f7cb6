"""Captures of the air held against logs of the same moments: each kind, and what is only nearly the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lab.errors import GuestError
from lab.radio.air import beside, disagreements, read_air
from lab.radio.journal import read_attempts
from lab.radio.scenario import Kind
from monitor.passive.captures import Kind as Heard
from tests.lab.radio.walked import LOGS, connected, line, trying
from tests.monitor.captures.air import CLIENT, ONE, THREE, TWO
from tests.monitor.captures.air import Air as Made
from tests.monitor.captures.made import START, write

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

EAP = line(START + 0.02, "CTRL-EVENT-EAP-STARTED x") + line(START + 0.11, "CTRL-EVENT-EAP-SUCCESS x")
FAST = line(START, "auth_type=2") + line(START, "FT: Completed successfully")
OVER_DS = line(START, "FT: Completed successfully")


def over_the_air(air: Made) -> None:
    air.fast(0, ONE, TWO)


def over_the_ds(air: Made) -> None:
    air.over_ds(0, ONE, TWO)


def with_cached_key(air: Made) -> None:
    air.slow(0, TWO, ONE, pmkids=1)
    air.four_way(0.010, TWO)


def with_full_eap(air: Made) -> None:
    air.full(0, TWO, ONE)


def shown_as_association(air: Made) -> None:
    air.full(0, TWO)


def refused_first(air: Made) -> None:
    air.auth(0, TWO, 2)
    air.auth(0.003, TWO, 2, 53)
    air.full(0.010, TWO, ONE)


def overtaken(air: Made) -> None:
    air.auth(0, TWO, 2)
    air.fast(0.100, ONE, THREE)


@pytest.mark.parametrize(
    ("walk", "log", "told"),
    [
        (over_the_air, trying(START, TWO) + FAST + connected(START + 0.2, TWO), ["ft_air again"]),
        (over_the_ds, trying(START, TWO) + OVER_DS + connected(START + 0.2, TWO), ["ft_ds again"]),
        (with_cached_key, trying(START, TWO) + connected(START + 0.2, TWO), ["pmk_cached again"]),
        (with_full_eap, trying(START, TWO) + EAP + connected(START + 0.2, TWO), ["full_eap again"]),
        (shown_as_association, trying(START, TWO) + EAP + connected(START + 0.2, TWO), ["full_eap"]),
        (refused_first, trying(START, TWO) + EAP + connected(START + 0.2, TWO), ["full_eap again"]),
        (
            overtaken,
            trying(START, TWO) + trying(START + 0.1, THREE) + FAST + connected(START + 0.2, THREE),
            ["incomplete overtaken by another", "ft_air again"],
        ),
    ],
)
def test_the_capture_tells_the_kind_that_the_log_has(
    tmp_path: Path, walk: Callable[[Made], None], log: str, told: list[str]
) -> None:
    made = Made()
    made.data(-0.050, ONE)
    walk(made)
    made.data(1.0, THREE if walk is overtaken else TWO)
    air = read_air(write(tmp_path / "air.pcap", made.made, 127))
    joined = trying(START - 2, ONE) + connected(START - 1, ONE)
    _, *attempts = read_attempts(joined + log)
    spans = [(one.began, one.began + (0.09 if one.overtaken else 2)) for one in attempts]
    roams = [beside(air, CLIENT, one.bssid, span) for one, span in zip(attempts, spans, strict=True)]
    assert [f"{one.kind} {'again' * one.again}{one.why}".strip() for one in roams if one] == told
    found = zip(attempts, roams, strict=True)
    assert [fault for attempt, roam in found for fault in disagreements("x", attempt, roam)] == []


def test_an_encrypted_request_over_the_ds_is_inferred_where_the_log_has_it() -> None:
    """Recorded in the guest with `dynamic_vlan=0`, by hand: else Linux answers in the clear, and in vain."""
    roams = read_air(LOGS / "over-ds-protected.pcap.gz").roams
    _, *attempts = read_attempts((LOGS / "over-ds-protected.log").read_text())
    assert [(one.kind, one.inferred) for one in roams] == [(Heard.FT_DS, True)] * 2
    assert [one.kind for one in attempts] == [Kind.FT_DS] * 2
    found = zip(attempts, roams, strict=True)
    assert [fault for attempt, roam in found for fault in disagreements("x", attempt, roam)] == []


@pytest.mark.parametrize(
    ("back", "said"), [(True, []), (False, ["x: initial in the capture, full_eap in wpa_supplicant's log"])]
)
def test_back_at_the_same_is_no_roam(tmp_path: Path, said: list[str], *, back: bool) -> None:
    """As after a roam that failed: the log has a full authentication, which a capture calls `initial`."""
    made = Made()
    made.data(-0.050, ONE)
    made.full(0, ONE, ONE)
    (roam,) = read_air(write(tmp_path / "air.pcap", made.made, 127)).roams
    joined = trying(START - 2, ONE) + connected(START - 1, ONE)
    _, attempt = read_attempts(joined + trying(START, ONE) + EAP + connected(START + 0.2, ONE))
    assert list(disagreements("x", attempt, roam, back=back)) == said


def test_a_cut_capture_is_told(tmp_path: Path) -> None:
    made = Made()
    over_the_air(made)
    path = write(tmp_path / "air.pcap", made.made, 127)
    path.write_bytes(path.read_bytes()[:-3])
    assert read_air(path).notes == (f"{path}: cut off or damaged after 3 packets; what stands before is read",)


@pytest.mark.parametrize(("content", "said"), [(b"", "neither pcap nor pcapng"), (None, "No such file or directory")])
def test_no_capture(tmp_path: Path, content: bytes | None, said: str) -> None:
    path = tmp_path / "air.pcap"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(GuestError) as raised:
        read_air(path)
    assert str(raised.value) == f"{path}: {said}"
