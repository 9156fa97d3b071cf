"""Datasets that the panel shows."""

from __future__ import annotations

import tests.fiftyone_environment  # noqa: F401

# isort: split
from collections.abc import Iterator

import fiftyone as fo
import pytest

import odquality
from tests.app.panel.shown import KEY
from tests.bridge.datasets import random_samples
from tests.bridge.spoiled import make_spoiled


@pytest.fixture
def dataset() -> Iterator[fo.Dataset]:
    made = fo.Dataset()
    made.add_samples(random_samples(30))
    yield made
    made.delete()


@pytest.fixture
def scored(dataset: fo.Dataset) -> fo.Dataset:
    odquality.compute_label_quality(dataset, key=KEY)
    return dataset


@pytest.fixture
def spoiled() -> Iterator[fo.Dataset]:
    """With errors of every kind, scored."""
    made = make_spoiled().dataset
    made.rename_run("quality", KEY)
    yield made
    made.delete()
