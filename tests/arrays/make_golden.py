"""Writes golden.json: small inputs, and what cleanlab 2.9.0 makes of them.

Run it as ``python -m tests.arrays.make_golden`` where cleanlab is installed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from cleanlab.object_detection import filter as reference_filter
from cleanlab.object_detection import rank as reference

from tests.arrays.scenes import Labels, PerClass, labels_of, random_scenes

FILE = Path(__file__).with_name("golden.json")

WEIGHTS = {"overlooked": 0.5, "swap": 0.3, "badloc": 0.2}
NO_BOX = np.empty((0, 5))


def main() -> None:
    cases = [
        {"name": name, **_expected(labels, predictions, weights, check)}
        for name, labels, predictions, weights, check in _cases()
    ]
    FILE.write_text(json.dumps(cases, allow_nan=False, separators=(",", ":")) + "\n")


def _cases() -> list[tuple[str, Labels, PerClass, dict[str, float] | None, bool]]:
    few, few_found = random_scenes(1, 12, max_predictions=8)
    many, many_found = random_scenes(2, 4, num_classes=2, max_labels=8, max_predictions=40)
    far = labels_of([([0, 0, 10, 10], 0), ([800, 800, 830, 840], 1)], [([5, 5, 60, 60], 0)], [])
    far_found = [
        [np.array([[900.0, 0, 950, 40, 0.97], [1, 1, 11, 11, 0.6]]), NO_BOX],
        [np.array([[5.0, 5, 58, 61, 0.99]]), np.array([[376.0, 10, 436, 60, 0.98]])],
        [np.array([[5.0, 5, 58, 61, 0.96]]), NO_BOX],
    ]
    twice = labels_of(
        [([10, 10, 60, 60], 0), ([10, 10, 60, 60], 1), ([11, 10, 60, 60], 0)],
        [([10, 10, 60, 60], 1), ([10, 10, 60, 60], 1)],
    )
    twice_found = [
        [np.array([[10.0, 10, 60, 60, 0.9]]), np.array([[10.0, 10, 60, 60, 0.96]])],
        [np.array([[12.0, 10, 62, 60, 0.96]]), np.array([[10.0, 10, 60, 60, 0.51]])],
    ]
    nothing = labels_of([], [])
    known, known_found = _known_errors()
    alone, alone_found = random_scenes(3, 15, num_classes=1)
    mixed, mixed_found = random_scenes(4, 40, num_classes=5, max_predictions=30)
    return [
        ("random", few, few_found, None, True),
        ("custom weights", few, few_found, WEIGHTS, True),
        ("without the check of overlaps", few, few_found, None, False),
        ("crowded", many, many_found, None, True),
        ("far apart", far, far_found, None, True),
        ("two labels on a box", twice, twice_found, None, True),
        ("two labels on a box, unchecked", twice, twice_found, None, False),
        ("no labels", nothing, far_found[:2], None, True),
        ("no predictions", far, [[NO_BOX, NO_BOX]] * 3, None, True),
        ("nothing at all", nothing, [[NO_BOX, NO_BOX]] * 2, None, True),
        ("known errors", known, known_found, None, True),
        ("known errors, overlaps unchecked", known, known_found, None, False),
        ("one class", alone, alone_found, None, True),
        ("five classes", mixed, mixed_found, None, True),
        ("five classes, overlaps unchecked", mixed, mixed_found, None, False),
    ]


def _known_errors() -> tuple[Labels, PerClass]:
    """Nothing wrong, an object overlooked, a swap, a badly placed box, two classes on one box."""
    box, other, beside = [10, 10, 60, 60], [200, 100, 280, 160], [52, 52, 102, 102]
    labels = labels_of(
        [(box, 0), (other, 1)],
        [(box, 0)],
        [(box, 1), (other, 1)],
        [(beside, 0), (other, 1)],
        [(box, 0), (other, 1), (other, 0)],
        [(box, 0), (other, 1)],
    )
    # Only a confident prediction says that a label is of another class; the last but one is none.
    found = [
        [np.array([[*box, 0.99 - image / 1000]]), np.array([[*other, confidence - image / 1000]])]
        for image, confidence in enumerate([0.97, 0.97, 0.97, 0.97, 0.9, 0.97])
    ]
    return labels, found


def _expected(
    labels: Labels, predictions: PerClass, weights: dict[str, float] | None, check: bool
) -> dict[str, Any]:
    boxes = {
        "overlooked": reference.compute_overlooked_box_scores(
            labels=labels, predictions=predictions
        ),
        "swap": reference.compute_swap_box_scores(
            labels=labels, predictions=predictions, overlapping_label_check=check
        ),
        "badloc": reference.compute_badloc_box_scores(labels=labels, predictions=predictions),
    }
    images = {
        kind: reference.pool_box_scores_per_image(scores).tolist() for kind, scores in boxes.items()
    }
    quality = reference.get_label_quality_scores(
        labels,
        predictions,
        aggregation_weights=weights,
        overlapping_label_check=check,
        verbose=False,
    )
    return {
        "labels": [{name: value.tolist() for name, value in label.items()} for label in labels],
        "predictions": [[found.tolist() for found in image] for image in predictions],
        "aggregation_weights": weights,
        "overlapping_label_check": check,
        "scores": {"quality": quality.tolist(), **images},
        "box_scores": {
            kind: [_null_for_nan(scores) for scores in per_image]
            for kind, per_image in boxes.items()
        },
        "average_precision": [
            float(value) / reference_filter.AP_SCALE_FACTOR
            for value in reference_filter._get_per_class_ap(labels, predictions).values()
        ],
        "is_issue": reference_filter.find_label_issues(
            labels, predictions, overlapping_label_check=check
        ).tolist(),
    }


def _null_for_nan(scores: Any) -> list[float | None]:
    return [None if np.isnan(score) else float(score) for score in scores]


if __name__ == "__main__":
    main()
