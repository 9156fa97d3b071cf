"""The database before and after decisions, compared document by document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import fiftyone as fo
import pytest

from odquality.bridge.review.issue import ReviewIssue

Document = dict[str, Any]
# Issues by what was decided.
Decided = Mapping[str, Sequence[ReviewIssue]]


def documents(dataset: fo.Dataset) -> dict[str, Document]:
    """Every sample as the database has it, by its id."""
    return {str(one["_id"]): one for one in dataset._sample_collection.find()}


def boxes(document: Document, field: str) -> dict[str, Document]:
    """The boxes of a field by their id."""
    return {str(one["_id"]): one for one in document[field]["detections"]}


def assert_decided(
    dataset: fo.Dataset, key: str, before: Mapping[str, Document], decided: Decided
) -> None:
    """Makes sure that the samples have what was decided on, and that nothing else changed.

    Args:
        dataset: the whole of it is compared.
        key: of the run.
        before: its documents before.
        decided: fewer than a run learns from.
    """
    after = documents(dataset)
    assert set(after) == set(before)
    for name, document in after.items():
        of_image = {
            status: [issue for issue in issues if issue.sample_id == name]
            for status, issues in decided.items()
        }
        if any(of_image.values()):
            _assert_sample(key, before[name], document, of_image)
        else:
            assert document == before[name]


def _assert_sample(key: str, before: Document, after: Document, decided: Decided) -> None:
    labels, were = boxes(after, "ground_truth"), boxes(before, "ground_truth")
    for status, issues in decided.items():
        for issue in issues:
            if status == "accepted":
                _pop_mended(key, labels, were, issue)
            elif issue.label_id is not None:
                _pop_label(key, labels, were, issue.label_id)
    assert labels == were
    suggestions = f"{key}_suggestions"
    every = [issue.suggestion_id for issues in decided.values() for issue in issues]
    assert set(boxes(after, suggestions)) == set(boxes(before, suggestions)) - set(every)
    assert after[f"{key}_num_issues"] == before[f"{key}_num_issues"] - len(every)
    made = boxes(after, "ground_truth_decisions")
    assert {name: one["status"] for name, one in made.items()} == {
        issue.suggestion_id: status for status, issues in decided.items() for issue in issues
    }


def _pop_mended(
    key: str, labels: dict[str, Document], were: dict[str, Document], issue: ReviewIssue
) -> None:
    """Takes away a label that was mended, after a look at it."""
    if issue.action == "add":
        (name,) = [
            name
            for name, one in labels.items()
            if name not in were and one["bounding_box"] == list(issue.box)
        ]
        assert labels.pop(name)["label"] == issue.label
    elif issue.action == "remove":
        assert issue.label_id not in labels
        were.pop(str(issue.label_id))
    else:
        label = _pop_label(key, labels, were, str(issue.label_id))
        assert label["label"] == issue.label
        assert label["bounding_box"] == pytest.approx(issue.box)


def _pop_label(
    key: str, labels: dict[str, Document], were: dict[str, Document], label_id: str
) -> Document:
    """Takes away a label that stays; all of it but class, box and flags is as before."""
    label, was = labels.pop(label_id), were.pop(label_id)
    kept = set(was) - {f"{key}_issue", f"{key}_suggested_label", "label", "bounding_box"}
    assert {name: label[name] for name in kept} == {name: was[name] for name in kept}
    return label
