"""Laboratories, each with a database of its own that tests set back and kill."""

from __future__ import annotations

import tests.fiftyone_environment  # noqa: F401

# isort: split
from collections.abc import Iterator

import pytest

from benchmarks.faults.laboratory import Laboratory, open_laboratory
from benchmarks.faults.scene import ONE_BATCH, TWO_BATCHES


@pytest.fixture(scope="package")
def laboratory() -> Iterator[Laboratory]:
    """With a dataset that is written in two batches."""
    with open_laboratory(TWO_BATCHES) as opened:
        yield opened


@pytest.fixture(scope="package")
def small_laboratory() -> Iterator[Laboratory]:
    """With a dataset that is quick to run on."""
    with open_laboratory(ONE_BATCH) as opened:
        yield opened
