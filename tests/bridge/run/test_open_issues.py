"""What is open is told without counting it, and counted where that would be wrong."""

from __future__ import annotations

from collections import Counter
from typing import Any

import fiftyone as fo
import numpy as np
import pytest

import odquality
from odquality.bridge.run import open_issues as tested
from odquality.bridge.run.open_issues import open_issues
from odquality.bridge.store import records
from odquality.summaries.histogram import AREA_EDGES, bin_of
from tests.bridge.conftest import MakeDataset
from tests.bridge.datasets import random_samples

KEY = "lq"


@pytest.fixture
def scored(make_dataset: MakeDataset) -> fo.Dataset:
    dataset = make_dataset(random_samples(60))
    odquality.compute_label_quality(dataset, key=KEY, min_probability=0.01)
    return dataset


def told(dataset: fo.Dataset) -> Counter[Any]:
    record = records.find(dataset, KEY)
    assert record is not None
    return open_issues(dataset, record)


def listed(dataset: fo.Dataset) -> Counter[Any]:
    """By a loop over all issues, sizes apart."""
    issues = odquality.list_issues(dataset, KEY)
    return Counter((one.kind, one.given_label, one.label) for one in issues)


def without_sizes(counts: Counter[Any]) -> Counter[Any]:
    found: Counter[Any] = Counter()
    for group, number in counts.items():
        found[group[:3]] += number
    return found


def forbid_counting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody may count all issues."""

    def fail(*_: Any) -> None:
        raise AssertionError("all issues were counted")

    monkeypatch.setattr(tested, "_counted", fail)


def review(dataset: fo.Dataset) -> None:
    issues = odquality.list_issues(dataset, KEY)
    odquality.accept(dataset, KEY, issues[::3])
    odquality.dismiss(dataset, KEY, issues[1::3])
    odquality.skip(dataset, KEY, issues[2:20:3])
    odquality.undo(dataset, KEY, batches=2)
    odquality.redo(dataset, KEY)


def test_what_is_open_follows_from_the_decisions(
    scored: fo.Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    forbid_counting(monkeypatch)
    before = told(scored)
    assert without_sizes(before) == listed(scored)
    review(scored)
    assert 0 < told(scored).total() < before.total()
    assert without_sizes(told(scored)) == listed(scored)
    scored.rename_run(KEY, "other")
    scored.rename_sample_field("ground_truth", "gt")
    scored.rename_run("other", KEY)
    assert without_sizes(told(scored)) == listed(scored)
    odquality.undo(scored, KEY, batches=9)
    assert told(scored) == before


def score_again(dataset: fo.Dataset) -> None:
    odquality.compute_label_quality(dataset, key=KEY, min_probability=0.01)


def take_samples_away(dataset: fo.Dataset) -> None:
    odquality.dismiss(dataset, KEY, odquality.list_issues(dataset, KEY)[:9])
    dataset.delete_samples(dataset.take(20, seed=51))


def take_back_earlier_decisions(dataset: fo.Dataset) -> None:
    odquality.dismiss(dataset, KEY, odquality.list_issues(dataset, KEY)[:9])
    score_again(dataset)
    odquality.undo(dataset, KEY)


def make_one_earlier_decision_again(dataset: fo.Dataset) -> None:
    """In all there are as many as if none of the two had been taken back."""
    issues = odquality.list_issues(dataset, KEY)
    one, other = (next(one for one in issues if one.kind == kind) for kind in ("swap", "badloc"))
    odquality.dismiss(dataset, KEY, [one, other])
    score_again(dataset)
    odquality.undo(dataset, KEY)
    odquality.redo(dataset, KEY, issues=other)


def clear_suggestions(dataset: fo.Dataset) -> None:
    dataset.limit(30).set_values(f"{KEY}_num_issues", [0] * 30)
    dataset.limit(30).set_field(f"{KEY}_suggestions", None).save(f"{KEY}_suggestions")


@pytest.mark.parametrize(
    "change",
    [
        take_samples_away,
        take_back_earlier_decisions,
        make_one_earlier_decision_again,
        clear_suggestions,
    ],
)
def test_what_the_decisions_do_not_tell_is_counted(scored: fo.Dataset, change: Any) -> None:
    change(scored)
    assert without_sizes(told(scored)) == listed(scored)


def test_decisions_on_other_scorings_change_nothing(
    scored: fo.Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    odquality.compute_label_quality(scored, key="second", min_probability=0.01)
    forbid_counting(monkeypatch)
    before = told(scored)
    odquality.dismiss(scored, "second", odquality.list_issues(scored, "second")[:9])
    assert told(scored) == before


def test_a_clone_tells_its_own(scored: fo.Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    forbid_counting(monkeypatch)
    review(scored)
    clone = scored.clone()
    odquality.undo(clone, KEY)
    assert without_sizes(told(clone)) == listed(clone)
    assert without_sizes(told(scored)) == listed(scored)
    clone.delete()


def test_sizes_are_those_of_the_boxes(scored: fo.Dataset) -> None:
    listed = scored.values(f"{KEY}_suggestions.detections.bounding_box", unwind=True)
    boxes = np.array(listed).reshape(-1, 4)
    areas = boxes[:, 2] * boxes[:, 3]
    expected = Counter(bin_of(areas, AREA_EDGES).tolist())
    found: Counter[Any] = Counter()
    for group, number in told(scored).items():
        found[group.size] += number
    assert found == expected
