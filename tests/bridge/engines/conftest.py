"""Datasets of many small chunks."""

from __future__ import annotations

import tests.fiftyone_environment  # noqa: F401

# isort: split
import pytest


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run has many chunks; processes elsewhere need not know it, for they are told."""
    monkeypatch.setattr("odquality.bridge.read.reader.SAMPLES_PER_CHUNK", 7)
