from __future__ import annotations

import fiftyone as fo
import pytest

import odquality
from tests.bridge.review.help import KEY, documents, undecided


def test_a_preview_counts_and_changes_nothing(dataset: fo.Dataset) -> None:
    before = documents(dataset)
    preview = odquality.preview_accept_all(dataset, KEY, min_probability=0.5, kinds="overlooked")
    issues = odquality.list_issues(
        dataset, KEY, min_probability=0.5, kinds="overlooked", order="probability"
    )
    assert list(preview.issues) == issues
    assert preview.count == len(issues) == preview.by_kind["overlooked"]
    assert preview.expected_wrong == pytest.approx(sum(1 - one.probability for one in issues))
    assert preview.examples[0] == issues[0]
    assert preview.examples[-1] == issues[-1]
    assert len(set(preview.examples)) == len(preview.examples) == min(6, len(issues))
    assert f"{len(issues)} issues would be accepted" in str(preview)
    assert documents(dataset) == before


def test_all_is_accepted_and_one_undo_takes_it_back(dataset: fo.Dataset) -> None:
    before = undecided(dataset)
    preview = odquality.preview_accept_all(dataset, KEY, min_probability=0.4)
    outcome = odquality.accept_all(dataset, KEY, min_probability=0.4, by="ann")
    assert {one.id for one in outcome.done} == {one.id for one in preview.issues}
    assert not odquality.list_issues(dataset, KEY, min_probability=0.4, kinds="swap")
    assert len(odquality.undo(dataset, KEY).done) == len(outcome.done)
    assert undecided(dataset) == before


def test_of_a_view_and_a_class_alone(dataset: fo.Dataset) -> None:
    view = dataset.limit(100)
    expected = odquality.list_issues(view, KEY, classes="cat", min_probability=0.3)
    outcome = odquality.accept_all(view, KEY, classes="cat", min_probability=0.3)
    assert {one.id for one in outcome.done} == {one.id for one in expected}
    assert expected


def test_nothing_to_accept_is_no_error(dataset: fo.Dataset) -> None:
    preview = odquality.preview_accept_all(dataset, KEY, min_probability=1.0, classes="elk")
    assert (preview.count, preview.examples, preview.expected_wrong) == (0, (), 0)
    outcome = odquality.accept_all(dataset, KEY, min_probability=1.0, classes="elk")
    assert (outcome.done, outcome.batch) == ((), None)
    assert str(outcome) == "Label review: nothing"
