"""Missing labels that no prediction shows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from odquality.core.log_odds import log_odds, logistic
from odquality.core.scenes import Boxes, Predictions, Scenes
from odquality.methods.calibrated.hidden import detector_weight, hidden_per_object
from odquality.methods.calibrated.scorer import Calibrated, CalibratedScorer
from odquality.methods.interface import learn

RIGHT = np.ones(1000)
FOUND = np.arange(1000) < 800
UNLABELLED = np.full(100, 0.9)
SHOWN = np.full(50, 0.8)


def test_as_large_a_share_is_hidden_as_of_the_labels_is_not_found():
    hidden = hidden_per_object(SHOWN, RIGHT, FOUND, UNLABELLED, beta=0.0)
    # Of 40 that are shown and some more, about a fifth is hidden.
    assert hidden * 90 == pytest.approx(40 * 200 / 800, rel=0.02)


def test_more_is_hidden_where_annotators_rather_miss_what_is_hard_to_see():
    hidden = [
        hidden_per_object(SHOWN, RIGHT, FOUND, UNLABELLED, beta=beta) for beta in (0.0, 0.5, 1.0)
    ]
    assert hidden[0] < hidden[1] < hidden[2]
    assert hidden_per_object(np.zeros(50), RIGHT, FOUND, UNLABELLED, beta=1.0) == 0


def test_nothing_is_hidden_where_nothing_is_missing_or_all_is_found():
    assert hidden_per_object(np.zeros(50), RIGHT, FOUND, UNLABELLED, beta=0.0) == 0
    assert hidden_per_object(SHOWN, RIGHT, np.ones(1000, bool), UNLABELLED, beta=0.0) == 0
    nothing = np.zeros(0)
    assert hidden_per_object(nothing, nothing, np.zeros(0, bool), nothing, beta=0.0) == 0


def test_many_small_probabilities_hide_nothing():
    doubtful = np.full(5000, 0.02)
    assert hidden_per_object(doubtful, RIGHT, FOUND, UNLABELLED, beta=0.0) == 0
    both = hidden_per_object(np.append(SHOWN, doubtful), RIGHT, FOUND, UNLABELLED, beta=0.0)
    assert both == hidden_per_object(SHOWN, RIGHT, FOUND, UNLABELLED, beta=0.0)


def test_a_label_of_nothing_that_is_not_found_says_nothing():
    doubted = np.where(FOUND, RIGHT, 0.5)
    sure = hidden_per_object(SHOWN, RIGHT, FOUND, UNLABELLED, beta=0.0)
    assert hidden_per_object(SHOWN, doubted, FOUND, UNLABELLED, beta=0.0) == pytest.approx(sure / 2)


@pytest.mark.parametrize(
    ("mean", "weight"), [(0.0, 0.0), (0.1, 1 / 242), (1.0, 0.125), (9.0, 0.405)]
)
def test_a_detector_is_believed_as_far_as_images_lack_several_labels(mean, weight):
    shown = np.full(20, mean / 2)
    assert detector_weight(shown, 10) == pytest.approx(weight)
    # Numbers of missing labels that are distributed geometrically.
    of_number = (mean / (mean + 1)) ** np.arange(500) / (mean + 1)
    assert of_number[2:].sum() / 2 == pytest.approx(weight)


def _two_observers(seen: float, labelled: float) -> tuple[Scenes, int]:
    """Scenes of 600 images with five objects each, and how many objects nobody has labelled.

    Detector and annotators find an object each by their own chance. The detector's confidences
    are a little too low, as is usual.
    """
    rng = np.random.default_rng(3)
    counts = np.full(600, 5)
    corner = np.tile(np.arange(5) * 100.0, 600)[:, None] + [0.0, 0.0]
    xyxy = np.hstack([corner, corner + 50])
    is_seen, is_labelled = rng.random(3000) < seen, rng.random(3000) < labelled
    objects = Boxes(xyxy, np.tile(np.arange(5) % 2, 600), counts)
    found = objects.where(is_seen)
    # Some predictions are of nothing.
    confidence = rng.uniform(0.05, 1, len(found))
    of_nothing = rng.random(len(found)) > logistic(0.4 + 1.2 * log_odds(confidence))
    shifted = found.xyxy + np.where(of_nothing, 1000, rng.uniform(-2, 2, len(found)))[:, None]
    predictions = Predictions(shifted, found.classes, found.counts, confidence)
    scenes = Scenes(objects.where(is_labelled), predictions, objects.where(np.zeros(3000, bool)))
    return scenes, int(np.count_nonzero(~is_labelled))


def _fitted(scenes: Scenes) -> CalibratedScorer:
    scorer = learn(Calibrated(), [scenes])
    assert isinstance(scorer, CalibratedScorer)
    return scorer


def test_missing_labels_are_counted_that_the_detector_has_missed_too():
    scenes, missing = _two_observers(seen=0.8, labelled=0.7)
    scores = _fitted(scenes).score(scenes)
    expected = scores.expected_errors["overlooked"].sum()
    shown = np.nansum(1 - scores.predictions["overlooked"])
    assert shown < 0.75 * missing
    assert expected == pytest.approx(missing, rel=0.25)


def test_images_with_more_unlabelled_objects_hide_more():
    scenes, _ = _two_observers(seen=0.8, labelled=0.7)
    scorer = _fitted(scenes)
    assert scorer.model.hidden > 0
    scores = scorer.score(scenes)
    nowhere = CalibratedScorer(replace(scorer.model, hidden=0.0)).score(scenes)
    predictions = scenes.predictions
    # In this data what has found no label may be a missing one.
    seen = np.where(np.isnan(scores.predictions["overlooked"]), 0.0, predictions.confidence)
    objects = np.bincount(predictions.image, seen, len(scenes))
    factor = np.exp(-scorer.model.hidden * objects)
    hiding = {"quality": factor**scores.clustering, "overlooked": factor}
    for name, less in hiding.items():
        np.testing.assert_allclose(scores.images[name], nowhere.images[name] * less)
    for name in ("swap", "badloc", "spurious", "duplicate"):
        np.testing.assert_array_equal(scores.images[name], nowhere.images[name])
    np.testing.assert_array_equal(
        scores.predictions["overlooked"], nowhere.predictions["overlooked"]
    )


def test_what_is_seen_in_ignored_regions_hides_as_much():
    scenes, _ = _two_observers(seen=0.8, labelled=0.7)
    scorer = CalibratedScorer(replace(_fitted(scenes).model, detector_weight=0.0))
    before = scorer.score(scenes)
    first, image = scenes.predictions.offsets[:2]
    assert np.isfinite(before.predictions["overlooked"][first:image]).any()
    # A region of a class that the detector does not know counts for all.
    counts = (np.arange(600) == 0).astype(np.int64)
    everywhere = Boxes(np.array([[-9e3, -9e3, 9e3, 9e3]]), np.array([9]), counts)
    ignoring = replace(scenes, ignored=everywhere)
    after = scorer.score(ignoring)
    assert np.isnan(after.predictions["overlooked"][first:image]).all()
    left = [scores.expected_errors["overlooked"][0] for scores in (before, after)]
    shown = np.nansum(1 - before.predictions["overlooked"][first:image])
    assert left[0] - left[1] == pytest.approx(shown)
    assert left[1] > 0


def test_labels_of_classes_that_the_detector_does_not_know_are_not_missed_by_it():
    scenes, _ = _two_observers(seen=0.8, labelled=0.7)
    labels = scenes.labels
    elsewhere = Boxes(labels.xyxy + 5000, np.full(len(labels), 7), labels.counts)
    rows = np.argsort(np.concatenate([labels.image, labels.image]), kind="stable")
    together = Boxes(
        np.concatenate([labels.xyxy, elsewhere.xyxy])[rows],
        np.concatenate([labels.classes, elsewhere.classes])[rows],
        2 * labels.counts,
    )
    hidden = _fitted(replace(scenes, labels=together)).model.hidden
    # What is learnt of the other labels changes a little.
    assert hidden == pytest.approx(_fitted(scenes).model.hidden, rel=0.2)


def test_what_a_detector_sees_beyond_the_probabilities_counts_for_the_number_alone():
    scenes, missing = _two_observers(seen=0.8, labelled=0.3)
    scorer = _fitted(scenes)
    assert 0.1 < scorer.model.detector_weight < 0.5
    plain = CalibratedScorer(replace(scorer.model, detector_weight=0.0)).score(scenes)
    scores = scorer.score(scenes)
    # In this data a prediction without a label overlaps none.
    right = np.nan_to_num(scores.predictions["overlooked"], nan=1.0)
    unlabelled = ~np.isnan(scores.predictions["overlooked"])
    seen = np.where(unlabelled, scenes.predictions.confidence, 0.0)
    beyond = scorer.model.detector_weight * np.maximum(seen - (1 - right), 0)
    by_image = np.bincount(scenes.predictions.image, beyond, len(scenes))
    np.testing.assert_allclose(
        scores.expected_errors["overlooked"], plain.expected_errors["overlooked"] + by_image
    )
    for name, values in plain.images.items():
        np.testing.assert_array_equal(scores.images[name], values)
    for name in ("swap", "badloc", "spurious", "duplicate"):
        np.testing.assert_array_equal(scores.expected_errors[name], plain.expected_errors[name])
    np.testing.assert_array_equal(scores.predictions["overlooked"], plain.predictions["overlooked"])
    assert scores.expected_errors["overlooked"].sum() == pytest.approx(missing, rel=0.25)
