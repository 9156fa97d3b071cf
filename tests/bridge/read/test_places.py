"""Where boxes stand in the stored lists, whatever a view shows of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import fiftyone as fo
import numpy as np
import pytest
from bson import ObjectId
from fiftyone import ViewField as F

from odquality.bridge.read.places import (
    LABEL_IDS,
    MODIFIED,
    NOWHERE,
    PREDICTION_IDS,
    Locator,
    identity_expression,
)
from odquality.bridge.store import database
from tests.bridge.conftest import MakeDataset
from tests.bridge.datasets import BOX, detection, sample

NAMES = ("cat", "dog", "cat", "bird")


@pytest.fixture
def pets(make_dataset: MakeDataset) -> fo.Dataset:
    """Two images with the same four labels and a prediction."""
    labels = [[detection(name, BOX) for name in NAMES] for _ in range(2)]
    return make_dataset([sample(given, [detection("cat", BOX)]) for given in labels])


def locate(samples: Any) -> tuple[list[Any], Any]:
    """The documents that a view gives, and the places of all of their boxes."""
    ids = {"$map": {"input": "$ground_truth.detections", "in": {"$ifNull": ["$$this._id", None]}}}
    columns = {
        MODIFIED: "$last_modified_at",
        LABEL_IDS: ids,
        PREDICTION_IDS: "$predictions.detections._id",
    }
    documents = list(database.iter_documents(samples, columns))
    num_labels = sum(len(document[LABEL_IDS]) for document in documents)
    locator = Locator(samples, "ground_truth", "predictions")
    return documents, locator.locate(documents, np.arange(num_labels), np.arange(len(documents)))


def reversed_labels(dataset: fo.Dataset) -> fo.DatasetView:
    return dataset.set_field("ground_truth.detections", F("detections").reverse())


SHOWN: dict[str, tuple[Callable[[fo.Dataset], Any], list[int]]] = {
    "all": (lambda dataset: dataset, [0, 1, 2, 3]),
    "shuffled samples": (lambda dataset: dataset.shuffle(seed=51), [0, 1, 2, 3]),
    "some fields": (
        lambda dataset: dataset.select_fields(["ground_truth", "predictions"]),
        [0, 1, 2, 3],
    ),
    "filtered": (
        lambda dataset: dataset.filter_labels("ground_truth", F("label") == "cat"),
        [0, 2],
    ),
    "limited": (lambda dataset: dataset.limit_labels("ground_truth", 3), [0, 1, 2]),
    "other classes": (
        lambda dataset: dataset.map_labels("ground_truth", {"cat": "dog"}),
        [0, 1, 2, 3],
    ),
    "reversed": (reversed_labels, [3, 2, 1, 0]),
    "two stages": (
        lambda dataset: reversed_labels(dataset).filter_labels("ground_truth", F("label") != "dog"),
        [3, 2, 0],
    ),
}


@pytest.mark.parametrize("view", SHOWN)
def test_positions_are_those_in_the_stored_lists(pets: fo.Dataset, view: str) -> None:
    make_view, expected = SHOWN[view]
    documents, places = locate(make_view(pets))
    assert places.labels.tolist() == expected * 2
    assert places.predictions.tolist() == [0, 0]
    for image, document in enumerate(documents):
        stored = places.label_ids(image)
        assert [stored[position] for position in expected] == document[LABEL_IDS]


@pytest.mark.parametrize("view", SHOWN)
def test_an_identity_is_what_the_database_says_of_the_sample(pets: fo.Dataset, view: str) -> None:
    documents, places = locate(SHOWN[view][0](pets))
    now = identity_expression("ground_truth", "predictions")
    for document, identity in zip(documents, places.identities, strict=True):
        query = {"_id": document["_id"], "$expr": {"$eq": [now, {"$literal": decode(identity)}]}}
        assert pets._sample_collection.count_documents(query) == 1


@pytest.mark.parametrize("ids", [[1, 1, 2, 3], [None, 4, "a", None], [{"a": 1}, [1], [2], 1.5]])
def test_ids_of_any_type_that_a_view_shows_in_part(pets: fo.Dataset, ids: list[Any]) -> None:
    """What has no id of its own cannot be found again among the boxes that are hidden."""
    set_ids(pets, ids)
    _, places = locate(pets.limit_labels("ground_truth", 3))
    expected = [
        NOWHERE if given is None or ids.count(given) > 1 else position
        for position, given in enumerate(ids[:3])
    ]
    assert places.labels.tolist() == expected * 2
    _, places = locate(pets)
    assert places.labels.tolist() == [0, 1, 2, 3] * 2


def test_a_sample_that_is_gone_by_the_time_its_ids_are_fetched(pets: fo.Dataset) -> None:
    view = pets.limit_labels("ground_truth", 2)
    columns = {LABEL_IDS: "$ground_truth.detections._id", PREDICTION_IDS: "$predictions._id"}
    documents = [{**one, PREDICTION_IDS: []} for one in database.iter_documents(view, columns)]
    pets.delete_samples(pets.first().id)
    none = np.empty(0, np.int64)
    places = Locator(view, "ground_truth", "predictions").locate(documents, np.arange(4), none)
    assert places.labels.tolist() == [NOWHERE, NOWHERE, 0, 1]


def set_ids(dataset: fo.Dataset, ids: list[Any]) -> None:
    """Gives the labels of all samples ids; removes those that are None."""
    for document in dataset._sample_collection.find():
        labels = document["ground_truth"]["detections"]
        for label, given in zip(labels, ids, strict=True):
            label.pop("_id")
            if given is not None:
                label["_id"] = given
        query = {"_id": document["_id"]}
        update = {"$set": {"ground_truth.detections": labels}}
        dataset._sample_collection.update_one(query, update)


def decode(identity: bytes) -> dict[str, Any]:
    import bson

    document: dict[str, Any] = bson.decode(identity)
    assert all(isinstance(given, ObjectId) for given in document["labels"])
    return document
