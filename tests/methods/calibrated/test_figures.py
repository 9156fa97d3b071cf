"""Figures on real detectors' output are those that the method is known to reach.

They are held from both sides, so that nothing that matters changes unseen. Write a figure down here
when it is meant to change.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from benchmarks.accuracy.baselines import score_simply
from benchmarks.accuracy.comparison import Rules, compare
from benchmarks.accuracy.data import DetectionData
from benchmarks.accuracy.evaluation import evaluate
from benchmarks.accuracy.files import ORIGINAL_LABELS, load_dataset
from benchmarks.accuracy.real_errors import rank_real
from benchmarks.accuracy.reliability import reliability_by_kind
from benchmarks.accuracy.scenarios import Scenario
from benchmarks.accuracy.suspicion import Suspicion
from devtools.real_data import DATA_FOLDER as DATA
from odquality.core.scenes import Scenes
from odquality.kinds import ANY, KINDS
from odquality.methods.calibrated.scorer import Calibrated
from odquality.methods.interface import learn

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"the benchmark's data are not at {DATA}")

# Draws of a scenario differ by about so much.
known_auroc = partial(pytest.approx, abs=0.01)
known_precision = partial(pytest.approx, abs=0.02)

# AUROC, average precision and precision at T, one error in 20% of the images.
MIXED = {"image": (0.905, 0.763, 0.687), "box": (0.948, 0.709, 0.630)}

# Of images and of boxes, where there is no other kind of error.
AVERAGE_PRECISION = {
    "overlooked": (0.836, 0.773),
    "swap": (0.920, 0.903),
    "badloc": (0.583, 0.466),
    "spurious": (0.896, 0.861),
    "duplicate": (1.0, 1.0),
}

# How far the probabilities of .1 and more are, on average, from the share that is wrong. That of
# spurious labels is kept low, because labels that the detector misses look the same: here it is too
# low.
CALIBRATION_ERROR = {
    "any": 0.065,
    "overlooked": 0.041,
    "swap": 0.081,
    "badloc": 0.157,
    "spurious": 0.250,
    "duplicate": 0.071,
}


def _score(data: DetectionData) -> Suspicion:
    reviewed, ignored = np.flatnonzero(~data.iscrowd), np.flatnonzero(data.iscrowd)
    scenes = Scenes(data.labels.take(reviewed), data.predictions, data.labels.take(ignored))
    scores = learn(Calibrated(), [scenes]).score(scenes)
    labels = {}
    for name, values in scores.labels.items():
        labels[name] = np.full(len(data.labels), np.nan)
        labels[name][reviewed] = 1 - values
    images = {name: 1 - values for name, values in scores.images.items()}
    return Suspicion(
        images | {ANY: images["quality"]},
        labels | {ANY: labels["quality"]},
        1 - scores.predictions["overlooked"],
    )


@pytest.fixture(scope="module")
def voc() -> DetectionData:
    return load_dataset("voc", DATA)


def test_images_and_labels_with_any_error(voc):
    corrupted = Scenario("images", "mixed").inject(voc, seed=0)
    data = voc.with_labels(corrupted.labels, corrupted.iscrowd)
    figures = evaluate(data, corrupted, _score(data))
    for level, (auroc, average_precision, precision_at_t) in MIXED.items():
        ranking = figures[level, ANY]
        assert ranking.auroc == known_auroc(auroc), level
        assert ranking.average_precision == known_precision(average_precision), level
        assert ranking.precision_at_t == known_precision(precision_at_t), level


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_by_itself_and_beside_its_simple_score(voc, kind):
    corrupted = Scenario("images", kind, (kind,)).inject(voc, seed=0)
    data = voc.with_labels(corrupted.labels, corrupted.iscrowd)
    figures = evaluate(data, corrupted, _score(data))
    simple = evaluate(data, corrupted, score_simply(data))
    # Duplicates are told by their IoU alone, and the images with one can only be told as well.
    ties = 1e-4 if kind == "duplicate" else 0
    for level, average_precision in zip(("image", "box"), AVERAGE_PRECISION[kind], strict=True):
        ours, theirs = figures[level, kind], simple[level, kind]
        assert ours.average_precision == known_precision(average_precision), level
        assert ours.auroc >= theirs.auroc - ties, level
        assert ours.average_precision >= theirs.average_precision - ties, level


def test_really_missing_boxes():
    data = load_dataset("bccd", DATA, ORIGINAL_LABELS)
    errors = compare(data, load_dataset("bccd", DATA), Rules())
    figures = rank_real(data, errors, _score(data))["box", "overlooked"]
    assert figures.auroc == known_auroc(0.898)
    assert figures.average_precision == known_precision(0.951)


@pytest.mark.parametrize("kind", CALIBRATION_ERROR)
def test_probabilities_where_3_percent_are_wrong(voc, kind):
    corrupted = Scenario("boxes", "mixed", share=0.03).inject(voc, seed=0)
    data = voc.with_labels(corrupted.labels, corrupted.iscrowd)
    curve = reliability_by_kind(data, corrupted, _score(data))[kind]
    suspects = [bin_ for bin_ in curve if bin_.low >= 0.1]
    deviations = [abs(bin_.mean_probability - bin_.error_share) for bin_ in suspects]
    error = np.average(deviations, weights=[bin_.count for bin_ in suspects])
    assert error == pytest.approx(CALIBRATION_ERROR[kind], abs=0.02)
