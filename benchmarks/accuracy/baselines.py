"""Simple scores that anyone could compute in an afternoon; what a method must beat."""

from __future__ import annotations

import numpy as np

from benchmarks.accuracy.data import DetectionData
from benchmarks.accuracy.overlaps import largest, overlapping_pairs
from benchmarks.accuracy.suspicion import Suspicion
from odquality.demo.simple_score import simple_suspicions
from odquality.kinds import ANY, KINDS, LABEL_KINDS, OVERLOOKED

# A prediction with less IoU to every label shows no labelled object.
MATCH_IOU = 0.5


def score_simply(data: DetectionData) -> Suspicion:
    """Scores each kind of error by one product of confidence and IoU, as the demo does.

    An image is as suspicious as its most suspicious box, and any error as the largest of the five.
    """
    reviewed = ~data.iscrowd
    labels = simple_suspicions(data.labels, data.predictions, reviewed)
    overlooked = labels.pop(OVERLOOKED)
    for scores in labels.values():
        scores[data.iscrowd] = np.nan
    label_image = data.labels.image[reviewed]
    images = {
        kind: largest(scores[reviewed], label_image, len(data)) for kind, scores in labels.items()
    }
    images[OVERLOOKED] = largest(overlooked, data.predictions.image, len(data))
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
