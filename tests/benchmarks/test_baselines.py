"""The simple scores against their definitions, box by box."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.accuracy.baselines import score_simply
from benchmarks.accuracy.data import DetectionData, make_predictions
from odquality.core.geometry import box_iou
from odquality.core.scenes import Boxes, FloatArray
from odquality.kinds import ANY


def make_data() -> DetectionData:
    """Forty crowded images, ordered labels, two classes."""
    rng = np.random.default_rng(7)

    def boxes(count: int) -> FloatArray:
        corner = rng.uniform(0, 50, (count, 2))
        return np.hstack([corner, corner + rng.uniform(10, 60, (count, 2))])

    counts = rng.integers(0, 5, 40)
    labels = Boxes(boxes(counts.sum()), rng.integers(2, size=counts.sum()), counts)
    predictions = make_predictions(
        rng.integers(40, size=160), boxes(160), rng.integers(2, size=160), rng.random(160), 40
    )
    crowd = rng.random(len(labels)) < 0.2
    return DetectionData("crowded", ("a", "b"), np.full((40, 2), 120.0), labels, crowd, predictions)


DATA = make_data()
SCORES = score_simply(DATA)


def iou(first: FloatArray, second: FloatArray) -> float:
    return float(box_iou(first[:, None], second[:, None])[0])


def test_labels() -> None:
    labels, found = DATA.labels, DATA.predictions
    for row in np.flatnonzero(~DATA.iscrowd):
        best = {True: (0.0, 0.0), False: (0.0, 0.0)}
        for other in np.flatnonzero(found.image == labels.image[row]):
            overlap = iou(labels.xyxy[row], found.xyxy[other])
            same = bool(found.classes[other] == labels.classes[row])
            confidence = found.confidence[other]
            best[same] = max(best[same], (confidence * overlap, confidence * (1 - overlap)))
        copies = [
            iou(labels.xyxy[row], labels.xyxy[other])
            for other in np.flatnonzero(labels.image == labels.image[row])
            if other != row
            and labels.classes[other] == labels.classes[row]
            and not DATA.iscrowd[other]
        ]
        same_support, other_support = best[True][0], best[False][0]
        badloc = best[True][1] if same_support else 0.0
        assert SCORES.labels["swap"][row] == pytest.approx(other_support * (1 - same_support))
        assert SCORES.labels["badloc"][row] == pytest.approx(badloc)
        assert SCORES.labels["spurious"][row] == pytest.approx(1 - max(same_support, other_support))
        assert SCORES.labels["duplicate"][row] == pytest.approx(max(copies, default=0.0))


def test_predictions() -> None:
    labels, found = DATA.labels, DATA.predictions
    for row in range(len(found)):
        covered = [
            iou(found.xyxy[row], labels.xyxy[other])
            for other in np.flatnonzero(labels.image == found.image[row])
        ]
        expected = found.confidence[row] * (1 - max(covered, default=0.0))
        assert SCORES.predictions[row] == pytest.approx(expected)


def test_regions_to_ignore_are_not_scored() -> None:
    assert all(np.isnan(scores[DATA.iscrowd]).all() for scores in SCORES.labels.values())


def test_an_image_is_as_suspicious_as_its_worst_box() -> None:
    image = 3
    mine = (DATA.labels.image == image) & ~DATA.iscrowd
    swap = SCORES.labels["swap"][mine]
    overlooked = SCORES.predictions[DATA.predictions.image == image]
    assert SCORES.images["swap"][image] == swap.max(initial=0.0)
    assert SCORES.images["overlooked"][image] == overlooked.max(initial=0.0)
    assert SCORES.images[ANY][image] == max(
        SCORES.labels[ANY][mine].max(initial=0.0), overlooked.max(initial=0.0)
    )
