"""cleanlab's ObjectLab, by its own code."""

from __future__ import annotations

from typing import Any

import numpy as np
from cleanlab.object_detection import rank

from benchmarks.accuracy.data import DetectionData
from benchmarks.accuracy.suspicion import Suspicion, flatten
from odquality.kinds import ANY, KINDS, LABEL_KINDS


def score_by_cleanlab(data: DetectionData) -> Suspicion:
    """Scores images by the quality score and the pooled box scores, boxes by the box scores.

    It knows no regions to ignore: they are labels to it. Its quality score stands in for the kinds
    that it does not know, and for their labels the lower of the two label scores.
    """
    labels: list[dict[str, Any]] = [
        {"bboxes": label["bboxes"], "labels": label["labels"]} for label in data.label_dicts()
    ]
    given = {"labels": labels, "predictions": data.predictions_by_class()}
    quality = 1 - rank.get_label_quality_scores(**given, verbose=False)
    boxes = {
        "overlooked": rank.compute_overlooked_box_scores(**given),
        "swap": rank.compute_swap_box_scores(**given),
        "badloc": rank.compute_badloc_box_scores(**given),
    }
    images = {kind: 1 - rank.pool_box_scores_per_image(scores) for kind, scores in boxes.items()}
    swap, badloc = 1 - flatten(boxes["swap"]), 1 - flatten(boxes["badloc"])
    known = {"swap": swap, "badloc": badloc}
    any_label = np.fmax(swap, badloc)
    return Suspicion(
        {ANY: quality, **{kind: images.get(kind, quality) for kind in KINDS}},
        {ANY: any_label, **{kind: known.get(kind, any_label) for kind in LABEL_KINDS}},
        1 - flatten(boxes["overlooked"]),
    )
