"""Datasets that end with the test that made them."""

from __future__ import annotations

import tests.fiftyone_environment  # noqa: F401

# isort: split
from collections.abc import Callable, Iterator, Sequence

import fiftyone as fo
import pytest

from tests.bridge.datasets import random_samples

MakeDataset = Callable[[Sequence[fo.Sample]], fo.Dataset]


@pytest.fixture
def make_dataset() -> Iterator[MakeDataset]:
    """Makes datasets of samples."""
    made = []

    def make(samples: Sequence[fo.Sample] = ()) -> fo.Dataset:
        dataset = fo.Dataset()
        made.append(dataset)
        dataset.add_samples(samples)
        return dataset

    yield make
    for dataset in made:
        dataset.delete()


@pytest.fixture
def dataset(make_dataset: MakeDataset) -> fo.Dataset:
    """Eight images with labels and predictions."""
    return make_dataset(random_samples(8))
