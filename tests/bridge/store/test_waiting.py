"""Whoever waits is told what for, and nobody else."""

from __future__ import annotations

import logging

import pytest

from odquality.bridge.store import waiting
from odquality.bridge.store.waiting import waiting_for


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch):
    logger = logging.getLogger("fiftyone.odquality")
    monkeypatch.setattr(logger, "propagate", False)
    logger.addHandler(caplog.handler)
    caplog.set_level(logging.INFO, logger.name)
    yield caplog
    logger.removeHandler(caplog.handler)


def test_what_is_done_at_once_is_not_told(told: pytest.LogCaptureFixture) -> None:
    with waiting_for("Counting") as reached:
        reached("half")
    assert told.messages == []


def test_what_takes_long_is_told_with_how_far_it_is(
    told: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "PATIENCE", 0.0)
    monkeypatch.setattr(waiting, "_AGAIN", 0.0)
    with waiting_for("Counting") as reached:
        while not told.messages:
            pass
        reached("half")
    assert told.messages == ["Counting ...", "Counting: half", "Counting: ended after 0 s"]
