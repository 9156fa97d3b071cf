"""A removed label comes back with what the runs that there are now say of it."""

from __future__ import annotations

import fiftyone as fo

import odquality
from tests.bridge.review.help import KEY, first, label_of


def test_a_label_comes_back_as_the_renamed_run_has_scored_it(dataset: fo.Dataset) -> None:
    (issue,) = first(dataset, "duplicate")
    before = label_of(dataset, issue)
    odquality.accept(dataset, KEY, issue)
    dataset.rename_run(KEY, "renamed")
    odquality.undo(dataset, "renamed")
    after = label_of(dataset, issue)
    assert before is not None
    assert after == {
        f"renamed{name.removeprefix(KEY)}" if name.startswith(KEY) else name: value
        for name, value in before.items()
    }
    marked = dataset.count_values("ground_truth.detections.renamed_issue")["duplicate"]
    assert marked == len(odquality.list_issues(dataset, "renamed", kinds="duplicate"))


def test_a_label_comes_back_with_the_mark_of_the_run_that_has_its_issue(
    dataset: fo.Dataset,
) -> None:
    (issue,) = first(dataset, "spurious")
    odquality.accept(dataset, KEY, issue)
    odquality.compute_label_quality(dataset, key="second")
    dataset.delete_run(KEY)
    odquality.undo(dataset, "second")
    label = label_of(dataset, issue)
    assert label is not None
    assert label["second_issue"] == "spurious"
