"""Open issues that somebody has settled by hand are counted by the database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import fiftyone as fo
import pytest
from bson import ObjectId

import odquality
from odquality.bridge.decisions.identity import overlap_of
from odquality.bridge.review.queue import next_card
from odquality.bridge.review.stale import edited_issues
from odquality.bridge.store import database
from tests.bridge.review.help import KEY, edit_label, first
from tests.bridge.spoiled import LEAST


def draw(dataset: fo.Dataset, issue: odquality.ReviewIssue, label: str, shift: float) -> None:
    """Adds a label to the image of an issue, as a person would."""
    sample = dataset[issue.sample_id]
    x, y, width, height = issue.box
    box = [x + shift * width, y, width, height]
    sample.ground_truth.detections.append(fo.Detection(label=label, bounding_box=box))
    sample.save()


def remove(dataset: fo.Dataset, issue: odquality.ReviewIssue) -> None:
    sample = dataset[issue.sample_id]
    kept = [one for one in sample.ground_truth.detections if one.id != issue.label_id]
    sample.ground_truth.detections = kept
    sample.save()


def test_nothing_is_edited_after_a_run_or_by_decisions(dataset: fo.Dataset) -> None:
    assert edited_issues(dataset, KEY).number == 0
    odquality.accept(dataset, KEY, odquality.list_issues(dataset, KEY, limit=5))
    assert edited_issues(dataset, KEY).number == 0


def test_what_is_counted_is_what_is_noted(dataset: fo.Dataset) -> None:
    (swap,) = first(dataset, "swap")
    edit_label(dataset, swap, label="giraffe")
    (moved,) = first(dataset, "badloc")
    edit_label(dataset, moved, bounding_box=[0.1, 0.1, 0.2, 0.2])
    (spurious,) = first(dataset, "spurious")
    remove(dataset, spurious)
    near, other, far = first(dataset, "overlooked", 3)
    draw(dataset, near, near.label, 0.2)
    draw(dataset, other, "giraffe", 0.0)
    draw(dataset, far, far.label, 0.8)
    (rounded,) = first(dataset, "duplicate")
    box = [number + 1e-9 for number in rounded.given_box or ()]
    edit_label(dataset, rounded, bounding_box=box)
    found = edited_issues(dataset, KEY)
    noted = odquality.note_edits(dataset, KEY)
    assert found.number == len(noted.done) >= 4
    assert set(found.sample_ids) == {one.sample_id for one in noted.done}
    settled = {one.id for one in noted.done}
    assert {swap.id, moved.id, spurious.id, near.id} <= settled
    assert not {other.id, far.id, rounded.id} & settled
    assert edited_issues(dataset, KEY).number == 0


@pytest.mark.parametrize("box", [None, "a box", [0.1, "x", 0.1, 0.1], [0.1, 0.1]])
def test_what_is_no_box_any_more_was_changed(dataset: fo.Dataset, box: object) -> None:
    (swap,) = first(dataset, "swap")
    path = "ground_truth.detections"
    changed = dataset._sample_collection.update_one(
        {f"{path}._id": ObjectId(swap.label_id)}, {"$set": {f"{path}.$.bounding_box": box}}
    )
    assert changed.modified_count == 1
    assert edited_issues(dataset, KEY).sample_ids == (swap.sample_id,)


def test_after_a_run_only_samples_that_were_modified_are_read(
    dataset: fo.Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    odquality.compute_label_quality(dataset, key=KEY)
    (swap,) = first(dataset, "swap")
    edit_label(dataset, swap, label="giraffe")
    asked = []

    def find(*arguments: Any, **others: Any) -> Iterator[dict[str, Any]]:
        asked.append(arguments[1])
        return find_documents(*arguments, **others)

    find_documents = database.find_documents
    monkeypatch.setattr(database, "find_documents", find)
    assert edited_issues(dataset, KEY).sample_ids == (swap.sample_id,)
    (query,) = asked
    plan = dataset._sample_collection.find(query).explain()["executionStats"]
    assert plan["totalDocsExamined"] == 1


def test_whoever_waits_no_longer_is_told_so(dataset: fo.Dataset) -> None:
    (swap,) = first(dataset, "swap")
    edit_label(dataset, swap, label="giraffe")
    assert edited_issues(dataset, KEY, within=60).number == 1
    with pytest.raises(TimeoutError, match="longer than 1e-06 s"):
        edited_issues(dataset, KEY, within=1e-6)


def test_a_card_tells_that_its_image_was_edited(dataset: fo.Dataset) -> None:
    card = next_card(dataset, KEY, kind="swap")
    assert card is not None
    assert not card.is_edited
    edit_label(dataset, card.issue, label="giraffe")
    again = next_card(dataset, KEY, kind="swap")
    assert again is not None
    assert again.is_edited


def test_labels_that_the_scored_view_hid_were_not_drawn(dataset: fo.Dataset) -> None:
    some = fo.ViewField("label") != "cat"
    view = dataset.filter_labels("ground_truth", some, only_matches=False)
    odquality.compute_label_quality(view, key=KEY, min_probability=LEAST)
    missing = odquality.list_issues(dataset, KEY, kinds="overlooked", classes="cat")
    assert len(missing) > 100
    assert edited_issues(dataset, KEY).number == 0
    assert odquality.note_edits(dataset, KEY).done == ()
    card = next_card(dataset, KEY, sample_id=missing[0].sample_id)
    assert card is not None
    assert not card.is_edited
    before = dataset.count("ground_truth.detections")
    outcome = odquality.accept(dataset, KEY, missing)
    assert len(outcome.refused) > 100
    assert {"a label that the scored view hid, or that was drawn since, lies there"} <= {
        one.reason for one in outcome.refused
    }
    assert dataset.count("ground_truth.detections") == before + len(outcome.done)
    (swap,) = first(dataset, "swap")
    edit_label(dataset, swap, label="giraffe")
    assert [one.id for one in odquality.note_edits(dataset, KEY).done] == [swap.id]


def test_nothing_is_put_on_a_label_of_another_class_that_the_scored_view_hid(
    dataset: fo.Dataset,
) -> None:
    """In a view of one class a wrong class looks like a missing label."""
    swaps = odquality.list_issues(dataset, KEY, kinds="swap", classes="cat", min_probability=0.8)
    view = dataset
    for path in ("ground_truth", "predictions"):
        view = view.filter_labels(path, fo.ViewField("label") == "cat", only_matches=False)
    odquality.compute_label_quality(view, key=KEY, min_probability=LEAST)
    on_hidden = [
        one
        for one in odquality.list_issues(dataset, KEY, kinds="overlooked")
        if any(
            one.sample_id == swap.sample_id and overlap_of(one.box, swap.given_box) > 0.8
            for swap in swaps
        )
    ]
    assert on_hidden
    outcome = odquality.accept(dataset, KEY, on_hidden)
    assert outcome.done == ()
    assert {one.reason for one in outcome.refused} == {
        "a label that the scored view hid, or that was drawn since, lies there"
    }


def test_edits_are_noted_on_the_images_of_crops(dataset: fo.Dataset) -> None:
    shown, hidden = first(dataset, "swap", 2)
    for issue in (shown, hidden):
        edit_label(dataset, issue, label="giraffe")
    crops = dataset.select(shown.sample_id).to_patches("ground_truth")
    assert [one.id for one in odquality.note_edits(crops, KEY).done] == [shown.id]
