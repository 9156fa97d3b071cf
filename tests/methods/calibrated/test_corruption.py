"""Each corruption does what it says to about a fifth of the labels, and nothing to the others."""

from __future__ import annotations

import numpy as np
import pytest

from odquality.core.geometry import box_iou
from odquality.kinds import KINDS
from odquality.methods.calibrated.canonical import canonical
from odquality.methods.calibrated.corruption import DISPLACED_IOU, corrupt

ADDED = ("spurious", "duplicate")


@pytest.fixture(params=KINDS)
def kind(request):
    return request.param


def _corrupt(scenes, kind, copies=1):
    return corrupt(scenes, canonical(scenes, seed=1).label_keys, kind, copies)


def test_about_a_fifth_is_wrong_and_the_rest_is_as_it_was(clean, kind):
    corruption = _corrupt(clean, kind)
    wrong, before, after = corruption.wrong, clean.labels, corruption.scenes.labels

    assert 0.15 < wrong.sum() / len(before) < 0.25
    if kind == "overlooked":
        before = before.take(np.flatnonzero(~wrong))
        kept = np.ones(len(after), bool)
    else:
        kept = ~wrong
        if kind not in ADDED:
            before = before.take(np.flatnonzero(kept))
    np.testing.assert_array_equal(after.xyxy[kept], before.xyxy)
    np.testing.assert_array_equal(after.classes[kept], before.classes)
    np.testing.assert_array_equal(after.image[kept], before.image)
    found, expected = corruption.scenes.predictions, clean.predictions
    np.testing.assert_array_equal(found.xyxy, expected.xyxy)
    np.testing.assert_array_equal(found.image, expected.image)


def test_copies_have_other_errors_and_the_same_copy_the_same(clean, kind):
    one, three = _corrupt(clean, kind), _corrupt(clean, kind, copies=3)
    number = len(clean)
    assert len(three.scenes) == 3 * number
    first, second = (
        three.scenes.of_images(np.arange(copy * number, (copy + 1) * number)).labels
        for copy in (0, 1)
    )
    np.testing.assert_array_equal(first.counts, one.scenes.labels.counts)
    if kind != "spurious":
        # The sizes of spurious labels come from all labels.
        np.testing.assert_array_equal(first.xyxy, one.scenes.labels.xyxy)
        np.testing.assert_array_equal(first.classes, one.scenes.labels.classes)
    same = np.array_equal(first.xyxy, second.xyxy) and np.array_equal(first.classes, second.classes)
    assert not same


def test_swapped_labels_get_every_other_class(clean):
    corruption = _corrupt(clean, "swap")
    old, new = clean.labels.classes, corruption.scenes.labels.classes
    wrong = corruption.wrong
    assert (old[wrong] != new[wrong]).all()
    assert len(set(zip(old[wrong].tolist(), new[wrong].tolist(), strict=True))) == 12


def test_one_class_cannot_be_swapped(make_scenes):
    scenes = make_scenes([(0, 0, 9, 9, 2)] * 30, [(0, 0, 9, 9, 2, 0.5)])
    assert not _corrupt(scenes, "swap").wrong.any()


def test_displaced_labels_still_overlap_their_object(clean):
    corruption = _corrupt(clean, "badloc")
    iou = box_iou(clean.labels.columns, corruption.scenes.labels.columns)[corruption.wrong]
    assert iou.min() >= DISPLACED_IOU[0]
    assert iou.max() < DISPLACED_IOU[1]
    assert np.ptp(iou) > 0.85 * (DISPLACED_IOU[1] - DISPLACED_IOU[0])


def test_spurious_labels_lie_within_the_image_in_usual_sizes(clean):
    corruption = _corrupt(clean, "spurious")
    added = corruption.scenes.labels.xyxy[corruption.wrong]
    assert added.min() > -60
    assert added.max() < 700
    usual = np.median(clean.labels.xyxy[:, 2] - clean.labels.xyxy[:, 0])
    assert 0.7 < np.median(added[:, 2] - added[:, 0]) / usual < 1.4


def test_duplicates_lie_on_a_label_of_their_class(clean):
    corruption = _corrupt(clean, "duplicate")
    labels = corruption.scenes.labels
    for row in np.flatnonzero(corruption.wrong):
        others = np.flatnonzero((labels.image == labels.image[row]) & ~corruption.wrong)
        copy = np.repeat(labels.xyxy[[row]].T, len(others), axis=1)
        iou = box_iou(copy, labels.columns[:, others])
        assert iou.max() > 0.5
        assert labels.classes[others[iou.argmax()]] == labels.classes[row]


def test_labels_without_area_are_not_displaced(make_scenes):
    scenes = make_scenes([(5, 5, 5, 5, 0)] * 30 + [(0, 0, 9, 9, 0)], [])
    assert not _corrupt(scenes, "badloc").wrong[:30].any()
