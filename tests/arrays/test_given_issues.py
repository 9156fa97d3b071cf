"""Issues that are handed back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from odquality.arrays.given_issues import checked_issues
from odquality.methods.issues import Issue

NUM_LABELS, NUM_PREDICTIONS = np.array([2, 0]), np.array([1, 3])
SWAP = Issue(0, "swap", 0.9, 1, 0, 1, None)
SPURIOUS = Issue(0, "spurious", 0.9, 0, None, None, None)
OVERLOOKED = Issue(1, "overlooked", 0.5, None, 2, 0, (5, 5, 25, 25))


def test_issues_stay_as_they_are() -> None:
    issues = [SWAP, SPURIOUS, OVERLOOKED, replace(SWAP, image=np.int64(0), label=np.uint8(1))]
    assert checked_issues(iter(issues), NUM_LABELS, NUM_PREDICTIONS) == issues


def test_unknown_predictions_may_be_any() -> None:
    issues = [OVERLOOKED, replace(OVERLOOKED, prediction=10**6)]
    assert checked_issues(issues, NUM_LABELS) == issues
    with pytest.raises(ValueError, match=r"issues\[0\] is of image 1, prediction -1, which is not"):
        checked_issues([replace(OVERLOOKED, prediction=-1)], NUM_LABELS)


@pytest.mark.parametrize(
    ("issue", "message"),
    [
        (1, r" is 1; expected an Issue, as find_label_issues gives them"),
        (replace(SWAP, kind="typo"), r"\.kind is 'typo'; expected one of 'overlooked'"),
        (replace(SWAP, kind=None), r"\.kind is None; expected one of"),
        (replace(SWAP, image=None), r" is of image None, label 1, which is not there"),
        (replace(SWAP, image=2), r" is of image 2, label 1, which is not there: .* other labels"),
        (replace(SWAP, image=-1), r" is of image -1, label 1, which is not there"),
        (replace(SWAP, image=0.0), r" is of image 0.0, label 1, which is not there"),
        (replace(SWAP, image=False), r" is of image False, label 1, which is not there"),
        (replace(SWAP, label=2), r" is of image 0, label 2, which is not there"),
        (replace(SWAP, label=-2), r" is of image 0, label -2, which is not there"),
        (replace(SWAP, label="0"), r" is of image 0, label '0', which is not there"),
        (replace(SWAP, label=None), r" is of image 0, label None, which is not there"),
        (replace(SWAP, prediction=1), r" is of image 0, prediction 1, .* of other predictions"),
        (replace(SWAP, suggested_class="cat"), r"\.suggested_class is 'cat'; expected an integer"),
        (replace(SWAP, suggested_class=-1), r"\.suggested_class is -1; expected an integer"),
        (replace(OVERLOOKED, prediction=3), r" is of image 1, prediction 3, which is not there"),
        (replace(OVERLOOKED, prediction=None), r" is of image 1, prediction None, which is not"),
        (replace(OVERLOOKED, suggested_class=None), r"\.suggested_class is None; expected an int"),
    ],
)
def test_what_is_no_issue_of_these_boxes_is_refused(issue: Any, message: str) -> None:
    with pytest.raises(ValueError, match=rf"^issues\[1\]{message}"):
        checked_issues([SWAP, issue], NUM_LABELS, NUM_PREDICTIONS)
