"""Each injected error is what its kind says, and nothing else is changed."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import odquality
from odquality.core.geometry import box_iou
from odquality.core.pairs import iter_pairs
from odquality.core.scenes import Boxes, FloatArray, IntArray
from odquality.demo.injection.labels import Corrupted, TrueLabels
from odquality.demo.injection.protocols import inject_by_boxes, inject_by_images
from odquality.demo.injection.settings import Settings
from odquality.demo.injection.wrong_boxes import pasted_boxes
from odquality.kinds import KINDS

IMAGES, CLASSES = 300, 4


def make_labels(seed: int = 0) -> TrueLabels:
    """Up to six labels per image, some of them regions to ignore."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(200, 500, (IMAGES, 2)).astype(float)
    image = np.repeat(np.arange(IMAGES), rng.integers(0, 7, IMAGES))
    corner = rng.uniform(0, sizes[image] * 0.6)
    side = rng.uniform(0.05, 0.4, corner.shape) * sizes[image]
    classes = rng.integers(CLASSES, size=len(image))
    return TrueLabels(
        Boxes(np.hstack([corner, corner + side]), classes, np.bincount(image, minlength=IMAGES)),
        iscrowd=rng.random(len(image)) < 0.1,
        image_sizes=sizes,
        num_classes=CLASSES,
    )


TRUE = make_labels()
REVIEWED = int((~TRUE.iscrowd).sum())


def by_images(kinds: tuple[str, ...] = KINDS, settings: Settings | None = None) -> Corrupted:
    return inject_by_images(TRUE, np.random.default_rng(1), kinds=kinds, settings=settings)


def ious(first: FloatArray, second: FloatArray) -> FloatArray:
    return box_iou(first.T, second.T)


def label_set(corrupted: Corrupted) -> Counter[tuple[float, ...]]:
    return rows_of(corrupted.labels.image, corrupted.labels.xyxy, corrupted.labels.classes)


def rows_of(*columns: FloatArray | IntArray) -> Counter[tuple[float, ...]]:
    return Counter(map(tuple, np.column_stack(columns).tolist()))


def largest_iou(boxes: Boxes, others: Boxes) -> FloatArray:
    """Largest IoU of each box with any other of its image, (n,)."""
    result = np.zeros(len(boxes))
    for row, other in iter_pairs(boxes.counts, others.counts):
        np.maximum.at(result, row, box_iou(boxes.xyxy[row].T, others.xyxy[other].T))
    return result


ORIGINAL = rows_of(TRUE.boxes.image, TRUE.boxes.xyxy, TRUE.boxes.classes)


def test_by_images_makes_one_error_in_a_fifth_of_the_images() -> None:
    errors = by_images().errors
    assert len(np.unique(errors.image)) == len(errors) == 60
    assert Counter(errors.kind.tolist()) == dict.fromkeys(KINDS, 12)
    assert (np.diff(errors.image) > 0).all()


def test_by_boxes_makes_each_kind_in_a_share_of_the_boxes() -> None:
    corrupted = inject_by_boxes(TRUE, np.random.default_rng(2))
    expected = round(0.05 * REVIEWED)
    assert Counter(corrupted.errors.kind.tolist()) == dict.fromkeys(KINDS, expected)
    told = corrupted.errors.row[corrupted.errors.row >= 0]
    assert len(np.unique(told)) == len(told) == 4 * expected


def test_by_boxes_spoils_no_box_twice() -> None:
    corrupted = inject_by_boxes(TRUE, np.random.default_rng(2), share=0.2)
    dropped, added = corrupted.errors.of_kind("overlooked"), KINDS[3:]
    changed = sum((ORIGINAL - label_set(corrupted)).values())
    assert changed == 3 * dropped.sum()
    assert sum((label_set(corrupted) - ORIGINAL).values()) == (2 + len(added)) * dropped.sum()


def test_too_many_errors_are_refused() -> None:
    with pytest.raises(ValueError, match="exceed all boxes"):
        inject_by_boxes(TRUE, np.random.default_rng(0), share=0.3)


@pytest.mark.parametrize("inject", [inject_by_boxes, inject_by_images])
def test_the_same_seed_gives_the_same_errors(inject: Callable[..., Corrupted]) -> None:
    first, again, other = (inject(TRUE, np.random.default_rng(seed)) for seed in (3, 3, 4))
    assert np.array_equal(first.labels.xyxy, again.labels.xyxy)
    assert np.array_equal(first.labels.classes, again.labels.classes)
    assert np.array_equal(first.errors.row, again.errors.row)
    assert not np.array_equal(first.errors.image, other.errors.image)


def test_overlooked_objects_are_gone_and_nothing_else() -> None:
    corrupted = by_images(("overlooked",))
    errors = corrupted.errors
    gone = rows_of(errors.image, errors.true_xyxy, errors.true_class)
    assert label_set(corrupted) == ORIGINAL - gone
    assert sum(gone.values()) == 60
    assert (errors.row == -1).all()
    dropped = errors.dropped(IMAGES)
    assert rows_of(dropped.image, dropped.xyxy, dropped.classes) == gone


