"""The cards of a review: which comes next, and all that is seen of it."""

from __future__ import annotations

import fiftyone as fo
import pytest

import odquality
from odquality.bridge.review.progress import open_counts
from odquality.bridge.review.queue import next_card
from tests.bridge.review.help import KEY


def test_a_card_has_the_other_issues_labels_and_predictions_of_its_image(dataset) -> None:
    first = odquality.list_issues(dataset, KEY, limit=1)[0]
    card = next_card(dataset, KEY)
    assert card is not None
    assert card.issue == first
    sample = dataset[first.sample_id]
    beside = [one for one in odquality.list_issues(dataset, KEY) if one.sample_id == sample.id]
    assert [card.issue, *card.others] == beside
    shown = {
        "labels": [str(one["_id"]) for one in card.labels],
        "predictions": [str(one["_id"]) for one in card.predictions],
    }
    assert shown == {
        "labels": [one.id for one in sample.ground_truth.detections],
        "predictions": [one.id for one in sample.predictions.detections],
    }


@pytest.mark.parametrize("order", ["images", "probability"])
@pytest.mark.parametrize("kind", [None, "swap", "overlooked"])
@pytest.mark.parametrize("of_class", [None, "cat"])
def test_a_kind_or_a_class_alone_is_reviewed_to_its_end(
    dataset: fo.Dataset, order: str, kind: str | None, of_class: str | None
) -> None:
    wanted = [
        one.id
        for one in odquality.list_issues(
            dataset, KEY, kinds=kind, classes=of_class, order=order, limit=12
        )
    ]
    seen: list[str] = []
    sample_id = None
    while len(seen) < len(wanted):
        card = next_card(
            dataset, KEY, order=order, kind=kind, of_class=of_class, sample_id=sample_id
        )
        assert card is not None
        assert not {one.id for one in card.others} & set(seen)
        seen.append(card.issue.id)
        sample_id = card.issue.sample_id
        odquality.skip(dataset, KEY, card.issue)
    assert seen == wanted


def test_the_others_of_a_card_are_those_that_are_reviewed_and_then_the_rest(dataset) -> None:
    card = next_card(dataset, KEY, kind="spurious")
    assert card is not None
    is_reviewed = [one.kind == "spurious" for one in card.others]
    assert is_reviewed == sorted(is_reviewed, reverse=True)
    assert {one.id for one in (card.issue, *card.others)} == {
        one.id
        for one in odquality.list_issues(dataset, KEY)
        if one.sample_id == card.issue.sample_id
    }


def test_nothing_is_left_of_a_class_that_there_is_not(dataset: fo.Dataset) -> None:
    assert next_card(dataset, KEY, of_class="giraffe") is None


def test_what_is_open_is_counted_by_kind_and_by_class(dataset: fo.Dataset) -> None:
    counts = open_counts(dataset, KEY)
    assert counts.kinds == odquality.review_progress(dataset, KEY).open
    for name, number in counts.classes.items():
        assert number == len(odquality.list_issues(dataset, KEY, classes=name))
    assert list(counts.classes.values()) == sorted(counts.classes.values(), reverse=True)
    assert counts.classes
