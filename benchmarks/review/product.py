"""Reviews by the Python functions, on a FiftyOne dataset in a database of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.accuracy.comparison import Rules
from benchmarks.accuracy.data import DetectionData
from benchmarks.accuracy.fiftyone_data import read_labels, to_samples
from benchmarks.review.course import MARKS, Course, Expected, mean_of, state_of
from benchmarks.review.edits import Edit
from benchmarks.review.judgement import is_right
from odquality.kinds import ANY

if TYPE_CHECKING:
    from odquality import ReviewIssue

KEY = "quality"

Cards = Callable[[Any], Iterator["ReviewIssue"]]


def review_by_product(
    data: DetectionData, corrected: DetectionData, rules: Rules, seeds: int
) -> dict[str, Course]:
    """The course of a review in each of the product's orders, by name; FiftyOne is used here.

    Args:
        data: images with the original labels.
        corrected: the same with the labels as they should be.
        rules: what counts as an error.
        seeds: number of random orders.
    """
    reviewer = IssueReviewer(scored_dataset(data), data, corrected, rules)
    random = [reviewer.review(partial(at_random, seed=seed)) for seed in range(seeds)]
    return {
        "**odquality, by images**": reviewer.review(by_images, score_again=True),
        "**odquality, by probability**": reviewer.review(by_probability, score_again=True),
        "odquality's issues in random order": mean_of(random),
    }


def scored_dataset(data: DetectionData) -> Any:
    """A FiftyOne dataset with a run of the default method."""
    import fiftyone as fo

    dataset = fo.Dataset()
    dataset.default_classes = list(data.class_names)
    dataset.add_samples(to_samples(data))
    _score(dataset, KEY)
    return dataset


def expected_now(dataset: Any) -> Expected:
    """The number of errors that a run of its own expects, which leaves nothing."""
    left = _score(dataset, "again").remaining[ANY]
    dataset.delete_run("again")
    return Expected(left["expected"], left["low"], left["high"])


def _score(dataset: Any, key: str) -> Any:
    import odquality

    return odquality.compute_label_quality(
        dataset, gt_field="labels", pred_field="predictions", key=key
    )


def by_images(dataset: Any) -> Iterator[ReviewIssue]:
    """Image by image, that with the most expected errors first, as the App shows them."""
    from odquality.bridge.review.queue import next_card

    image = None
    while card := next_card(dataset, KEY, sample_id=image):
        image = card.issue.sample_id
        yield card.issue


def by_probability(dataset: Any) -> Iterator[ReviewIssue]:
    """The likeliest of all first."""
    import odquality

    while cards := odquality.list_issues(dataset, KEY, order="probability", limit=1):
        yield cards[0]


def at_random(dataset: Any, *, seed: int) -> Iterator[ReviewIssue]:
    """In no order."""
    import odquality

    issues = odquality.list_issues(dataset, KEY)
    for row in np.random.default_rng(seed).permutation(len(issues)).tolist():
        yield issues[row]


class IssueReviewer:
    """Accepts the issues that mend an error, and dismisses the others.

    Args:
        dataset: that was scored.
        data: what it has.
        corrected: the same with the labels as they should be.
        rules: what counts as an error.
    """

    def __init__(
        self, dataset: Any, data: DetectionData, corrected: DetectionData, rules: Rules
    ) -> None:
        self._dataset, self._data, self._corrected, self._rules = dataset, data, corrected, rules

    def review(self, cards: Cards, *, score_again: bool = False) -> Course:
        """Reviews a copy of the dataset, card by card, until the last of the marks.

        Args:
            cards: gives the next issue.
            score_again: whether the labels are scored at each mark.
        """
        dataset = self._dataset.clone()
        image_of = {name: image for image, name in enumerate(dataset.values("id"))}
        states, issues = {}, cards(dataset)
        for count in range(max(MARKS) + 1):
            if count in MARKS:
                now = read_labels(dataset, "labels", self._data)
                expected = expected_now(dataset) if score_again else None
                state = state_of(now, self._corrected, self._rules)
                states[count] = replace(state, expected=expected)
            issue = next(issues, None)
            if issue is not None:
                self._decide(dataset, issue, image_of[issue.sample_id])
        dataset.delete()
        return states

    def _decide(self, dataset: Any, issue: ReviewIssue, image: int) -> None:
        import odquality

        alone = dataset.select(issue.sample_id)
        chosen = np.array([image])
        labels = read_labels(alone, "labels", self._data.of_images(chosen))
        (ids,) = alone.values("labels.detections.id")
        edit = as_edit(issue, ids, labels)
        corrected = self._corrected.of_images(chosen)
        decide = (
            odquality.accept
            if is_right(edit, labels, corrected, self._rules)
            else odquality.dismiss
        )
        refused = decide(dataset, KEY, issue).refused
        if refused and decide is odquality.accept:
            # Another suggestion for the same object has been accepted.
            refused = odquality.dismiss(dataset, KEY, issue).refused
        assert not refused, f"{issue}: {refused[0].reason}"


def as_edit(issue: ReviewIssue, ids: Sequence[str], labels: DetectionData) -> Edit:
    """What accepting an issue would change.

    Args:
        issue: of the image.
        ids: of its labels.
        labels: of that image alone.
    """
    x, y, width, height = issue.box
    box = np.array([x, y, x + width, y + height]) * np.tile(labels.image_sizes[0], 2)
    put = labels.class_names.index(issue.label), tuple(box.tolist())
    row = None if issue.label_id is None else ids.index(issue.label_id)
    return Edit(0, row, None if issue.action == "remove" else put)