def test_swapped_labels_keep_their_box_and_change_their_class() -> None:
    corrupted = by_images(("swap",))
    errors, labels = corrupted.errors, corrupted.labels
    assert (labels.image[errors.row] == errors.image).all()
    assert np.array_equal(labels.xyxy[errors.row], errors.true_xyxy)
    assert (labels.classes[errors.row] != errors.true_class).all()
    assert labels.classes.max() < CLASSES
    assert sum((ORIGINAL - label_set(corrupted)).values()) == 60


@pytest.mark.parametrize("iou_range", [(0.4, 0.7), (0.7, 0.85), (0.2, 0.4)])
def test_shifted_labels_keep_their_class_and_an_iou_in_the_range(
    iou_range: tuple[float, float],
) -> None:
    corrupted = by_images(("badloc",), Settings(shift_iou=iou_range, shift_spread=0.25))
    errors, labels = corrupted.errors, corrupted.labels
    iou = ious(labels.xyxy[errors.row], errors.true_xyxy)
    assert ((iou_range[0] <= iou) & (iou < iou_range[1])).all()
    assert np.array_equal(labels.classes[errors.row], errors.true_class)
    assert (labels.xyxy[errors.row, 2:] <= TRUE.image_sizes[errors.image]).all()


@pytest.mark.parametrize("side", [(0.1, 0.5), (0.03, 0.1)])
def test_spurious_labels_are_added_where_no_label_is(side: tuple[float, float]) -> None:
    corrupted = by_images(("spurious",), Settings(spurious_side=side, spurious_iou=0.3))
    errors, labels = corrupted.errors, corrupted.labels
    added = labels.take(np.sort(errors.row))
    assert sum((label_set(corrupted) - ORIGINAL).values()) == 60
    assert not ORIGINAL - label_set(corrupted)
    assert largest_iou(added, TRUE.boxes).max() < 0.3
    shares = (added.xyxy[:, 2:] - added.xyxy[:, :2]) / TRUE.image_sizes[added.image]
    assert ((side[0] - 1e-9 <= shares) & (shares <= side[1] + 1e-9)).all()
    assert np.isnan(errors.true_xyxy).all()


def test_spurious_labels_of_the_sizes_of_labels() -> None:
    corrupted = by_images(("spurious",), Settings(spurious_side=None))
    wrong = corrupted.labels.xyxy[corrupted.errors.row]
    widths = TRUE.boxes.xyxy[:, 2] - TRUE.boxes.xyxy[:, 0]
    nearest = np.abs((wrong[:, 2] - wrong[:, 0])[:, None] - widths).min(axis=1)
    assert np.mean(nearest < 1e-9) > 0.9


def test_duplicates_lie_on_their_originals() -> None:
    corrupted = by_images(("duplicate",))
    errors, labels = corrupted.errors, corrupted.labels
    iou = ious(labels.xyxy[errors.row], labels.xyxy[errors.source_row])
    assert ((iou >= 0.8) & (iou < 1)).all()
    assert np.array_equal(labels.classes[errors.row], labels.classes[errors.source_row])
    assert (labels.image[errors.row] == labels.image[errors.source_row]).all()
    assert not ORIGINAL - label_set(corrupted)


def test_regions_to_ignore_stay_as_they_are() -> None:
    corrupted = inject_by_boxes(TRUE, np.random.default_rng(5), share=0.2)
    before = TRUE.boxes.take(np.flatnonzero(TRUE.iscrowd))
    after = corrupted.labels.take(np.flatnonzero(corrupted.iscrowd))
    assert np.array_equal(before.xyxy, after.xyxy)
    assert np.array_equal(before.image, after.image)


def test_a_single_class_cannot_be_swapped() -> None:
    true = replace(TRUE, num_classes=1)
    with pytest.raises(ValueError, match="only one class"):
        inject_by_images(true, np.random.default_rng(0), kinds=("swap",))


def test_an_impossible_shift_is_refused() -> None:
    with pytest.raises(ValueError, match="no shift of the box"):
        by_images(("badloc",), Settings(shift_iou=(0.4, 0.4)))


@pytest.mark.parametrize("pasted", [0.0, 1.0])
def test_a_spurious_box_without_room_shrinks(pasted: float) -> None:
    whole = Boxes(np.tile([0.0, 0, 100, 100], (3, 1)), np.zeros(3, np.int64), np.ones(3, np.int64))
    full = TrueLabels(whole, np.zeros(3, bool), np.full((3, 2), 100.0), num_classes=2)
    settings = Settings(spurious_side=(0.9, 1.0), spurious_pasted=pasted)
    corrupted = inject_by_images(
        full, np.random.default_rng(0), kinds=("spurious",), share=1, settings=settings
    )
    wrong = corrupted.labels.xyxy[corrupted.errors.row]
    assert ((wrong[:, 2:] - wrong[:, :2]).prod(axis=1) < 0.5 * 100**2).all()
    assert (wrong >= 0).all()
    assert (wrong <= 100).all()


