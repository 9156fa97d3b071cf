"""Chunks of the public form are what the whole is, however many images they hold."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import odquality
from odquality.arrays.image_lists import ImageLists
from odquality.arrays.quality import score_all
from odquality.core.scenes import Scenes
from odquality.methods.interface import learn
from odquality.methods.objectlab.scorer import ObjectLab
from tests.arrays.scenes import labels_of, random_scenes, rows_of, to_rows

BOX = [10.0, 10.0, 60.0, 60.0]


def scores(labels: Any, predictions: Any, images_per_chunk: int) -> Any:
    data = ImageLists(labels, predictions, images_per_chunk=images_per_chunk)
    return score_all(learn(ObjectLab(), data.scenes()), data, "objectlab")


@pytest.mark.parametrize("layout", [list, to_rows])
@pytest.mark.parametrize("images_per_chunk", [1, 7, 500])
def test_chunks_do_not_change_scores(layout: Any, images_per_chunk: int) -> None:
    labels, predictions = random_scenes(2, 40)
    whole = scores(labels, layout(predictions), 40)
    found = scores(labels, layout(predictions), images_per_chunk)
    for name, values in whole.scores.items():
        assert found.scores[name].tolist() == values.tolist()
    for by_kind, expected in (
        (found.label_scores, whole.label_scores),
        (found.prediction_scores, whole.prediction_scores),
    ):
        for kind, per_image in expected.items():
            for one, other in zip(by_kind[kind], per_image, strict=True):
                np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("images_per_chunk", [1, 2])
@pytest.mark.parametrize(
    "empty", [[], np.empty((0, 5)), np.empty((0, 4)), np.empty((0, 6)), np.empty((0, 8))], ids=str
)
def test_an_empty_image_is_legal_in_a_chunk_of_its_own(empty: Any, images_per_chunk: int) -> None:
    labels = labels_of([(BOX, 1)], [(BOX, 1)])
    found = scores(labels, [empty, rows_of((BOX, 1, 0.9))], images_per_chunk)
    assert found.scores["quality"] == pytest.approx(1.0)


@pytest.mark.parametrize("images_per_chunk", [1, 2])
def test_an_empty_image_among_per_class_arrays(images_per_chunk: int) -> None:
    labels = labels_of([(BOX, 1)], [(BOX, 1)])
    image = [np.empty((0, 5)), np.array([[*BOX, 0.9]])]
    found = scores(labels, [image, np.empty((0, 5))], images_per_chunk)
    assert found.scores["quality"] == pytest.approx(1.0)


@pytest.mark.parametrize("images_per_chunk", [1, 2])
def test_layouts_may_not_mix_across_chunks(images_per_chunk: int) -> None:
    labels = labels_of([(BOX, 1)], [(BOX, 1)])
    image = [np.empty((0, 5)), np.array([[*BOX, 0.9]]), np.empty((0, 5))]
    with pytest.raises(ValueError, match=r"predictions\[1\] .* unlike the images before it"):
        scores(labels, [image, rows_of((BOX, 1, 0.9))], images_per_chunk)


def test_ignored_labels_stand_apart() -> None:
    labels = labels_of([(BOX, 1), (BOX, 2)], [(BOX, 0)])
    labels[0]["iscrowd"] = [True, False]
    (chunk,) = ImageLists(labels, [[], []])
    assert chunk.scenes.labels.classes.tolist() == [2, 0]
    assert chunk.scenes.ignored.classes.tolist() == [1]
    assert chunk.label_rows.tolist() == [1, 2]
    assert chunk.label_counts.tolist() == [2, 1]


def test_sizes_of_the_images_follow_the_chunks() -> None:
    sizes = [[10, 20], [30, 40], [50, 60]]
    data = ImageLists(labels_of([], [], []), [[]] * 3, image_sizes=sizes, images_per_chunk=2)
    found = [scenes.image_sizes.tolist() for scenes in data.scenes()]
    assert found == [sizes[:2], sizes[2:]]


def test_no_images_are_one_empty_chunk() -> None:
    (chunk,) = ImageLists([], [])
    assert len(chunk.scenes) == 0


@pytest.mark.parametrize("method", ["objectlab", "calibrated"])
@pytest.mark.parametrize("named", ["labels", "predictions"])
def test_labels_and_predictions_are_in_one_unit(method: str, named: str) -> None:
    labels, predictions = random_scenes(2, 40)
    rows = to_rows(predictions)
    if named == "labels":
        labels = [{**label, "bboxes": label["bboxes"] / 1000} for label in labels]
    else:
        rows = [image / ([1000.0] * 4 + [1.0] * (image.shape[1] - 4)) for image in rows]
    with pytest.raises(ValueError, match=rf"^{named}: .* normalised to \[0, 1\]; expected pixels"):
        odquality.score_labels(labels, rows, method=method)


def test_predictions_have_alternatives_in_the_rows_layout_alone() -> None:
    labels, per_class = random_scenes(3, 12)
    rows = to_rows(per_class)
    for found, wanted, width in (
        (rows, True, 2),
        (rows, False, 0),
        (per_class, True, 0),
        ([[]] * 12, True, 0),
    ):
        data = ImageLists(labels, found, alternatives=wanted, images_per_chunk=5)
        predictions = Scenes.join(list(data.scenes())).predictions
        assert predictions.alternatives.shape == (len(predictions), width)
        assert not predictions.alternative_confidence.any()
