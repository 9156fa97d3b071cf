"""Figures on real detectors' output, not far below those that the method is known to reach."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.accuracy.baselines import score_simply
from benchmarks.accuracy.data import DetectionData
from benchmarks.accuracy.evaluation import evaluate
from benchmarks.accuracy.files import ORIGINAL_LABELS, load_dataset
from benchmarks.accuracy.real_errors import evaluate_missing
from benchmarks.accuracy.reliability import reliability_by_kind
from benchmarks.accuracy.scenarios import Scenario
from benchmarks.accuracy.suspicion import Suspicion
from devtools.real_data import DATA_FOLDER as DATA
from odquality.core.scenes import Scenes
from odquality.demo.injection.labels import ANY
from odquality.kinds import KINDS
from odquality.methods.calibrated.scorer import Calibrated

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"the benchmark's data are not at {DATA}")


def _score(data: DetectionData) -> Suspicion:
    reviewed, ignored = np.flatnonzero(~data.iscrowd), np.flatnonzero(data.iscrowd)
    scenes = Scenes(data.labels.take(reviewed), data.predictions, data.labels.take(ignored))
    scores = Calibrated().fit([scenes]).score(scenes)
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


def test_images_with_any_error(voc):
    corrupted = Scenario("images", "mixed").inject(voc, seed=0)
    data = voc.with_labels(corrupted.labels, corrupted.iscrowd)
    figures = evaluate(data, corrupted, _score(data))["image", ANY]
    assert figures.auroc > 0.89
    assert figures.average_precision > 0.7
    assert figures.precision_at_t > 0.64


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_ranked_at_least_as_well_as_by_its_simple_score(voc, kind):
    corrupted = Scenario("images", kind, (kind,)).inject(voc, seed=0)
    data = voc.with_labels(corrupted.labels, corrupted.iscrowd)
    figures = evaluate(data, corrupted, _score(data))
    simple = evaluate(data, corrupted, score_simply(data))
    # Duplicates are told by their IoU alone, and the images with one can only be told as well.
    ties = 1e-4 if kind == "duplicate" else 0
    for level in ("image", "box"):
        ours, theirs = figures[level, kind], simple[level, kind]
        assert ours.auroc >= theirs.auroc - ties, level
        assert ours.average_precision >= theirs.average_precision - ties, level


def test_really_missing_boxes():
    data = load_dataset("bccd", DATA, ORIGINAL_LABELS)
    corrected = load_dataset("bccd", DATA).labels
    figures = evaluate_missing(data, corrected, _score(data))
    assert figures.auroc > 0.87
    assert figures.average_precision > 0.92


@pytest.mark.parametrize("kind", ["swap", "badloc", "spurious", "overlooked"])
def test_probabilities_are_roughly_right_where_3_percent_are_wrong(voc, kind):
    corrupted = Scenario("boxes", "mixed", share=0.03).inject(voc, seed=0)
    data = voc.with_labels(corrupted.labels, corrupted.iscrowd)
    curve = reliability_by_kind(data, corrupted, _score(data))[kind]
    suspects = [bin_ for bin_ in curve if bin_.low >= 0.1]
    deviations = [abs(bin_.mean_probability - bin_.error_share) for bin_ in suspects]
    assert np.average(deviations, weights=[bin_.count for bin_ in suspects]) < 0.2
