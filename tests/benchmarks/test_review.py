"""Reviews by a simulated reviewer: what it says, and how good labels become."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from benchmarks.accuracy.comparison import Rules, compare
from benchmarks.accuracy.data import DetectionData, make_boxes, make_predictions
from benchmarks.accuracy.files import load_dataset, load_errors
from benchmarks.accuracy.suspicion import Suspicion
from benchmarks.review import __main__ as review_main
from benchmarks.review import product
from benchmarks.review.__main__ import main
from benchmarks.review.copies import multiply
from benchmarks.review.course import MARKS, Expected, State, follow, mean_of
from benchmarks.review.edits import Edit, edited
from benchmarks.review.judgement import is_right
from benchmarks.review.looks import PerfectReviewer
from benchmarks.review.many import time_many
from benchmarks.review.product import as_edit
from benchmarks.review.quality import (
    average_precision,
    mean_average_precision,
    number_of_errors,
)
from benchmarks.review.report import courses_to_markdown, merged, timings_to_markdown
from benchmarks.review.speed import KEY as SPEED_KEY
from benchmarks.review.speed import make_data, scored_dataset
from devtools.private_database import call_in_private_database
from devtools.real_data import BCCD, DATA_FOLDER
from odquality.kinds import ANY

CAT, DOG = 0, 1
FIRST, SECOND, THIRD = (0, 0, 40, 40), (50, 0, 90, 40), (0, 50, 40, 90)
NEAR_FIRST, FAR_FROM_FIRST = (4, 0, 44, 40), (20, 0, 60, 40)
NOWHERE = (60, 60, 95, 95)
RULES = Rules()

Box = tuple[int, int, tuple[int, int, int, int]]


def make(labels: list[Box], iscrowd: list[bool] | None = None) -> DetectionData:
    """Two images; predictions on the first and third object, and nowhere."""
    rows = sorted(labels, key=lambda box: box[0])
    image = np.array([image for image, _, _ in rows], np.int64)
    corners = np.array([box for _, _, box in rows], np.float64).reshape(-1, 4)
    found = np.array([NEAR_FIRST, NOWHERE, THIRD], np.float64)
    return DetectionData(
        "made",
        ("cat", "dog"),
        np.full((2, 2), 100.0),
        make_boxes(image, corners, np.array([code for _, code, _ in rows], np.int64), 2),
        np.array(iscrowd or [False] * len(rows), bool),
        make_predictions(np.zeros(3, int), found, np.zeros(3, int), np.array([0.9, 0.8, 0.7]), 2),
    )


RIGHT = make([(0, CAT, FIRST), (0, DOG, SECOND), (1, CAT, FIRST)])


def test_edits_add_change_and_remove() -> None:
    edits = [Edit(1, put=(DOG, THIRD)), Edit(0, 0, (DOG, NEAR_FIRST)), Edit(0, 1)]
    after = edited(RIGHT, edits)
    assert after.labels.counts.tolist() == [1, 2]
    assert after.labels.classes.tolist() == [DOG, CAT, DOG]
    assert after.labels.xyxy.tolist() == [list(NEAR_FIRST), list(FIRST), list(THIRD)]
    assert RIGHT.labels.counts.tolist() == [2, 1]
    nothing = edited(RIGHT, [])
    assert nothing.labels.xyxy.tolist() == RIGHT.labels.xyxy.tolist()


def test_a_region_to_ignore_stays_one() -> None:
    data = make([(0, CAT, FIRST), (1, CAT, FIRST)], [False, True])
    assert edited(data, [Edit(0, put=(DOG, SECOND))]).iscrowd.tolist() == [False, False, True]


ADDED = {
    "on the object": ((DOG, SECOND), True),
    "of another class": ((CAT, SECOND), False),
    "where nothing is": ((DOG, NOWHERE), False),
    "once more": ((CAT, FIRST), False),
}


@pytest.mark.parametrize(("put", "right"), ADDED.values(), ids=ADDED)
def test_a_missing_label_is_right_on_its_object(put: Any, right: bool) -> None:
    labels = make([(0, CAT, FIRST), (1, CAT, FIRST)])
    assert is_right(Edit(0, put=put), labels, RIGHT, RULES) is right


CHANGED = {
    "class": ((DOG, FIRST), Edit(0, 0, (CAT, FIRST)), True),
    "right class": ((CAT, FIRST), Edit(0, 0, (DOG, FIRST)), False),
    "box": ((CAT, FAR_FROM_FIRST), Edit(0, 0, (CAT, NEAR_FIRST)), True),
    "box, not far enough": ((CAT, FAR_FROM_FIRST), Edit(0, 0, (CAT, (16, 0, 56, 40))), False),
    "right label": ((CAT, FIRST), Edit(0, 0), False),
}


@pytest.mark.parametrize(("given", "edit", "right"), CHANGED.values(), ids=CHANGED)
def test_what_is_done_to_a_label_must_mend_it(given: Any, edit: Edit, right: bool) -> None:
    code, box = given
    labels = make([(0, code, box), (0, DOG, SECOND), (1, CAT, FIRST)])
    if right:
        assert number_of_errors(labels, RIGHT, RULES) == 1
    assert is_right(edit, labels, RIGHT, RULES) is right


@pytest.mark.parametrize("box", [NOWHERE, NEAR_FIRST])
def test_what_is_too_many_is_removed(box: Any) -> None:
    labels = make([(0, CAT, FIRST), (0, DOG, SECOND), (0, CAT, box), (1, CAT, FIRST)])
    assert is_right(Edit(0, 2), labels, RIGHT, RULES)
    assert not is_right(Edit(0, 1), labels, RIGHT, RULES)


def test_an_image_without_objects_can_be_judged() -> None:
    nothing, label = make([]), make([(0, CAT, FIRST)])
    assert is_right(Edit(0, 0), label, nothing, RULES)
    assert not is_right(Edit(0, put=(CAT, FIRST)), nothing, nothing, RULES)


def test_average_precision_is_precision_times_recall() -> None:
    assert average_precision(RIGHT, RIGHT) == mean_average_precision(RIGHT, RIGHT) == 1
    one_cat = make([(0, CAT, FIRST), (0, DOG, SECOND)])
    assert average_precision(one_cat, RIGHT) == pytest.approx((0.5 + 1) / 2)
    too_many = make([(0, CAT, FIRST), (0, CAT, NEAR_FIRST), (0, DOG, SECOND), (1, CAT, FIRST)])
    assert average_precision(too_many, RIGHT) == pytest.approx((2 / 3 + 1) / 2)
    assert average_precision(make([]), RIGHT) == 0
    # An IoU of 36 / 44.
    near = make([(0, CAT, NEAR_FIRST), (0, DOG, SECOND), (1, CAT, FIRST)])
    assert average_precision(near, RIGHT, 0.8) == 1
    assert average_precision(near, RIGHT, 0.85) == pytest.approx((0.25 + 1) / 2)
    assert mean_average_precision(near, RIGHT) == pytest.approx(0.7 + 0.3 * 0.625)


def test_regions_to_ignore_are_no_labels() -> None:
    corrected = make([(0, CAT, FIRST), (0, CAT, NOWHERE)], [False, True])
    assert average_precision(make([(0, CAT, FIRST)]), corrected) == 1
    inside = make([(0, CAT, FIRST), (0, CAT, (65, 65, 90, 90))])
    assert average_precision(inside, corrected) == 1
    outside = make([(0, CAT, FIRST), (0, CAT, (0, 60, 20, 90))])
    assert average_precision(outside, corrected) == 0.5


# A wrong class, a label of nothing, and a missing object in each image.
WRONG = make([(0, DOG, FIRST), (0, DOG, NOWHERE)])
BETTER = make([(0, CAT, FIRST), (0, CAT, THIRD), (1, DOG, SECOND)])


@pytest.fixture
def reviewer() -> PerfectReviewer:
    return PerfectReviewer(WRONG, BETTER, compare(WRONG, BETTER, RULES))


def test_whoever_opens_images_mends_all_of_them(reviewer: PerfectReviewer) -> None:
    looks = reviewer.whole_images(np.array([0.2, 0.1]))
    assert [look and look.image for look in looks] == [0, 0, 0, 1]
    course = follow(looks, WRONG, BETTER, RULES)
    assert course[0].errors == 4
    assert (course[50].errors, course[50].precision) == (0, 1)
    first = reviewer.whole_images(np.array([0.1, 0.2]))[0]
    assert first is not None
    assert first.image == 1


def test_boxes_are_looked_at_by_their_suspicion(reviewer: PerfectReviewer) -> None:
    # Of the predictions the one on the labelled object shows nothing, nor does the one nowhere.
    suspicion = Suspicion({}, {ANY: np.array([0.5, 0.95])}, np.array([0.9, 0.0, 0.9]))
    looks = reviewer.single_boxes(suspicion)
    assert [look and look.row for look in looks] == [1, None, None, 0]
    assert looks[0] == Edit(0, 1)
    assert looks[1] is None
    assert looks[2] == Edit(0, put=(CAT, THIRD))
    assert looks[3] == Edit(0, 0, (CAT, FIRST))


def test_an_object_is_drawn_once() -> None:
    found = replace(WRONG.predictions, xyxy=np.array([THIRD] * 3, np.float64))
    data = replace(WRONG, predictions=found)
    reviewer = PerfectReviewer(data, BETTER, compare(data, BETTER, RULES))
    suspicion = Suspicion({}, {ANY: np.full(2, np.nan)}, np.ones(3))
    assert reviewer.single_boxes(suspicion) == [Edit(0, put=(CAT, THIRD)), None, None]


def test_nobody_looks_at_regions_to_ignore() -> None:
    data = replace(WRONG, iscrowd=np.array([False, True]))
    reviewer = PerfectReviewer(data, BETTER, compare(data, BETTER, RULES))
    assert len(reviewer.whole_images(np.zeros(2))) == 3
    suspicion = Suspicion({}, {ANY: np.ones(2)}, np.zeros(3))
    assert len(reviewer.single_boxes(suspicion)) == 1


@pytest.mark.parametrize(
    ("action", "label_id", "expected"),
    [
        ("add", None, Edit(0, None, (DOG, (10, 20, 40, 60)))),
        ("relabel", "b", Edit(0, 1, (DOG, (10, 20, 40, 60)))),
        ("remove", "a", Edit(0, 0)),
    ],
)
def test_issues_as_edits(action: str, label_id: str | None, expected: Edit) -> None:
    issue: Any = SimpleNamespace(
        action=action, label_id=label_id, label="dog", box=(0.1, 0.2, 0.3, 0.4)
    )
    edit = as_edit(issue, ["a", "b"], RIGHT.of_images(np.array([0])))
    assert (edit.image, edit.row, edit.put and edit.put[0]) == (
        expected.image,
        expected.row,
        expected.put and expected.put[0],
    )
    if expected.put:
        assert edit.put is not None
        assert edit.put[1] == pytest.approx(expected.put[1])


def test_tables() -> None:
    course = {mark: State(100 - mark / 10, 0.5, 0.25) for mark in MARKS}
    text = courses_to_markdown({"made": {"one": mean_of([course, course])}}, seeds=2)
    assert "100 errors; AP .500 (.250) before" in text
    assert "| one | 5 | 10 | 20 | .500 (.250) |" in text
    assert "over 2 seeds" in text
    assert "expected, of errors" not in text
    expected = Expected(80, 60, 1200)
    scored = {mark: replace(state, expected=expected) for mark, state in course.items()}
    text = courses_to_markdown({"made": {"one": scored, "other": course}}, seeds=2)
    assert "| one | 80 [60 to 1,200] of 100 | 80 [60 to 1,200] of 95 |" in text
    assert "| other | 80" not in text
    text = timings_to_markdown([(7000, {"a call": 0.1}), (80, {"a call": 1.234})], 20_000, 3.2)
    assert "on 20,000 images" in text
    assert "at a load of 3 by other" in text
    assert "|  | 7,000 issues | 80 issues |" in text
    assert "| a call | 0.10 | 1.23 |" in text


def test_a_detector_may_be_sure_of_objects_alone() -> None:
    anywhere, sure = (make_data(50, sure_of_objects=each) for each in (False, True))
    lowered = [
        (one[:, 4] - other[:, 4] > 0.3).mean()
        for one, other in zip(anywhere.predictions, sure.predictions, strict=True)
    ]
    assert 0.2 < np.mean(lowered) < 0.6


@pytest.mark.parametrize("name", ["voc", "unknown"])
def test_only_data_with_corrected_labels_are_reviewed(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["--datasets", name])
    assert "expected some of bccd" in capsys.readouterr().err


@pytest.mark.skipif(not BCCD.is_file(), reason=f"{BCCD} is not there")
@pytest.mark.parametrize("cards", [product.by_images, product.by_probability])
def test_a_review_on_a_dataset(cards: product.Cards, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(product, "MARKS", (0, 12))
    corrected = load_dataset("bccd", DATA_FOLDER)
    data, errors = load_errors("bccd", DATA_FOLDER)
    dataset = product.scored_dataset(data)
    before = dataset.count("labels.detections")
    reviewer = product.IssueReviewer(dataset, data, corrected, RULES)
    course = reviewer.review(cards)
    assert course[0].errors == sum(errors.numbers().values())
    assert 8 <= course[0].errors - course[12].errors <= 12
    assert course[12].precision > course[0].precision
    # A copy was reviewed.
    assert dataset.count("labels.detections") == before
    dataset.delete()


def test_waiting_is_timed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["--part", "speed", "--samples", "200", "--output", str(tmp_path)])
    text = (tmp_path / "review.md").read_text()
    assert text in capsys.readouterr().out
    assert "| `undo` of these |" in text


def test_many_images_are_timed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    issues, seconds = call_in_private_database(time_many, 200, True)
    # What takes minutes is measured once, and shown for each of the datasets.
    monkeypatch.setattr(review_main, "call_in_private_database", lambda *_, **__: (issues, seconds))
    main(["--part", "many", "--many", "1500", "--output", str(tmp_path)])
    text = (tmp_path / "review.md").read_text()
    assert text in capsys.readouterr().out
    assert f"1,500 images, {issues:,} issues" in text
    assert "| `undo` of these |" in text


def test_copies_are_what_a_run_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    import odquality
    from odquality.bridge.run import open_issues
    from odquality.bridge.run.recalibration import load_lessons

    dataset = scored_dataset(40, sure_of_objects=True)
    listed = odquality.list_issues(dataset, SPEED_KEY)
    before = odquality.review_progress(dataset, SPEED_KEY)
    multiply(dataset, SPEED_KEY, 3)
    # The record tells it.
    monkeypatch.delattr(open_issues, "_counted")
    assert len(dataset) == 120
    assert len({*dataset.values("id")}) == 120
    after = odquality.review_progress(dataset, SPEED_KEY)
    assert after.open == {kind: 3 * number for kind, number in before.open.items()}
    left = [one.remaining["any"]["expected"] for one in (before, after)]
    assert left[1] == pytest.approx(3 * left[0])
    assert load_lessons(dataset, SPEED_KEY).open.counts.sum() > 0
    again = odquality.list_issues(dataset, SPEED_KEY)
    assert len(again) == 3 * len(listed)
    assert odquality.accept(dataset, SPEED_KEY, again).refused == ()
    assert odquality.undo(dataset, SPEED_KEY).refused == ()
    list(dataset.iter_samples())
    dataset.delete()


def test_a_part_takes_the_place_of_its_section() -> None:
    text = merged("", ["# One\n\nold\n\n## Within\n", "# Two\n\nstays\n"])
    assert text == "# One\n\nold\n\n## Within\n\n# Two\n\nstays\n"
    assert merged(text, ["# One\n\nnew\n"]) == "# One\n\nnew\n\n# Two\n\nstays\n"
    assert merged(text, ["# Three\n"]) == text + "\n# Three\n"
