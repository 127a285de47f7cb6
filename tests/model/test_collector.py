"""Holding the garbage collector back."""

from __future__ import annotations

import gc

import pytest

from roaming.model.collector import building


def test_the_collector_is_held_back_and_comes_back_after_an_error() -> None:
    assert gc.isenabled()
    with pytest.raises(ZeroDivisionError), building():
        assert 1 // int(gc.isenabled())
    assert gc.isenabled()


def test_who_had_it_off_keeps_it_off() -> None:
    with building():
        with building():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()
