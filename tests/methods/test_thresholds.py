"""What thresholds show is what is listed from them on."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from odquality.core.scenes import Boxes, Predictions, Scenes
from odquality.kinds import KINDS, LABEL_KINDS, OVERLOOKED
from odquality.methods.interface import Scores
from odquality.methods.issues import Issue, list_issues
from odquality.methods.thresholds import THRESHOLDS, ErrorsAbove

NUM_IMAGES, NUM_LABELS, NUM_PREDICTIONS = 20, 200, 300


def boxes(rng: np.random.Generator, number: int) -> Boxes:
    counts = rng.multinomial(number, np.full(NUM_IMAGES, 1 / NUM_IMAGES))
    return Boxes(rng.random((number, 4)), rng.integers(0, 3, number), counts)


@pytest.fixture(params=[0, 1, 2])
def scored(request: pytest.FixtureRequest) -> tuple[Scenes, Scores]:
    """Images with random scores, many of them equal and many of them thresholds."""
    rng = np.random.default_rng(request.param)
    found = boxes(rng, NUM_PREDICTIONS)
    predictions = Predictions(found.xyxy, found.classes, found.counts, rng.random(NUM_PREDICTIONS))
    scenes = Scenes(boxes(rng, NUM_LABELS), predictions, boxes(rng, 0))

    def draw(number: int) -> np.ndarray:
        return 1 - rng.choice([0.0, *THRESHOLDS, 0.55, 0.25, 1.0], number)

    missing = draw(NUM_PREDICTIONS)
    missing[rng.random(NUM_PREDICTIONS) < 0.2] = np.nan
    evidence = {kind: np.full(NUM_LABELS, -1) for kind in LABEL_KINDS}
    # Neighbours repeat each other.
    evidence["duplicate"] = np.arange(NUM_LABELS) ^ 1
    return scenes, Scores(
        images={},
        labels={kind: draw(NUM_LABELS) for kind in LABEL_KINDS},
        predictions={OVERLOOKED: missing},
        evidence=evidence,
    )


def listed(scored: tuple[Scenes, Scores], threshold: float) -> list[Issue]:
    """The issues from a threshold on, the likeliest of each label."""
    kept, seen = [], set()
    for issue in list_issues(*scored, min_probability=threshold):
        label = (issue.image, issue.label)
        if issue.label is None or label not in seen:
            kept.append(issue)
            seen.add(label)
    return kept


def test_every_threshold_shows_what_is_listed_from_it_on(scored: tuple[Scenes, Scores]) -> None:
    images = np.arange(NUM_IMAGES) % 3 > 0
    errors = ErrorsAbove()
    errors.add(*scored, images)
    for row, threshold in enumerate(THRESHOLDS):
        issues = [issue for issue in listed(scored, threshold) if images[issue.image]]
        number = Counter(issue.kind for issue in issues)
        assert len(number) == len(KINDS)
        for kind in KINDS:
            likely = [issue.probability for issue in issues if issue.kind == kind]
            assert errors.shown[kind][row] == number[kind]
            assert errors.right[kind][row] == pytest.approx(sum(likely), rel=1e-12)


def test_images_add_up(scored: tuple[Scenes, Scores]) -> None:
    whole, parts = ErrorsAbove(), ErrorsAbove()
    whole.add(*scored, np.ones(NUM_IMAGES, bool))
    half = np.arange(NUM_IMAGES) < 7
    for images in (half, ~half):
        parts.add(*scored, images)
    for kind in KINDS:
        np.testing.assert_array_equal(parts.shown[kind], whole.shown[kind])
        np.testing.assert_allclose(parts.right[kind], whole.right[kind], rtol=1e-12)


def test_no_images_show_nothing(scored: tuple[Scenes, Scores]) -> None:
    errors = ErrorsAbove()
    errors.add(*scored, np.zeros(NUM_IMAGES, bool))
    assert all(not errors.shown[kind].any() and not errors.right[kind].any() for kind in KINDS)
