"""What the demo says that a reviewer finds, against orders made by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from odquality.demo.figures import outcomes
from odquality.demo.outcome import KindFound, Order, assess, mean

# 40 images: the first four have errors, and the score of the method finds three of them.
ERRORS = [["swap"], ["swap", "badloc"], ["overlooked"], ["badloc"], *[[]] * 36]
NAMES = [f"{image}.jpg" for image in range(40)]


def scores_of(*worst: int) -> np.ndarray:
    """Scores by which some images are the worst, in this order."""
    scores = np.full(40, 0.9)
    scores[list(worst)] = np.arange(len(worst)) / 100
    return scores


SCORES = {
    "quality": scores_of(0, 9, 2, 3, 8, 7, 6, 5, 4, 30, 1),
    "swap": scores_of(20, 1, 0),
    "badloc": scores_of(3, 1),
    "overlooked": scores_of(2),
    "spurious": scores_of(5),
}
OUTCOME = assess(SCORES, scores_of(0, 4, 5, 6), ERRORS)


def test_images_are_counted_in_the_order_of_their_scores() -> None:
    assert (OUTCOME.num_images, OUTCOME.num_wrong, OUTCOME.chance) == (40, 4, 0.1)
    assert OUTCOME.method == Order(3, (0.3, 0.2))
    assert OUTCOME.simple.found == 1


def test_kinds_are_counted_in_the_order_of_their_own_score() -> None:
    assert OUTCOME.kinds == {
        "overlooked": KindFound(1, 1, 2),
        "swap": KindFound(1, 2, 1),
        "badloc": KindFound(2, 2, 3),
        "spurious": KindFound(0, 0, None),
    }


def test_it_says_so_with_an_example_of_each() -> None:
    said = OUTCOME.describe(NAMES, SCORES)
    assert "4 of 40 images have an injected label error" in said
    assert "found among the 4 worst images: 3 (by a simple score 1, by chance 0.4)" in said
    assert "among the first 10 and 20: 0.30 and 0.20 (by a simple score 0.40 and" in said
    assert "1 of 2 among the first 2, such as 1.jpg (99%): relabel a label" in said
    assert "2 of 2 among the first 2, such as 3.jpg (100%): move a label" in said
    assert "%" not in OUTCOME.describe(NAMES)
    assert "such as" not in str(OUTCOME)


def test_the_mean_of_outcomes() -> None:
    other = assess({**SCORES, "quality": scores_of(0, 1, 2, 3)}, scores_of(7, 8, 9, 10), ERRORS)
    both = mean([OUTCOME, other])
    assert both.method == Order(3.5, (0.35, 0.2))
    assert both.simple.found == 0.5
    assert both.kinds == {kind: replace(one, example=None) for kind, one in OUTCOME.kinds.items()}
    assert "found among the 4 worst images: 3.5 (by a simple score 0.5" in str(both)


def test_seeds_make_other_demos(tmp_path: Path) -> None:
    found = dict(outcomes(30, [51, 52], "calibrated", tmp_path))
    assert {outcome.num_wrong for outcome in found.values()} == {6}
    assert found[51] != found[52]
    assert dict(outcomes(30, [52], "calibrated", tmp_path)) == {52: found[52]}
