"""What is wrong in labels, told by corrected ones."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.accuracy.comparison import Rules, compare
from benchmarks.accuracy.data import DetectionData, make_boxes, make_predictions
from benchmarks.accuracy.files import DATASETS, load_errors
from benchmarks.accuracy.scenarios import Scenario
from devtools.real_data import DATA_FOLDER as DATA
from odquality.demo.injection.settings import Settings
from odquality.kinds import ANY

needs_data = pytest.mark.skipif(not DATA.is_dir(), reason=f"the benchmark's data are not at {DATA}")


def one_image(*boxes: tuple[int, ...], crowd: tuple[int, ...] = ()) -> DetectionData:
    """An image of 100 x 100 with labels (x1, y1, x2, y2, class), some of them regions to ignore."""
    rows = np.array(boxes, np.float64).reshape(-1, 5)
    image = np.zeros(len(rows), np.int64)
    iscrowd = np.isin(np.arange(len(rows)), crowd)
    none = np.zeros(0, np.int64)
    return DetectionData(
        "made",
        ("a", "b"),
        np.full((1, 2), 100.0),
        make_boxes(image, rows[:, :4], rows[:, 4].astype(np.int64), 1),
        iscrowd,
        make_predictions(none, np.zeros((0, 4)), none, np.zeros(0), 1),
    )


def kinds(original: DetectionData, corrected: DetectionData, rules: Rules | None = None) -> list:
    return compare(original, corrected, rules or Rules()).kind.tolist()


BOX = (10, 10, 30, 30, 0)


def test_each_kind_of_error() -> None:
    original = one_image(
        BOX,
        (11, 10, 30, 30, 0),
        (50, 50, 70, 70, 1),
        (80, 10, 95, 25, 0),
        (10, 60, 30, 80, 0),
    )
    corrected = one_image(BOX, (50, 50, 70, 70, 0), (20, 60, 40, 80, 0), (60, 10, 70, 20, 1))
    errors = compare(original, corrected, Rules())
    assert errors.kind.tolist() == ["", "duplicate", "swap", "spurious", "badloc"]
    assert errors.missing.xyxy.tolist() == [[60, 10, 70, 20]]
    assert dict(errors.numbers()) == {
        "overlooked": 1,
        "swap": 1,
        "badloc": 1,
        "spurious": 1,
        "duplicate": 1,
    }
    assert errors.per_image(ANY).tolist() == [5]
    # Which of the two labels of an object is the one too many nobody can tell.
    assert errors.counts.tolist() == [False, True, True, True, True]


def test_the_better_of_two_labels_takes_the_object() -> None:
    errors = kinds(one_image((14, 10, 34, 30, 0), BOX), one_image(BOX))
    assert errors == ["duplicate", ""]


def test_how_badly_a_label_may_be_placed() -> None:
    original, corrected = one_image((13, 10, 33, 30, 0)), one_image(BOX)
    assert kinds(original, corrected) == [""]
    assert kinds(original, corrected, Rules(misplaced_iou=0.8)) == ["badloc"]


def test_regions_to_ignore_are_not_judged_nor_what_touches_them() -> None:
    corrected = one_image((10, 10, 60, 60, 0), crowd=(0,))
    original = one_image((10, 10, 60, 50, 0), (15, 15, 40, 40, 1), (80, 80, 90, 90, 0), crowd=(2,))
    errors = compare(original, corrected, Rules())
    assert errors.kind.tolist() == ["", "", ""]
    assert not errors.counts.any()
    assert not len(errors.missing)
    assert len(errors.regions) == 1


def test_missing_objects_at_the_border_are_no_errors_where_that_is_policy() -> None:
    corrected = one_image((2, 10, 20, 30, 0), (50, 50, 97, 70, 0), BOX)
    original = one_image()
    assert len(compare(original, corrected, Rules()).missing) == 3
    errors = compare(original, corrected, Rules(border=3))
    assert errors.missing.xyxy.tolist() == [[10, 10, 30, 30]]
    assert len(errors.uncounted) == 2


def test_injected_errors_are_recognised() -> None:
    """Labels far apart, so that no error can be taken for another."""
    step = np.arange(10) * 40.0
    corner = np.array([(x, y) for x in step for y in step])
    image = np.repeat(np.arange(8), 100)
    xyxy = np.tile(np.hstack([corner, corner + 20]), (8, 1))
    none = np.zeros(0, np.int64)
    true = DetectionData(
        "made",
        ("a", "b", "c"),
        np.full((8, 2), 400.0),
        make_boxes(image, xyxy, np.arange(800) % 3, 8),
        np.zeros(800, bool),
        make_predictions(none, np.zeros((0, 4)), none, np.zeros(0), 8),
    )
    settings = Settings(spurious_iou=0.05, spurious_side=(0.01, 0.03))
    corrupted = Scenario("boxes", "mixed", share=0.05, settings=settings).inject(true, 0)
    spoiled = true.with_labels(corrupted.labels, corrupted.iscrowd)
    errors = compare(spoiled, true, Rules(misplaced_iou=0.7))
    expected = np.full(len(errors.kind), "", dtype="U10")
    told = corrupted.errors.row >= 0
    expected[corrupted.errors.row[told]] = corrupted.errors.kind[told]
    # Of a copy and its original either may take the object.
    copies = np.isin(corrupted.errors.kind, "duplicate")
    pairs = [corrupted.errors.row[copies], corrupted.errors.source_row[copies]]
    alone = np.setdiff1d(np.arange(len(expected)), np.concatenate(pairs))
    assert errors.kind[alone].tolist() == expected[alone].tolist()
    assert (np.sort(errors.kind[np.array(pairs)], axis=0)[1] == "duplicate").all()
    assert len(errors.missing) == 40


@needs_data
@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("kaist", {"overlooked": 1195, "badloc": 78, "spurious": 62, "duplicate": 18}),
        ("injected_seen", {"overlooked": 570, "swap": 261, "badloc": 278}),
        ("bccd_folds", {"overlooked": 893, "badloc": 17, "spurious": 25, "duplicate": 8}),
    ],
)
def test_errors_of_the_data_sets(name: str, numbers: dict[str, int]) -> None:
    _, errors = load_errors(name, DATA)
    assert dict(errors.numbers()) == numbers


@needs_data
def test_known_injected_errors_are_recognised() -> None:
    """The file says itself which labels were spoiled."""
    _, errors = load_errors("injected_folds", DATA)
    with np.load(DATA / DATASETS["injected_folds"].file) as arrays:
        known = arrays["gt_kind"]
    assert np.array_equal(np.where(known == "ok", "", known), errors.kind)


def test_errors_of_a_kind_leave_out_labels_with_another() -> None:
    errors = compare(
        one_image(BOX, (50, 50, 70, 70, 1), (80, 10, 95, 25, 0)),
        one_image(BOX, (50, 50, 70, 70, 0)),
        Rules(),
    )
    wrong, counts = errors.of_labels("swap")
    assert wrong.tolist() == [False, True, False]
    assert counts.tolist() == [True, True, False]


@needs_data
def test_a_data_set_without_corrected_labels_has_no_known_errors() -> None:
    with pytest.raises(ValueError, match="no corrected labels"):
        load_errors("voc", DATA)


def test_what_is_missing_by_policy_is_seen_in_the_image_all_the_same() -> None:
    errors = compare(one_image(), one_image((2, 10, 20, 30, 0), BOX), Rules(border=3))
    assert errors.per_image(ANY).tolist() == [1]
    assert errors.seen_in_image().tolist() == [2]


def test_images_without_objects_have_only_labels_too_many() -> None:
    nothing = one_image()
    assert kinds(one_image(BOX), nothing) == ["spurious"]
    assert compare(nothing, nothing, Rules()).per_image(ANY).tolist() == [0]
