"""What is held against what: truth at image and box level, and sharing work between variants."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.accuracy.baselines import score_simply
from benchmarks.accuracy.data import DetectionData, make_predictions
from benchmarks.accuracy.evaluation import (
    evaluate,
    is_candidate,
    label_truth,
    matches,
    object_shown,
)
from benchmarks.accuracy.files import load_dataset
from benchmarks.accuracy.reliability import reliability_curve
from benchmarks.accuracy.scenarios import Scenario
from benchmarks.accuracy.suspicion import Suspicion
from benchmarks.accuracy.variants import score_variants
from devtools.real_data import DATA_FOLDER
from odquality.core.scenes import Boxes
from odquality.kinds import ANY, KINDS, LABEL_KINDS

SCENARIO = Scenario("boxes", "mixed", share=0.04)


def make_data() -> DetectionData:
    """200 images with up to five labels, each found again a little off, and some noise."""
    rng = np.random.default_rng(0)
    image = np.repeat(np.arange(200), rng.integers(0, 6, 200))
    corner = rng.uniform(0, 300, (len(image), 2))
    xyxy = np.hstack([corner, corner + rng.uniform(30, 150, corner.shape)])
    classes = rng.integers(3, size=len(image))
    labels = Boxes(xyxy, classes, np.bincount(image, minlength=200))
    found = rng.random(len(image)) < 0.9
    noise = rng.uniform(0, 200, (100, 2))
    predictions = make_predictions(
        np.concatenate([image[found], rng.integers(200, size=100)]),
        np.concatenate([xyxy[found] + 1, np.hstack([noise, noise + 40])]),
        np.concatenate([classes[found], rng.integers(3, size=100)]),
        rng.uniform(0.2, 1, found.sum() + 100),
        200,
    )
    sizes = np.full((200, 2), 460.0)
    return DetectionData(
        "made", ("a", "b", "c"), sizes, labels, np.zeros(len(image), bool), predictions
    )


DATA = make_data()
CORRUPTED = SCENARIO.inject(DATA, 1)
SPOILED = DATA.with_labels(CORRUPTED.labels, CORRUPTED.iscrowd)


def test_knowing_the_truth_ranks_perfectly() -> None:
    errors = CORRUPTED.errors
    images = {
        kind: np.isin(np.arange(200), errors.image[errors.of_kind(kind)]).astype(float)
        for kind in (ANY, *KINDS)
    }
    labels = {kind: label_truth(CORRUPTED, kind)[0].astype(float) for kind in (ANY, *LABEL_KINDS)}
    dropped = matches(DATA.predictions, errors.dropped(200)).astype(float)
    rankings = evaluate(SPOILED, CORRUPTED, Suspicion(images, labels, dropped))
    assert set(rankings) == {(level, kind) for level in ("image", "box") for kind in (ANY, *KINDS)}
    for ranking in rankings.values():
        assert ranking.auroc == ranking.average_precision == ranking.precision_at_t == 1


def test_label_truth_leaves_out_originals_other_kinds_and_crowds() -> None:
    crowd = np.zeros(len(CORRUPTED.labels), bool)
    crowd[np.setdiff1d(np.arange(len(crowd)), CORRUPTED.errors.row)[0]] = True
    wrong, counts = label_truth(replace(CORRUPTED, iscrowd=crowd), "duplicate")
    errors = CORRUPTED.errors
    copies = errors.kind == "duplicate"
    assert sorted(np.flatnonzero(wrong)) == sorted(errors.row[copies])
    assert not counts[errors.source_row[copies]].any()
    assert not counts[errors.row[errors.kind == "swap"]].any()
    assert not counts[crowd].any()
    assert counts[wrong].all()


def test_candidates_are_confident_and_matched_by_no_label_of_their_class() -> None:
    labels = Boxes(np.array([[0.0, 0, 10, 10]]), np.array([1]), np.array([1]))
    boxes = np.array([[0.0, 0, 10, 10], [0, 0, 10, 10], [0, 0, 10, 4], [0, 0, 10, 4]])
    predictions = make_predictions(
        np.zeros(4, np.int64),
        boxes,
        np.array([0, 1, 1, 1]),
        np.array([0.9, 0.9, 0.9, 0.01]),
        1,
    )
    assert is_candidate(labels, predictions).tolist() == [True, False, True, False]
    assert matches(predictions, labels).tolist() == [False, True, False, False]


def test_a_prediction_shows_the_object_that_it_overlaps_most() -> None:
    boxes = np.array([[0.0, 0, 10, 10], [0, 0, 10, 8], [0, 0, 10, 9]])
    objects = Boxes(boxes, np.array([0, 0, 1]), np.array([3]))
    predictions = make_predictions(
        np.zeros(3, np.int64),
        np.array([[0.0, 0, 10, 9.5], [0, 0, 10, 7], [50, 50, 60, 60]]),
        np.zeros(3, np.int64),
        np.full(3, 0.9),
        1,
    )
    assert object_shown(predictions, objects).tolist() == [0, 1, -1]


def test_variants_score_as_if_alone() -> None:
    variants = [CORRUPTED, Scenario("images", "swap", ("swap",)).inject(DATA, 2)]
    for corrupted, shared in zip(
        variants, score_variants(score_simply, DATA, variants), strict=True
    ):
        alone = score_simply(DATA.with_labels(corrupted.labels, corrupted.iscrowd))
        assert np.array_equal(shared.predictions, alone.predictions)
        for kind in (ANY, *KINDS):
            assert np.array_equal(shared.images[kind], alone.images[kind])
        for kind in (ANY, *LABEL_KINDS):
            assert np.array_equal(shared.labels[kind], alone.labels[kind])


def test_public_form_keeps_the_order_of_predictions() -> None:
    by_class = np.concatenate([array for image in DATA.predictions_by_class() for array in image])
    assert np.array_equal(by_class[:, :4], DATA.predictions.xyxy)


def test_reliability_of_true_probabilities_lies_on_the_diagonal() -> None:
    rng = np.random.default_rng(0)
    probability = rng.random(100_000)
    curve = reliability_curve(rng.random(100_000) < probability, probability)
    assert [each.low for each in curve] == pytest.approx(np.arange(10) / 10)
    assert sum(each.count for each in curve) == 100_000
    for each in curve:
        assert each.error_share == pytest.approx(each.mean_probability, abs=0.02)


def test_reliability_leaves_out_what_is_not_scored() -> None:
    (only,) = reliability_curve(np.array([True, False, True]), np.array([1.0, np.nan, 0.95]))
    assert (only.low, only.high, only.count, only.error_share) == (0.9, 1.0, 2, 1.0)


def test_absent_data_is_said_to_be_absent(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="ODQUALITY_DATA"):
        load_dataset("voc", tmp_path)
    with pytest.raises(ValueError, match="expected one of 'voc', 'bccd'"):
        load_dataset("coco", tmp_path)


@pytest.mark.skipif(not DATA_FOLDER.is_dir(), reason=f"the data are not at {DATA_FOLDER}")
def test_voc_difficult_labels_are_regions_and_class_probabilities_are_passed_on() -> None:
    voc = load_dataset("voc", DATA_FOLDER)
    regions = np.concatenate([label["iscrowd"] for label in voc.label_dicts()])
    assert regions.sum() == 2_944
    corrupted = Scenario("boxes", "mixed", share=0.05).inject(voc, 0)
    assert corrupted.iscrowd.sum() == 2_944
    assert not corrupted.iscrowd[corrupted.errors.row[corrupted.errors.row >= 0]].any()
    rows = np.concatenate(voc.prediction_rows())
    assert rows.shape == (86_065, 25)
    assert np.array_equal(rows[:, 5:].argmax(1), voc.predictions.classes)
    few = voc.of_images(np.array([7, 3]))
    assert np.array_equal(few.prediction_rows()[1], voc.prediction_rows()[3])
