"""How long each part of a conversation took."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roaming.eap import Phases
from roaming.eap.phases import phases

ASKED = "RADIUS message: code=1 (Access-Request) identifier=0 length=158"
CHALLENGED = "RADIUS message: code=11 (Access-Challenge) identifier=0 length=64"
UP = "OpenSSL: Handshake finished - resumed=0"
OLDER_UP = "EAP-TLS: Done"
ACCEPTED = "RADIUS message: code=2 (Access-Accept) identifier=7 length=225"
REJECTED = "RADIUS message: code=3 (Access-Reject) identifier=7 length=44"


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ([], Phases()),
        ([(0.5, ASKED)], Phases(total=9.5)),
        ([(0.5, ASKED), (1.0, CHALLENGED)], Phases(0.5, total=9.5)),
        ([(0.5, ASKED), (1.0, CHALLENGED), (2.0, UP), (4.0, ACCEPTED)], Phases(0.5, 1.0, 2.0, 3.5)),
        ([(0.5, ASKED), (1.0, CHALLENGED), (2.0, OLDER_UP), (4.0, ACCEPTED)], Phases(0.5, 1.0, 2.0, 3.5)),
        ([(0.5, ASKED), (1.0, CHALLENGED), (4.0, REJECTED)], Phases(0.5, 3.0, None, 3.5)),
        ([(0.5, ASKED), (4.0, REJECTED)], Phases(3.5, None, None, 3.5)),
        ([(0.5, ASKED), (1.0, CHALLENGED), (2.0, UP)], Phases(0.5, 1.0, None, 9.5)),
    ],
)
def test_parts(lines: list[tuple[float, str]], found: Phases) -> None:
    assert phases(lines, 10.0) == found


@given(st.lists(st.tuples(st.floats(0, 60), st.sampled_from([ASKED, CHALLENGED, UP, ACCEPTED, REJECTED, "x"]))))
def test_the_parts_of_what_was_decided_add_up(lines: list[tuple[float, str]]) -> None:
    ordered = list(zip(sorted(at for at, _ in lines), (text for _, text in lines), strict=True))
    found = phases(ordered, 61.0)
    parts = [part for part in (found.start, found.tunnel, found.inner) if part is not None]
    texts = [text for _, text in ordered]
    begun = texts[texts.index(ASKED) :] if ASKED in texts else []
    assert all(part >= 0 for part in parts)
    if ACCEPTED in begun or REJECTED in begun:
        assert sum(parts) == pytest.approx(found.total)
    else:
        assert found.total is None or sum(parts) <= found.total + 1e-9
