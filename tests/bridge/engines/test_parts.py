"""However a run is cut into parts, and whatever becomes of these, its results are the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import fiftyone as fo
import numpy as np
import pytest
from fiftyone import ViewField as F
from PIL import Image

from odquality.bridge.engines.parts import Part, cut_into_parts
from odquality.methods.calibrated.scorer import Calibrated
from tests.bridge.datasets import NAMES, random_samples
from tests.bridge.engines.runs import METHODS, Disorderly, outcome

VIEWS: dict[str, Callable[[fo.Dataset], Any]] = {
    "dataset": lambda dataset: dataset,
    "match": lambda dataset: dataset.match(F("rank") % 3 != 0),
    "sort": lambda dataset: dataset.sort_by("rank", reverse=True),
    "shuffle": lambda dataset: dataset.shuffle(seed=51),
    "take": lambda dataset: dataset.take(33, seed=51),
    "slice": lambda dataset: dataset[5:50],
    "fields": lambda dataset: dataset.select_fields(["ground_truth", "predictions"]),
    "hidden labels": lambda dataset: dataset.filter_labels(
        "ground_truth", F("label") != "dog", only_matches=False
    ).sort_by("rank", reverse=True),
    "hidden predictions": lambda dataset: dataset.limit(40).filter_labels(
        "predictions", F("confidence") > 0.7
    ),
    "other names": lambda dataset: dataset.map_labels("ground_truth", {"cat": "lynx"}),
    "some twice": lambda dataset: dataset[30:].concat(dataset[20:50]),
    "all twice, the labels hidden at first": lambda dataset: dataset.filter_labels(
        "ground_truth", F("label") == "dog", only_matches=False
    ).concat(dataset),
    "none": lambda dataset: dataset.limit(0),
}


def crowds(samples: Sequence[fo.Sample]) -> None:
    for one in samples[::3]:
        for label in one.ground_truth.detections[:1]:
            label["iscrowd"] = 1


def other_names(samples: Sequence[fo.Sample]) -> None:
    for one in samples:
        for found in one.predictions.detections:
            found.label = found.label.upper() if found.label != "dog" else "puppy"


def probabilities(samples: Sequence[fo.Sample]) -> None:
    rng = np.random.default_rng(3)
    for one in samples[4:]:
        for found in one.predictions.detections:
            # Many are equally probable, and some classes are no label's.
            found["probs"] = np.round(rng.dirichlet(np.ones(6)), 1).tolist()


def unscored(samples: Sequence[fo.Sample]) -> None:
    for one in samples[3:50:5]:
        one.ground_truth = None
    for one in samples[10:50:9]:
        one.predictions = None
    for one in samples[1::4]:
        for found in one.predictions.detections if one.predictions else ():
            found.confidence = None
            break


def splits(samples: Sequence[fo.Sample]) -> None:
    for number, one in enumerate(samples):
        one.tags.append(("train", "val", "other")[number % 3])


def sure(samples: Sequence[fo.Sample]) -> None:
    """As of a detector that has learnt the labels."""
    for one in samples:
        one.predictions = fo.Detections(
            detections=[
                fo.Detection(label=label.label, bounding_box=label.bounding_box, confidence=0.9)
                for label in one.ground_truth.detections
            ]
        )


CLASSES = [NAMES[1], "zebra", NAMES[0], "ant", NAMES[2], "gnu"]
CASES: dict[str, tuple[Callable[[Sequence[fo.Sample]], None], dict[str, Any]]] = {
    "as they are": (lambda samples: None, {}),
    "regions to ignore": (crowds, {}),
    "other class names": (other_names, {}),
    "a map of classes": (other_names, {"class_map": {"CAT": "cat", "puppy": "bird", "x": "y"}}),
    "class probabilities": (probabilities, {"classes": CLASSES}),
    "probabilities of classes that become one": (
        probabilities,
        {"classes": CLASSES, "class_map": {"zebra": "cat", "gnu": "dog", "ant": "dog"}},
    ),
    "unscored samples": (unscored, {}),
    "no annotation is none": (unscored, {"score_unannotated": True}),
    "a split": (splits, {}),
    "a detector that knows the labels": (sure, {}),
}


@pytest.fixture
def dataset(make_dataset: Any) -> fo.Dataset:
    """Nine chunks of samples, the last of them small."""
    return make_dataset(random_samples(60))


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize(("method", "images"), [("calibrated", 1), ("objectlab", 15)])
def test_views(dataset: fo.Dataset, method: str, images: int, view: str) -> None:
    expected = outcome(dataset, VIEWS[view], method=method)
    engine = Disorderly(images, seed=images)
    assert outcome(dataset, VIEWS[view], method=method, engine=engine) == expected


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("method", METHODS)
def test_datasets(make_dataset: Any, method: str, case: str) -> None:
    change, settings = CASES[case]
    samples = random_samples(70, seed=1)
    change(samples)
    dataset = make_dataset(samples)
    expected = outcome(dataset, method=method, **settings)
    engine = Disorderly(seed=2)
    assert outcome(dataset, method=method, engine=engine, **settings) == expected
    assert engine.num_parts == 10


def test_settings_of_the_calibrated_method(dataset: fo.Dataset) -> None:
    settings = {"seed": 3, "min_probability": 0.1}
    assert outcome(dataset, engine=Disorderly(20), **settings) == outcome(dataset, **settings)


def test_settings_of_the_reference_method(dataset: fo.Dataset) -> None:
    weights = {"overlooked": 0.6, "swap": 0.3, "badloc": 0.1}
    settings = {"method": "objectlab", "aggregation_weights": weights}
    assert outcome(dataset, engine=Disorderly(), **settings) == outcome(dataset, **settings)


def test_a_sample_of_the_images_is_learnt_from(
    dataset: fo.Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = outcome(dataset)
    monkeypatch.setattr(Calibrated.__init__, "__defaults__", (51, 9))
    expected = outcome(dataset)
    assert expected != everything
    assert outcome(dataset, engine=Disorderly()) == expected


def test_a_slice_of_a_grouped_dataset(make_dataset: Any) -> None:
    dataset = make_dataset()
    dataset.add_group_field("group", default="left")
    samples = random_samples(40)
    for number, one in enumerate(samples):
        one["group"] = fo.Group().element("left" if number % 3 else "right")
    dataset.add_samples(samples)

    def right(dataset: fo.Dataset) -> Any:
        return dataset.select_group_slices("right")

    for method in METHODS:
        expected = outcome(dataset, right, method=method)
        assert outcome(dataset, right, method=method, engine=Disorderly()) == expected


def test_sizes_are_read_from_the_media_by_whoever_needs_them(
    make_dataset: Any, tmp_path: Path
) -> None:
    samples = random_samples(20)
    for number, one in enumerate(samples[::4]):
        one.filepath = str(tmp_path / f"{number}.png")
        Image.new("RGB", (640, 480)).save(one.filepath)
        one.metadata = None
    dataset = make_dataset(samples)
    without = {"metadata": None}
    lacking = {"_id": {"$in": dataset.match(~F("metadata").exists()).values("_id")}}
    expected = outcome(dataset, method="objectlab")
    assert len(dataset.exists("metadata.width")) == 20
    dataset._sample_collection.update_many(lacking, {"$set": without})
    assert outcome(dataset, method="objectlab", engine=Disorderly()) == expected
    assert len(dataset.exists("metadata.width")) == 20


def test_samples_that_do_not_stand_in_the_order_of_their_ids(make_dataset: Any) -> None:
    dataset = make_dataset(random_samples(30))
    documents = list(dataset._sample_collection.find())
    dataset._sample_collection.delete_many({})
    dataset._sample_collection.insert_many(documents[::-1])
    parts = cut_into_parts(dataset, 7)
    assert not any(stretch.is_range for part in parts for stretch in part.stretches)
    assert outcome(dataset, engine=Disorderly()) == outcome(dataset)


@pytest.mark.parametrize(("images", "num_parts"), [(1, 9), (7, 9), (8, 5), (14, 5), (1000, 1)])
def test_parts_are_whole_chunks(dataset: fo.Dataset, images: int, num_parts: int) -> None:
    for samples, is_range in ((dataset, True), (dataset.sort_by("rank", reverse=True), False)):
        parts = cut_into_parts(samples, images)
        stretches = [stretch for part in parts for stretch in part.stretches]
        assert len(parts) == num_parts
        assert [stretch.number for stretch in stretches] == list(range(9))
        assert [stretch.size for stretch in stretches] == [7] * 8 + [4]
        assert {stretch.is_range for stretch in stretches} == {is_range}
    assert [one for stretch in stretches for one in stretch.ids] == samples.values("_id")


def test_without_samples_there_is_one_part(make_dataset: Any) -> None:
    dataset = make_dataset()
    dataset.add_sample_field("ground_truth", fo.EmbeddedDocumentField, fo.Detections)
    dataset.add_sample_field("predictions", fo.EmbeddedDocumentField, fo.Detections)
    assert cut_into_parts(dataset, 10) == [Part(())]
    assert outcome(dataset, engine=Disorderly()) == outcome(dataset)
