"""A scored dataset with suggestions of every kind, a fresh copy for each test."""

from __future__ import annotations

import tests.fiftyone_environment  # noqa: F401

# isort: split
from collections.abc import Iterator

import fiftyone as fo
import pytest

from tests.bridge.spoiled import make_spoiled


@pytest.fixture(scope="package")
def original() -> Iterator[fo.Dataset]:
    made = make_spoiled().dataset
    yield made
    made.delete()


@pytest.fixture
def dataset(original: fo.Dataset) -> Iterator[fo.Dataset]:
    copy = original.clone()
    yield copy
    if copy.name in fo.list_datasets():
        copy.delete()
