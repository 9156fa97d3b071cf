"""Issues: what they point to and what they suggest."""

from __future__ import annotations

import numpy as np
import pytest

from odquality.core.scenes import Boxes, Predictions, Scenes
from odquality.methods.interface import Scores
from odquality.methods.issues import Issue, list_issues

LABELS = Boxes(np.arange(16.0).reshape(4, 4), np.array([0, 1, 2, 0]), np.array([1, 0, 3]))
PREDICTIONS = Predictions(
    100 + np.arange(16.0).reshape(4, 4),
    np.array([3, 4, 5, 6]),
    np.array([2, 0, 2]),
    np.full(4, 0.5),
)
SCENES = Scenes(LABELS, PREDICTIONS, Boxes(np.zeros((0, 4)), np.zeros(0, int), np.zeros(3, int)))


def _scores(overlooked=(1, 1, 1, 1), evidence=None, **labels) -> Scores:
    kinds = ("swap", "badloc", "spurious", "duplicate")
    return Scores(
        images={},
        labels={kind: np.array(labels.get(kind, np.ones(4)), float) for kind in kinds},
        predictions={"overlooked": np.array(overlooked, float)},
        evidence={kind: np.full(4, -1) for kind in kinds} | (evidence or {}),
    )


def test_overlooked_suggests_the_predictions_class_and_box():
    issues = list_issues(SCENES, _scores(overlooked=(np.nan, 0.9, 1, 0.25)))
    assert issues == [Issue(2, "overlooked", 0.75, None, 1, 6, (112.0, 113.0, 114.0, 115.0))]


def test_swap_suggests_a_class():
    scores = _scores(swap=(1, 1, 0.25, 1), evidence={"swap": np.array([-1, -1, 2, -1])})
    assert list_issues(SCENES, scores) == [Issue(2, "swap", 0.75, 1, 0, 5, None)]


def test_badloc_suggests_a_box():
    scores = _scores(badloc=(0.25, 1, 1, 1), evidence={"badloc": np.array([1, -1, -1, -1])})
    expected = Issue(0, "badloc", 0.75, 0, 1, None, (104.0, 105.0, 106.0, 107.0))
    assert list_issues(SCENES, scores) == [expected]


@pytest.mark.parametrize("kind", ["spurious", "duplicate"])
def test_spurious_and_duplicate_suggest_removal(kind):
    scores = _scores(**{kind: (1, 1, 1, 0.25)}, evidence={kind: np.array([-1, -1, -1, 2])})
    assert list_issues(SCENES, scores) == [Issue(2, kind, 0.75, 2, None, None, None)]


@pytest.mark.parametrize(("second", "to_go"), [(0.2, 1), (0.25, 1), (0.3, 0)])
def test_one_of_two_duplicates_is_to_go(second, to_go):
    scores = _scores(
        duplicate=(1, 0.25, second, 1), evidence={"duplicate": np.array([-1, 2, 1, -1])}
    )
    assert [issue.label for issue in list_issues(SCENES, scores)] == [to_go]


def test_the_likeliest_come_first_and_the_unlikely_not_at_all():
    scores = _scores(overlooked=(0.5, 1, 1, 1), swap=(0.71, 0.1, 1, 1), spurious=(1, 1, 0.3, 1))
    issues = list_issues(SCENES, scores)
    assert [issue.kind for issue in issues] == ["swap", "spurious", "overlooked"]
    assert len(list_issues(SCENES, scores, min_probability=0.6)) == 2
    assert len(list_issues(SCENES, scores, min_probability=0)) == 20


def test_a_probability_outside_the_unit_interval_is_refused():
    with pytest.raises(ValueError, match=r"min_probability is 1\.5"):
        list_issues(SCENES, _scores(), min_probability=1.5)
