"""Each piece of evidence, on scenes small enough to work out by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from odquality.core.scenes import Scenes
from odquality.methods.calibrated.evidence import Evidence, gather_evidence
from odquality.methods.calibrated.expectation import NOTHING_EXPECTED, Expectation
from odquality.methods.calibrated.support import height

BOX = (0, 0, 10, 10)
# IoU with BOX: 1/3.
HALF_OVER = (5, 0, 15, 10)
ALL_CLASSES = (0, 1)


def gather(scenes: Scenes, detected: tuple[int, ...] = ALL_CLASSES) -> Evidence:
    return gather_evidence(scenes, detected, NOTHING_EXPECTED)


def test_support_is_confidence_times_iou_of_the_labels_class(make_scenes):
    scenes = make_scenes([(*BOX, 0)], [(*HALF_OVER, 0, 0.6), (*BOX, 1, 0.9)])
    evidence = gather(scenes)

    assert evidence.labels["support"][0] == pytest.approx(0.6 / 3)
    assert evidence.labels["tight_support"][0] == pytest.approx(0.6 / 27)
    assert evidence.rows["support"].tolist() == [0]


def test_contradiction_comes_from_the_prediction_that_fits_the_label(make_scenes):
    scenes = make_scenes([(*BOX, 0)], [(*BOX, 1, 0.9)])
    evidence = gather(scenes)
    assert evidence.labels["contradiction"][0] == pytest.approx(0.9)
    assert evidence.rows["contradiction"].tolist() == [0]


def test_a_prediction_that_fits_its_own_label_contradicts_no_neighbour(make_scenes):
    scenes = make_scenes([(*HALF_OVER, 0), (*BOX, 1)], [(*BOX, 1, 0.9)])
    evidence = gather(scenes)
    assert evidence.labels["contradiction"][0] == 0
    assert evidence.rows["contradiction"][0] == -1


def test_class_support_counts_what_else_a_prediction_may_be_of(make_scenes):
    scenes = make_scenes([(*BOX, 0), (100, 0, 110, 10, 2)], [(*HALF_OVER, 1, 0.9)])
    predictions = replace(
        scenes.predictions,
        alternatives=np.array([[2, 0]]),
        alternative_confidence=np.array([[0.5, 0.3]]),
    )
    evidence = gather(replace(scenes, predictions=predictions))
    assert evidence.labels["class_support"].tolist() == pytest.approx([0.3 / 3, 0])
    assert evidence.rows["class_support"].tolist() == [0, -1]
    assert evidence.labels["support"].tolist() == [0, 0]
    assert gather(scenes).labels["class_support"].tolist() == [0, 0]


def test_close_support_is_the_confidence_of_what_fits_well(make_scenes):
    def close_support(prediction):
        scenes = make_scenes([(*BOX, 0)], [(*prediction, 0, 0.9)])
        return gather(scenes).labels["close_support"][0]

    assert close_support(BOX) == close_support((0, 0, 10, 7)) == 0.9
    assert close_support((0, 0, 10, 6.9)) == 0


def test_fair_support_is_by_a_prediction_of_the_labels_own(make_scenes):
    near = (0, 0, 10, 9)
    evidence = gather(make_scenes([(*BOX, 0), (*near, 0)], [(*BOX, 0, 0.8)]))
    assert evidence.labels["support"].tolist() == pytest.approx([0.8, 0.8 * 0.9])
    assert evidence.labels["fair_support"].tolist() == pytest.approx([0.8, 0.3 * 0.8 * 0.9**3])


def test_shortfall_is_what_the_height_of_support_lacks_to_what_is_expected(make_scenes):
    scenes = make_scenes([(*BOX, 0), (50, 0, 60, 10, 0)], [(*BOX, 0, 0.9), (50, 0, 60, 9, 0, 0.01)])
    expectation = Expectation(areas=(1.0, 1.0), crowding=0.0, intercept=0.7)
    evidence = gather_evidence(scenes, ALL_CLASSES, expectation).labels
    well, hardly = evidence["shortfall"]
    assert well == 0
    assert hardly == pytest.approx(0.7 - height(np.array([0.009]))[0])
    assert gather(scenes).labels["shortfall"].tolist() == [0, 0]


def test_a_large_label_without_support_is_more_suspicious_than_a_small_one(make_scenes):
    scenes = make_scenes([(0, 0, 2, 2, 0), (50, 0, 60, 10, 0), (80, 0, 90, 10, 0)], [])
    scenes = replace(scenes, predictions=make_scenes([], [(80, 0, 90, 10, 0, 1.0)]).predictions)
    expectation = Expectation(areas=(4.0, 100.0), crowding=0.0)
    found = gather_evidence(scenes, ALL_CLASSES, expectation).labels["unsupported_size"]
    assert found.tolist() == pytest.approx([0, 1, 0])


def test_displacement_is_largest_for_half_overlap_and_zero_for_a_perfect_fit(make_scenes):
    def displacement(prediction):
        scenes = make_scenes([(*BOX, 0)], [(*prediction, 0, 1.0)])
        return gather(scenes).labels["displacement"][0]

    assert displacement(BOX) == 0
    assert displacement((0, 0, 10, 20)) == pytest.approx(1)
    assert displacement((0, 0, 10, 11)) < displacement((0, 0, 10, 15)) < 1


def test_repetition_is_the_iou_and_slightly_more_for_the_label_with_less_support(make_scenes):
    scenes = make_scenes([(*BOX, 0), (0, 0, 10, 8, 0), (*BOX, 1)], [(*BOX, 0, 0.9)])
    evidence = gather(scenes)
    better, worse, other_class = evidence.labels["repetition"]

    assert worse == pytest.approx(0.8)
    assert 0.75 < better < worse
    assert other_class == 0
    assert evidence.rows["repetition"].tolist() == [1, 0, -1]


def test_unclaimed_is_the_confidence_where_no_label_is(make_scenes):
    scenes = make_scenes([(*BOX, 0)], [(100, 0, 110, 10, 0, 0.7), (*HALF_OVER, 1, 0.6)])
    evidence = gather(scenes)

    np.testing.assert_allclose(evidence.unclaimed, [0.7, 0.6 * (1 - (1 / 3) ** 2)])
    assert evidence.candidate.all()


@pytest.mark.parametrize(("predicted", "same_iou"), [(0, 0.5), (1, 1.0)])
def test_the_more_a_label_overlaps_a_prediction_the_less_is_unclaimed(
    make_scenes, predicted, same_iou
):
    tops = np.linspace(10, 0, 41)
    iou = (10 - tops) / (10 + tops)
    unclaimed = np.array(
        [
            gather(make_scenes([(*BOX, 0)], [(0, top, 10, top + 10, predicted, 0.6)])).unclaimed[0]
            for top in tops.tolist()
        ]
    )
    inside = (1 - tops / 10) if predicted == 0 else np.zeros(41)
    expected = 0.6 * (1 - np.minimum(iou / same_iou, 1) ** 2) * (1 - inside**4)
    np.testing.assert_allclose(unclaimed, expected, atol=1e-12)
    assert (np.diff(unclaimed) <= 0).all()
    # Two objects may well overlap a little; a box that is the label's shows no other one.
    assert unclaimed[iou < 0.2].min() > 0.5
    assert unclaimed[iou >= same_iou].max() == 0


def test_a_part_of_a_labelled_object_is_not_unclaimed(make_scenes):
    scenes = make_scenes([(*BOX, 0)], [(1, 1, 4, 4, 0, 0.9), (1, 1, 4, 4, 1, 0.9)])
    of_its_class, of_another = gather(scenes).unclaimed
    assert of_its_class == pytest.approx(0)
    assert of_another == pytest.approx(0.9 * (1 - 0.09**2))


def test_a_prediction_that_has_found_its_label_is_no_candidate(make_scenes):
    # The second prediction has an IoU of exactly .5.
    predictions = [(*BOX, 0, 0.9), (0, 0, 10, 20, 0, 0.9), (*BOX, 1, 0.9)]
    evidence = gather(make_scenes([(*BOX, 0)], predictions))
    assert evidence.candidate.tolist() == [False, False, True]
    assert evidence.unlabelled.tolist() == [False, False, True]


def test_predictions_mostly_in_an_ignored_region_are_no_candidates(make_scenes):
    predictions = [(0, 0, 10, 10, 0, 0.9), (95, 0, 115, 10, 0, 0.9), (85, 0, 115, 10, 0, 0.9)]
    scenes = make_scenes([], predictions, ignored=[(0, 0, 100, 50, 0)])
    evidence = gather(scenes)
    assert evidence.candidate.tolist() == [False, True, False]
    assert evidence.unlabelled.all()


def test_a_crowd_counts_for_its_class_and_dont_care_for_all(make_scenes):
    scenes = make_scenes([], [(0, 0, 10, 10, 0, 0.9)], ignored=[(0, 0, 100, 50, 1)])
    assert gather(scenes, (0, 1)).candidate.tolist() == [True]
    assert gather(scenes, (0,)).candidate.tolist() == [False]


def test_images_without_anything_have_no_evidence(make_scenes):
    evidence = gather(make_scenes([], []), ())
    assert all(len(values) == 0 for values in evidence.labels.values())
    assert len(evidence.unclaimed) == 0
