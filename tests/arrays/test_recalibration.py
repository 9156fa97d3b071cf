"""Scores that follow a reviewer's decisions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import odquality
from odquality import Decision, LabelQuality
from odquality.kinds import KINDS, LABEL_KINDS
from tests.synthetic import NUM_CLASSES, synthetic_scenes

SCENES = synthetic_scenes(0)


@pytest.fixture(scope="module")
def data() -> tuple[list[dict[str, Any]], list[Any]]:
    at, found = SCENES.labels.offsets[1:-1], SCENES.predictions
    boxes = np.split(SCENES.labels.xyxy, at)
    classes = np.split(SCENES.labels.classes, at)
    rows = np.hstack([found.xyxy, found.confidence[:, None], np.eye(NUM_CLASSES)[found.classes]])
    labels = [{"bboxes": one, "labels": of_one} for one, of_one in zip(boxes, classes, strict=True)]
    return labels, np.split(rows, found.offsets[1:-1])


@pytest.fixture(scope="module")
def quality(data: tuple[list[dict[str, Any]], list[Any]]) -> LabelQuality:
    return odquality.score_labels(*data, method="calibrated")


def likeliest(quality: LabelQuality, count: int) -> list[odquality.Question]:
    return odquality.recalibrate(quality, []).next_to_review(count, teaching_share=0)


def test_without_decisions_nothing_changes(quality: LabelQuality) -> None:
    again = odquality.recalibrate(quality, [])
    assert again.quality is quality
    left = again.lessons.remaining
    for kind in LABEL_KINDS:
        expected = sum(float((1 - scores).sum()) for scores in quality.label_scores[kind])
        if kind != "duplicate":
            assert left[kind].expected == pytest.approx(expected)


def test_errors_raise_probabilities_and_right_labels_lower_them(quality: LabelQuality) -> None:
    asked = [one for one in likeliest(quality, 400) if one.kind == "spurious"][:12]
    scores = {}
    for is_error in (False, True):
        decisions = [Decision.about(one, is_error) for one in asked]
        after = odquality.recalibrate(quality, decisions).quality
        scores[is_error] = np.concatenate(after.label_scores["spurious"])
        for one in asked:
            assert after.label_scores["spurious"][one.image][one.label] == 1 - is_error
    before = np.concatenate(quality.label_scores["spurious"])
    # Of boxes about as likely wrong as those that were decided on.
    alike = (scores[False] != 1) & (scores[True] != 0) & (before < 0.9)
    assert alike.any()
    assert (scores[True][alike] < before[alike]).all()
    assert (scores[False][alike] > before[alike]).all()


def test_other_kinds_keep_their_scores(quality: LabelQuality) -> None:
    asked = [one for one in likeliest(quality, 400) if one.kind == "overlooked"][:5]
    decisions = [Decision.about(one, True) for one in asked]
    after = odquality.recalibrate(quality, decisions).quality
    for kind in LABEL_KINDS:
        assert after.label_scores[kind] is quality.label_scores[kind]
        assert after.scores[kind] is quality.scores[kind]
    assert (after.scores["overlooked"] <= quality.scores["overlooked"]).mean() > 0.9


def test_images_quality_follows_from_its_parts_as_before(
    data: tuple[list[dict[str, Any]], list[Any]],
) -> None:
    labels = [
        {**one, "labels": (one["labels"] + (image % 2)) % 3} for image, one in enumerate(data[0])
    ]
    quality = odquality.score_labels(labels, data[1], method="calibrated")
    assert quality.clustering > 1
    after = odquality.recalibrate(quality, [Decision.confirm(7, 0)]).quality
    for scores in (quality, after):
        lowest = np.array([one.min() for one in scores.label_scores["quality"]])
        expected = (scores.scores["overlooked"] * lowest) ** quality.clustering
        np.testing.assert_allclose(scores.scores["quality"], expected, rtol=1e-12)


def test_what_no_box_shows_stays_expected(data: tuple[list[dict[str, Any]], list[Any]]) -> None:
    labels = [
        {name: boxes[1:] for name, boxes in one.items()} if image % 3 == 0 else one
        for image, one in enumerate(data[0])
    ]
    quality = odquality.score_labels(labels, data[1], method="calibrated")

    def hidden(quality: LabelQuality) -> Any:
        shown = [np.nansum(1 - scores) for scores in quality.prediction_scores["overlooked"]]
        return quality.expected_errors["overlooked"] - shown

    asked = [one for one in likeliest(quality, 400) if one.kind == "overlooked"][:5]
    after = odquality.recalibrate(quality, [Decision.about(one, False) for one in asked]).quality
    assert hidden(quality).max() > 0
    np.testing.assert_allclose(hidden(after), hidden(quality), atol=1e-12)
    image = asked[0].image
    assert after.scores["overlooked"][image] > quality.scores["overlooked"][image]
    assert after.scores["overlooked"][hidden(quality) > 1e-9].max() < 1


def test_the_order_of_decisions_makes_no_difference(quality: LabelQuality) -> None:
    decisions = [
        Decision.about(one, bool(row % 3)) for row, one in enumerate(likeliest(quality, 40))
    ]
    decisions = [one for one in decisions if not one.is_error or one.kind == "overlooked"]
    first = odquality.recalibrate(quality, decisions)
    second = odquality.recalibrate(quality, decisions[::-1])
    for kind in KINDS:
        np.testing.assert_array_equal(first.quality.scores[kind], second.quality.scores[kind])
    assert first.lessons.remaining == second.lessons.remaining
    assert first.next_to_review(20) == second.next_to_review(20)


def test_a_confirmed_label_is_right(quality: LabelQuality) -> None:
    after = odquality.recalibrate(quality, [Decision.confirm(7, 0)]).quality
    for name in ("quality", *LABEL_KINDS):
        assert after.label_scores[name][7][0] == 1.0


def test_scores_stay_scores(quality: LabelQuality) -> None:
    decisions = [Decision.about(one, True) for one in likeliest(quality, 30)]
    after = odquality.recalibrate(quality, decisions).quality
    assert after.method == quality.method
    for name, scores in after.scores.items():
        assert scores.shape == quality.scores[name].shape
        assert (scores >= 0).all()
        assert (scores <= 1).all()
    for name, lists in after.label_scores.items():
        assert list(map(len, lists)) == list(map(len, quality.label_scores[name]))
    sums = sum(1 - np.concatenate(after.label_scores[kind]) for kind in LABEL_KINDS)
    assert sums.max() <= 1 + 1e-9


def test_what_was_decided_on_does_not_come_again(quality: LabelQuality) -> None:
    decisions: list[Decision] = []
    for _ in range(4):
        asked = odquality.recalibrate(quality, decisions).next_to_review(10)
        assert len(asked) == 10
        new = [Decision.about(one, False) for one in asked]
        assert not set(new) & set(decisions)
        decisions += new


@pytest.mark.parametrize("at_once", [1, 2, 3, 4, 7])
@pytest.mark.parametrize("kinds", [KINDS, LABEL_KINDS, ()])
def test_every_fourth_question_teaches_however_many_are_asked_at_once(
    quality: LabelQuality, at_once: int, kinds: tuple[str, ...]
) -> None:
    """Also where one decision answers several questions: a label has one error at most."""
    decisions: list[Decision] = []
    teaching = 0
    while len(decisions) < 28:
        after = odquality.recalibrate(quality, decisions)
        likeliest = set(after.next_to_review(at_once, teaching_share=0))
        asked = after.next_to_review(at_once)
        teaching += len(set(asked) - likeliest)
        decisions += [Decision.about(one, one.kind in kinds) for one in asked]
    assert 6 <= teaching <= 7


@pytest.mark.parametrize("is_error", [True, False])
def test_who_decides_on_a_duplicate_decides_on_both_labels(
    data: tuple[list[dict[str, Any]], list[Any]], is_error: bool
) -> None:
    """Ten images have every label twice."""
    twice = {
        image: {"bboxes": np.concatenate([one["bboxes"]] * 2), "labels": np.tile(one["labels"], 2)}
        for image, one in enumerate(data[0][:10])
    }
    labels = [twice.get(image, one) for image, one in enumerate(data[0])]
    pairs = sum(len(one["labels"]) // 2 for one in twice.values())
    quality = odquality.score_labels(labels, data[1], method="calibrated")
    found = odquality.find_label_issues(labels, data[1], method="calibrated")
    issues = [one for one in found if one.kind == "duplicate" and one.probability > 0.5]
    assert {one.image for one in issues} == set(twice)
    assert len(issues) == pairs

    def after(decided: list[Decision]) -> odquality.Recalibration:
        return odquality.recalibrate(quality, decided)

    def num_open(after: odquality.Recalibration) -> int:
        return int(after.lessons.open.counts[KINDS.index("duplicate")].sum())

    before = after([])
    assert before.lessons.remaining["duplicate"].expected == pytest.approx(pairs, abs=2)
    decisions = [Decision.about(one, is_error) for one in issues]
    half, whole = after(decisions[::2]), after(decisions)
    assert half.lessons.decided["duplicate"] == len(decisions[::2])
    assert num_open(before) - num_open(half) == 2 * len(decisions[::2])
    assert num_open(before) - num_open(whole) == 2 * pairs
    assert whole.lessons.remaining["duplicate"].expected < pairs / 10
    # What it repeats is a duplicate only if the label is one.
    of_twins = [
        whole.quality.label_scores["duplicate"][one.image][quality.repeats[one.image][one.label]]
        for one in issues
    ]
    assert (np.array(of_twins) == 1).all() == (not is_error)
    # Nobody is asked about the label that stays, and who is has decided on no other.
    asked = whole.next_to_review(3000, teaching_share=0)
    assert [one for one in asked if one.kind == "duplicate" and one.image in twice] == []
    every = [
        Decision(image, "duplicate", is_error, label=row)
        for image, one in twice.items()
        for row in range(len(one["labels"]))
    ]
    assert num_open(before) - num_open(after(every)) == 2 * pairs
    assert half.lessons.remaining == after(decisions[::2][::-1]).lessons.remaining


@pytest.mark.parametrize("is_error", [True, False])
@pytest.mark.parametrize("decided", [0, 1])
def test_issues_on_either_label_of_a_decided_duplicate_are_left_out(
    decided: int, is_error: bool
) -> None:
    """Three images have a label twice; the second of the two is listed."""
    boxes = np.array([[10, 10, 60, 60], [10, 10, 60, 61], [90, 20, 150, 80]])
    seen = np.hstack([boxes[[0, 2]], [[0.9, 1], [0.9, 1]]])
    twice = {"bboxes": boxes, "labels": np.zeros(3, int)}
    once = {"bboxes": boxes[[0, 2]], "labels": np.zeros(2, int)}
    data = [twice] * 3 + [once] * 40, [seen] * 43
    quality = odquality.score_labels(*data, method="calibrated")
    issues = odquality.find_label_issues(*data, method="calibrated")
    listed = [(one.image, one.kind, one.label) for one in issues]
    assert {(image, "duplicate", 1) for image in range(3)} <= set(listed)
    after = odquality.recalibrate(quality, [Decision(0, "duplicate", is_error, label=decided)])
    left = {(one.image, one.kind, one.label) for one in after.issues(issues)}
    assert left == set(listed) - {(0, "duplicate", 1)}


def test_a_label_has_as_many_errors_as_decisions_say(quality: LabelQuality) -> None:
    kinds = ("swap", "badloc", "spurious")
    after = odquality.recalibrate(quality, [Decision(7, kind, True, label=0) for kind in kinds])
    assert [after.quality.label_scores[kind][7][0] for kind in LABEL_KINDS] == [
        1 - (kind in kinds) for kind in LABEL_KINDS
    ]
    assert after.quality.label_scores["quality"][7][0] == 0


def test_what_are_no_issues_is_refused(quality: LabelQuality) -> None:
    after = odquality.recalibrate(quality, [])
    issue = odquality.Issue(0, "typo", 0.5, 0, None, None, None)
    for nothing in (None, 3, "a", issue):
        with pytest.raises(
            ValueError, match=r"issues is .*; expected a list, as find_label_issues"
        ):
            after.issues(nothing)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"issues\[0\]\.kind is 'typo'; expected one of"):
        after.issues([issue])
    with pytest.raises(ValueError, match=r"issues\[0\] is 1; expected an Issue"):
        after.issues([1])  # type: ignore[list-item]
    for other in (replace(issue, kind="swap", image=300), replace(issue, kind="swap", label=50)):
        with pytest.raises(ValueError, match=r"issues\[0\] is of image .*, which is not there"):
            after.issues([other])


def test_issues_follow(data: tuple[list[dict[str, Any]], list[Any]]) -> None:
    quality = odquality.score_labels(*data, method="calibrated")
    issues = odquality.find_label_issues(*data, method="calibrated", min_probability=0.02)
    assert odquality.recalibrate(quality, []).issues(issues) == issues
    kind = issues[0].kind
    decided = [issue for issue in issues if issue.kind == kind][:6]
    after = odquality.recalibrate(quality, [Decision.about(one, False) for one in decided])
    left = after.issues(issues)
    assert len(left) == len(issues) - len(decided)
    others = {(one.image, one.label, one.kind): one.probability for one in left}
    for issue in issues:
        now = others.get((issue.image, issue.label, issue.kind))
        if now is not None and issue.kind == kind and issue.label is not None:
            assert now <= issue.probability


@pytest.mark.parametrize(
    ("decision", "message"),
    [
        (Decision(300, "swap", True, label=0), "image 300; expected an index from 0 to 299"),
        (Decision("a", "swap", True, label=0), "image 'a'; expected an index"),
        (Decision(-1, "swap", True, label=0), "image -1; expected an index"),
        (Decision(0, "swap", True, label=50), "image 0 is about label 50; expected an index"),
        (Decision(0, "overlooked", True, prediction=50), "about prediction 50; expected"),
    ],
)
def test_boxes_that_are_not_there_are_refused(
    quality: LabelQuality, decision: Decision, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        odquality.recalibrate(quality, [decision])
    with pytest.raises(ValueError, match=rf"decisions\[1\] .*{message}"):
        odquality.recalibrate(quality, [Decision.confirm(7, 0), decision])


def test_boxes_without_scores_are_refused() -> None:
    labels = [
        {"bboxes": np.array([[0, 0, 9, 9]]), "labels": np.array([0]), "iscrowd": np.array([1])}
    ]
    quality = odquality.score_labels(labels, [np.zeros((0, 6))], method="calibrated")
    with pytest.raises(ValueError, match="label 0, which is a region to ignore"):
        odquality.recalibrate(quality, [Decision.confirm(0, 0)])
    issue = odquality.Issue(0, "spurious", 0.5, 0, None, None, None)
    with pytest.raises(ValueError, match=r"issues\[0\] .* label 0, which is a region to ignore"):
        odquality.recalibrate(quality, []).issues([issue])


def test_scores_that_are_no_probabilities_are_refused(
    data: tuple[list[dict[str, Any]], list[Any]],
) -> None:
    with pytest.raises(ValueError, match="method 'objectlab', whose scores are no probabilities"):
        odquality.recalibrate(odquality.score_labels(*data), [])
    with pytest.raises(ValueError, match="quality is 'a'; expected a LabelQuality"):
        odquality.recalibrate("a", [])  # type: ignore[arg-type]


def test_arguments_of_the_choice_are_checked(quality: LabelQuality) -> None:
    after = odquality.recalibrate(quality, [])
    with pytest.raises(ValueError, match="count is -1; expected an integer"):
        after.next_to_review(-1)
    with pytest.raises(ValueError, match="teaching_share is 2; expected a number"):
        after.next_to_review(teaching_share=2)


@pytest.mark.parametrize("boxes", ["5", float("nan"), -1, 2.5, True])
def test_the_number_of_boxes_of_a_threshold_is_checked(quality: LabelQuality, boxes: Any) -> None:
    with pytest.raises(ValueError, match=r"boxes is .*; expected an integer"):
        odquality.recalibrate(quality, []).lessons.threshold_of(boxes)


@pytest.mark.parametrize("threshold", [float("nan"), 2, 7, -1, "a", None])
def test_a_threshold_is_checked(quality: LabelQuality, threshold: Any) -> None:
    with pytest.raises(ValueError, match=r"threshold is .*; expected a number in \[0, 1\]"):
        odquality.recalibrate(quality, []).lessons.shown_above(threshold)


def test_no_images_at_all() -> None:
    after = odquality.recalibrate(odquality.score_labels([], [], method="calibrated"), [])
    assert after.next_to_review() == []
    assert after.lessons.remaining["any"].expected == 0
