"""The demo's simple score is the benchmarks'."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.accuracy.baselines import score_simply
from benchmarks.accuracy.data import DetectionData
from odquality.core.scenes import NO_SCENES, Boxes
from odquality.demo.injection.labels import ANY
from odquality.demo.simple_score import simple_scores
from tests.synthetic import NUM_CLASSES, synthetic_scenes


@pytest.mark.parametrize("seed", range(3))
def test_it_is_that_of_the_benchmarks(seed: int) -> None:
    scenes = synthetic_scenes(seed)
    doubled = scenes.labels.take(np.sort(np.tile(np.arange(len(scenes.labels)), 2)))
    rng = np.random.default_rng(seed)
    labels = Boxes(
        doubled.xyxy + rng.normal(0, 9, doubled.xyxy.shape),
        rng.integers(NUM_CLASSES, size=len(doubled)),
        doubled.counts,
    )
    sizes = np.full((len(scenes), 2), 700.0)
    names = tuple("abcd")
    data = DetectionData(
        "synthetic", names, sizes, labels, np.zeros(len(labels), bool), scenes.predictions
    )
    expected = 1 - score_simply(data).images[ANY]
    np.testing.assert_allclose(
        simple_scores(labels, scenes.predictions), expected, rtol=0, atol=1e-12
    )
    assert len(np.unique(expected)) > 100


def test_no_images() -> None:
    assert simple_scores(NO_SCENES.labels, NO_SCENES.predictions).shape == (0,)
