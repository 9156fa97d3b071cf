"""Each injected error is what its kind says, and nothing else is changed."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from odquality.core.geometry import box_iou
from odquality.core.scenes import FloatArray, IntArray
from odquality.demo.errors import KINDS, ErrorKind, LabelError, inject_errors
from odquality.demo.scenes import CLASS_NAMES, Labels

IMAGES = 500
SIZE = (320, 240)


def _labels(rng: np.random.Generator) -> list[Labels]:
    """Up to six boxes per image, in random places."""
    result = []
    for _ in range(IMAGES):
        count = int(rng.integers(1, 7))
        corner = rng.uniform(0, (240, 160), (count, 2))
        xyxy = np.hstack([corner, corner + rng.uniform(15, 80, (count, 2))])
        result.append(Labels(xyxy, rng.integers(len(CLASS_NAMES), size=count)))
    return result


TRUTH = _labels(np.random.default_rng(0))
SIZES: IntArray = np.tile(np.array(SIZE), (IMAGES, 1))


def _inject(seed: int = 1, share: float = 0.2) -> tuple[list[Labels], list[LabelError]]:
    rng = np.random.default_rng(seed)
    return inject_errors(TRUTH, SIZES, len(CLASS_NAMES), rng, share)


def _of_kind(kind: ErrorKind) -> list[tuple[Labels, Labels, LabelError]]:
    """Inject everywhere; return true labels, new labels and record of each error of a kind."""
    new, errors = _inject(share=1.0)
    return [(TRUTH[e.image], new[e.image], e) for e in errors if e.kind == kind]


def _true_row(true: Labels, error: LabelError) -> int:
    """Row of the true box in the true labels; fails unless box and class are there once."""
    is_row = (true.xyxy == error.true_xyxy).all(axis=1) & (true.classes == error.true_class)
    (row,) = np.flatnonzero(is_row)
    return int(row)


def _iou(box: FloatArray, other: FloatArray) -> float:
    return float(box_iou(box[:, None], other[:, None])[0])


def test_share_and_kinds() -> None:
    """A fifth of the images get one error each, the kinds equally often."""
    _, errors = _inject()
    assert len({error.image for error in errors}) == len(errors) == 100
    assert Counter(error.kind for error in errors) == dict.fromkeys(KINDS, 20)
    assert [error.image for error in errors] == sorted(error.image for error in errors)
    assert _inject(share=0.0)[1] == []


def test_same_seed_same_errors() -> None:
    """Errors depend on the random state alone."""
    first, second, other = _inject(1), _inject(1), _inject(2)
    assert first[1] == second[1]
    assert first[1] != other[1]
    for one, two in zip(first[0], second[0], strict=True):
        np.testing.assert_array_equal(one.xyxy, two.xyxy)
        np.testing.assert_array_equal(one.classes, two.classes)


def test_other_images_and_the_input_stay_as_they_were() -> None:
    """Only the images on record change, and the input never does."""
    before = [Labels(true.xyxy.copy(), true.classes.copy()) for true in TRUTH]
    new, errors = _inject()
    for image in set(range(IMAGES)) - {error.image for error in errors}:
        assert new[image] is TRUTH[image]
    for true, copy in zip(TRUTH, before, strict=True):
        np.testing.assert_array_equal(true.xyxy, copy.xyxy)
        np.testing.assert_array_equal(true.classes, copy.classes)


def test_overlooked_drops_one_box() -> None:
    """The true box is gone, the others are as before."""
    for true, new, error in _of_kind("overlooked"):
        assert error.label is None
        row = _true_row(true, error)
        np.testing.assert_array_equal(new.xyxy, np.delete(true.xyxy, row, axis=0))
        np.testing.assert_array_equal(new.classes, np.delete(true.classes, row))


def test_swap_changes_one_class() -> None:
    """One class is another valid class, all boxes are as before."""
    for true, new, error in _of_kind("swap"):
        np.testing.assert_array_equal(new.xyxy, true.xyxy)
        assert np.flatnonzero(new.classes != true.classes).tolist() == [error.label]
        assert _true_row(true, error) == error.label
        assert 0 <= new.classes[error.label] < len(CLASS_NAMES)


def test_badloc_moves_one_box() -> None:
    """One box overlaps its true box too little."""
    for true, new, error in _of_kind("badloc"):
        np.testing.assert_array_equal(new.classes, true.classes)
        assert np.flatnonzero((new.xyxy != true.xyxy).any(axis=1)).tolist() == [error.label]
        row = _true_row(true, error)
        assert 0.4 <= _iou(new.xyxy[row], true.xyxy[row]) < 0.7


def test_spurious_adds_a_box_on_background() -> None:
    """The last box covers next to nothing of any true box."""
    for true, new, error in _of_kind("spurious"):
        assert (error.true_xyxy, error.true_class) == (None, None)
        assert error.label == len(true.xyxy) == len(new.xyxy) - 1
        np.testing.assert_array_equal(new.xyxy[:-1], true.xyxy)
        np.testing.assert_array_equal(new.classes[:-1], true.classes)
        assert all(_iou(new.xyxy[-1], box) < 0.1 for box in true.xyxy)


def test_duplicate_adds_a_close_copy() -> None:
    """The last box is nearly a box that is still there, of the same class."""
    for true, new, error in _of_kind("duplicate"):
        row = _true_row(true, error)
        assert error.label == len(true.xyxy) == len(new.xyxy) - 1
        np.testing.assert_array_equal(new.xyxy[:-1], true.xyxy)
        assert new.classes.tolist() == [*true.classes, error.true_class]
        assert 0.8 <= _iou(new.xyxy[-1], true.xyxy[row]) < 0.95


@pytest.mark.parametrize("kind", KINDS)
def test_boxes_stay_inside_the_image(kind: ErrorKind) -> None:
    """No box leaves the image or loses its extent."""
    for _, new, _ in _of_kind(kind):
        assert (new.xyxy >= 0).all()
        assert (new.xyxy[:, 2:] <= SIZE).all()
        assert (new.xyxy[:, 2:] > new.xyxy[:, :2]).all()
