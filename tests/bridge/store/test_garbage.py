from __future__ import annotations

import gc

import pytest

from odquality.bridge.store.garbage import paused_collector


def test_collector_pauses_and_goes_on():
    with paused_collector():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_collector_goes_on_after_an_error():
    with pytest.raises(KeyError), paused_collector():
        raise KeyError
    assert gc.isenabled()


def test_collector_that_was_off_stays_off():
    gc.disable()
    try:
        with paused_collector():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