def test_pasted_labels_are_labels_of_other_images_in_their_place() -> None:
    corrupted = by_images(("spurious",), Settings(spurious_pasted=1.0, spurious_iou=0.2))
    errors, labels = corrupted.errors, corrupted.labels
    assert not ORIGINAL - label_set(corrupted)
    assert sum((label_set(corrupted) - ORIGINAL).values()) == 60
    assert largest_iou(labels.take(errors.row), TRUE.boxes).max() < 0.2
    assert (errors.true_class == -1).all()

    reviewed = TRUE.boxes.take(np.flatnonzero(~TRUE.iscrowd))
    places = reviewed.xyxy / np.tile(TRUE.image_sizes[reviewed.image], 2)
    pasted = labels.xyxy[errors.row] / np.tile(TRUE.image_sizes[errors.image], 2)
    same = np.isclose(pasted[:, None], places, rtol=0, atol=1e-9).all(axis=2)
    assert (same.sum(axis=1) == 1).all()
    donor = same.argmax(axis=1)
    assert len(set(donor.tolist())) > 50
    assert (reviewed.image[donor] != errors.image).all()
    assert np.array_equal(reviewed.classes[donor], labels.classes[errors.row])


def test_a_share_of_the_spurious_labels_is_pasted() -> None:
    settings = Settings(spurious_pasted=0.25, spurious_side=(0.011, 0.013))
    corrupted = by_images(("spurious",), settings)
    wrong = corrupted.labels.xyxy[corrupted.errors.row]
    sizes = TRUE.image_sizes[corrupted.errors.image]
    tiny = ((wrong[:, 2:] - wrong[:, :2]) / sizes < 0.0131).all(axis=1)
    assert np.count_nonzero(~tiny) == 15
    # Neither the first images nor the last ones get them.
    assert len(set(np.diff(np.flatnonzero(~tiny)).tolist())) > 1


def test_donors_are_drawn_from_all_other_images_alike() -> None:
    counts = np.array([1, 3, 0, 2])
    side = np.arange(1.0, 7)
    # Labels of different sizes, none of which overlaps another's place.
    xyxy = np.stack([10 * side, 10 * side, 10 * side + side, 10 * side + side], axis=1)
    true = TrueLabels(
        Boxes(xyxy, np.zeros(6, np.int64), counts), np.zeros(6, bool), np.full((4, 2), 100.0), 1
    )
    images = np.repeat(np.arange(4), 3000)
    _, donors = pasted_boxes(images, true, 0.5, np.random.default_rng(0))
    drawn = np.zeros((4, 6))
    np.add.at(drawn, (images, donors), 1 / 3000)
    allowed = true.boxes.image != np.arange(4)[:, None]
    expected = allowed / allowed.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(drawn, expected, rtol=0, atol=0.04)
    assert (drawn[~allowed] == 0).all()


def test_nothing_can_be_pasted_from_a_single_image() -> None:
    boxes = Boxes(np.array([[0.0, 0, 9, 9]]), np.array([0]), np.array([1, 0]))
    true = TrueLabels(boxes, np.zeros(1, bool), np.full((2, 2), 100.0), num_classes=2)
    with pytest.raises(ValueError, match="pasted from other images"):
        inject_by_images(
            true,
            np.random.default_rng(0),
            kinds=("spurious",),
            share=1,
            settings=Settings(spurious_pasted=1.0),
        )


def test_no_box_leaves_its_image() -> None:
    labels = inject_by_boxes(TRUE, np.random.default_rng(6), share=0.2).labels
    assert (labels.xyxy >= 0).all()
    assert (labels.xyxy <= np.tile(TRUE.image_sizes[labels.image], 2)).all()
    assert (labels.xyxy[:, 2:] > labels.xyxy[:, :2]).all()


def test_the_labels_given_stay_as_they_are() -> None:
    before = rows_of(TRUE.boxes.image, TRUE.boxes.xyxy, TRUE.boxes.classes)
    inject_by_boxes(TRUE, np.random.default_rng(6), share=0.2)
    assert rows_of(TRUE.boxes.image, TRUE.boxes.xyxy, TRUE.boxes.classes) == before


def test_the_method_shares_no_code_with_the_errors_it_is_measured_on() -> None:
    assert not {name for name in imports("methods") if name.startswith("odquality.demo")}
    assert not {name for name in imports("demo/injection") if name.startswith("odquality.methods")}


def imports(folder: str) -> set[str]:
    """Names of the modules that the files of a folder of the package import."""
    files = list((Path(odquality.__file__).parent / folder).rglob("*.py"))
    nodes = [node for file in files for node in ast.walk(ast.parse(file.read_text()))]
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    assert "odquality.core.scenes" in names
    return names
