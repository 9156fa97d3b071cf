"""Simple scores that anyone could compute in an afternoon; what a method must beat."""

from __future__ import annotations

import numpy as np

from benchmarks.accuracy.data import DetectionData
from benchmarks.accuracy.overlaps import Pairs, largest, overlapping_pairs
from benchmarks.accuracy.suspicion import Suspicion
from odquality.core.scenes import FloatArray
from odquality.kinds import ANY, KINDS, LABEL_KINDS

# A prediction with less IoU to every label shows no labelled object.
MATCH_IOU = 0.5


def score_simply(data: DetectionData) -> Suspicion:
    """Scores each kind of error by one product of confidence and IoU.

    - overlooked: confidence x (1 - largest IoU with any label).
    - swap: (best confidence x IoU of other classes) x (1 - best confidence x IoU of its class).
    - badloc: confidence x (1 - IoU) of the prediction of its class with the best confidence x IoU.
    - spurious: 1 - best confidence x IoU of any class.
    - duplicate: largest IoU with another label of its class.

    An image is as suspicious as its most suspicious box, and any error as the largest of the five.
    """
    pairs = overlapping_pairs(data.labels, data.predictions)
    covered = largest(pairs.iou, pairs.second, len(data.predictions))
    overlooked = data.predictions.confidence * (1 - covered)

    labels = _label_scores(data, pairs)
    labels["duplicate"] = _duplicate(data)
    for scores in labels.values():
        scores[data.iscrowd] = np.nan
    reviewed = ~data.iscrowd
    label_image = data.labels.image[reviewed]
    images = {
        kind: largest(scores[reviewed], label_image, len(data)) for kind, scores in labels.items()
    }
    images["overlooked"] = largest(overlooked, data.predictions.image, len(data))
    images[ANY] = np.max(list(images.values()), axis=0)
    labels[ANY] = np.max(list(labels.values()), axis=0)
    return Suspicion(images, labels, overlooked)


def score_by_sums(data: DetectionData) -> Suspicion:
    """Scores images by the sum of what is not labelled, for errors that come in clusters.

    - an image: sum over its predictions of confidence x (1 - largest IoU with any label), of those
      with an IoU below .5.
    - a label, of any error: 1 - best confidence x IoU of its class.
    - a prediction: confidence x (1 - largest IoU with any label).
    """
    labels, found = data.labels, data.predictions
    pairs = overlapping_pairs(labels, found)
    covered = largest(pairs.iou, pairs.second, len(found))
    overlooked = found.confidence * (1 - covered)
    uncovered = overlooked * (covered < MATCH_IOU)
    total = np.bincount(found.image, uncovered, minlength=len(data)).astype(np.float64)
    support = found.confidence[pairs.second] * pairs.iou * pairs.same_class
    unsupported = 1 - largest(support, pairs.first, len(labels))
    unsupported[data.iscrowd] = np.nan
    return Suspicion(
        dict.fromkeys((ANY, *KINDS), total),
        dict.fromkeys((ANY, *LABEL_KINDS), unsupported),
        overlooked,
    )


def _label_scores(data: DetectionData, pairs: Pairs) -> dict[str, FloatArray]:
    num_labels = len(data.labels)
    confidence = data.predictions.confidence[pairs.second]
    support = confidence * pairs.iou
    same = largest(support * pairs.same_class, pairs.first, num_labels)
    other = largest(support * ~pairs.same_class, pairs.first, num_labels)

    best = pairs.same_class & (support == same[pairs.first])
    badloc = np.zeros(num_labels)
    badloc[pairs.first[best]] = (confidence * (1 - pairs.iou))[best]
    return {"swap": other * (1 - same), "badloc": badloc, "spurious": 1 - np.maximum(same, other)}


def _duplicate(data: DetectionData) -> FloatArray:
    pairs = overlapping_pairs(data.labels, data.labels)
    reviewed = ~data.iscrowd
    counts = pairs.same_class & (pairs.first != pairs.second)
    counts &= reviewed[pairs.first] & reviewed[pairs.second]
    return largest(pairs.iou * counts, pairs.first, len(data.labels))
