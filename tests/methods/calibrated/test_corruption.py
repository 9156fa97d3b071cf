"""Each corruption does what it says to about a fifth of the labels, and nothing to the others."""

from __future__ import annotations

import numpy as np
import pytest

from odquality.core.geometry import box_iou
from odquality.kinds import KINDS
from odquality.methods.calibrated.corruption import DISPLACED_IOU, corrupt
from odquality.methods.calibrated.draws import image_keys

ADDED = ("spurious", "duplicate")


@pytest.fixture(params=KINDS)
def kind(request):
    return request.param


def _corrupt(scenes, kind, copy=0):
    return corrupt(scenes, image_keys(scenes, seed=1), kind, copy)


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
    assert corruption.scenes.predictions is clean.predictions


def test_copies_have_other_errors_and_the_same_copy_the_same(clean, kind):
    first, again, second = (_corrupt(clean, kind, copy) for copy in (0, 0, 1))
    np.testing.assert_array_equal(first.scenes.labels.xyxy, again.scenes.labels.xyxy)
    assert first.wrong.tolist() != second.wrong.tolist()


# The sizes of spurious labels come from all labels.
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "spurious"])
def test_images_are_corrupted_alike_in_any_order(clean, permute, kind):
    order = np.random.default_rng(2).permutation(len(clean))[:50]
    alone = _corrupt(permute(clean, order), kind).scenes.labels
    together = permute(_corrupt(clean, kind).scenes, order).labels
    np.testing.assert_array_equal(alone.xyxy, together.xyxy)
    np.testing.assert_array_equal(alone.classes, together.classes)


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
    assert np.ptp(iou) > 0.4


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
