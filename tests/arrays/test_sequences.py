"""One rule says what has an entry per image, for all functions."""

from __future__ import annotations

from collections import UserList, deque
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import odquality
from tests.arrays.scenes import random_scenes, to_rows

LABELS, PER_CLASS = random_scenes(3, 6)
PREDICTIONS = to_rows(PER_CLASS)
BOX_SCORES = [np.array([0.5, 0.1]), np.array([]), np.array([0.3])]
IMAGE_SCORES = [0.05, 0.7, 0.01]


def objects(items: Any) -> Any:
    array = np.empty(len(items), object)
    array[:] = items
    return array


def in_table(items: Any) -> Any:
    """A column of a table whose rows are not numbered from 0, as after a filter."""
    pandas = pytest.importorskip("pandas")
    return pandas.Series(list(items), index=range(100, 100 + len(items)))


ORDERED: dict[str, Callable[[Any], Any]] = {
    "tuple": tuple,
    "deque": deque,
    "user list": UserList,
    "iterator": iter,
    "generator": lambda items: (item for item in items),
    "map": lambda items: map(np.asarray, items) if np.ndim(items[0]) else iter(items),
    "values of a dict": lambda items: dict(enumerate(items)).values(),
    "array of objects": objects,
    "column of a table": in_table,
}


@pytest.mark.parametrize("form", ORDERED)
def test_whatever_has_an_order_is_read_once(form: str) -> None:
    ordered = ORDERED[form]
    labels = (lambda: ordered(LABELS)) if form != "map" else (lambda: iter(LABELS))
    for function in (odquality.score_labels, odquality.find_label_issues):
        expected, found = function(LABELS, PREDICTIONS), function(labels(), ordered(PREDICTIONS))
        if isinstance(expected, odquality.LabelQuality):
            expected, found = expected.scores["quality"], found.scores["quality"]
        assert found.tolist() == expected.tolist()
    pooled = odquality.pool_box_scores_per_image(ordered(BOX_SCORES))
    assert pooled.tolist() == odquality.pool_box_scores_per_image(BOX_SCORES).tolist()
    assert odquality.issues_from_scores(ordered(IMAGE_SCORES)).tolist() == [2, 0]


NO_ORDER = {
    "None": None,
    "number": 3,
    "text": "images",
    "bytes": b"images",
    "dict": {"bboxes": [], "labels": []},
    "set": {1, 2},
    "0-dimensional array": np.array(5),
    "type": list,
}


@pytest.mark.parametrize("form", NO_ORDER)
def test_what_has_no_order_is_refused_by_name(form: str) -> None:
    wrong: Any = NO_ORDER[form]
    expected = "is a .*; expected a sequence with one entry per image"
    with pytest.raises(ValueError, match=f"^labels {expected}"):
        odquality.score_labels(wrong, PREDICTIONS)
    with pytest.raises(ValueError, match=f"^predictions {expected}"):
        odquality.score_labels(LABELS, wrong)
    with pytest.raises(ValueError, match=f"^box_scores {expected}"):
        odquality.pool_box_scores_per_image(wrong)
    with pytest.raises(ValueError, match=f"^label_quality_scores {expected}"):
        odquality.issues_from_scores(wrong)
    if wrong is not None:
        with pytest.raises(ValueError, match=f"^image_sizes {expected}"):
            odquality.score_labels(LABELS, PREDICTIONS, image_sizes=wrong)
