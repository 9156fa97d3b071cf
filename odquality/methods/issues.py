"""Issues: single errors, each with its probability and the correction that would mend it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from odquality.core.scenes import BoolArray, Boxes, FloatArray, IntArray, Scenes
from odquality.kinds import BADLOC, DUPLICATE, KINDS, OVERLOOKED, SWAP
from odquality.methods.interface import Scores

# From here on an error is listed. From .5 on, swap and badloc often show nothing at all; below .3
# most of what comes on top is no error. docs/method.md has the figures.
MIN_PROBABILITY = 0.3


@dataclass(frozen=True)
class Issue:
    """One suspected error.

    Attributes:
        image: index of the image.
        kind: ``overlooked``, ``swap``, ``badloc``, ``spurious`` or ``duplicate``.
        probability: in [0, 1].
        label: index of the wrong label within the image, None for ``overlooked``.
        prediction: index within the image of the prediction that shows the error, None for
            ``spurious`` and ``duplicate``.
        suggested_class: the class to give the label (``overlooked``, ``swap``), else None.
        suggested_box: the box to give the label (``overlooked``, ``badloc``) as
            ``x1, y1, x2, y2`` in the unit of the boxes, else None. Without a class or a box to
            suggest, the suggestion is to remove the label.
    """

    image: int
    kind: str
    probability: float
    label: int | None
    prediction: int | None
    suggested_class: int | None
    suggested_box: tuple[float, float, float, float] | None


def list_issues(
    scenes: Scenes, scores: Scores, *, min_probability: float = MIN_PROBABILITY
) -> list[Issue]:
    """The errors of at least a probability, the likeliest first.

    Args:
        scenes: the images that were scored.
        scores: of their boxes: 1 - the probability of each kind of error, with evidence.
        min_probability: in [0, 1].

    Returns:
        The issues; equally likely ones in the order of kinds, images and boxes.

    Raises:
        ValueError: the probability lies outside [0, 1].
    """
    if not 0 <= min_probability <= 1:
        raise ValueError(f"min_probability is {min_probability}; expected a number in [0, 1]")
    issues = [issue for kind in KINDS for issue in _of_kind(scenes, scores, kind, min_probability)]
    return sorted(issues, key=lambda issue: -issue.probability)


def _of_kind(scenes: Scenes, scores: Scores, kind: str, least: float) -> list[Issue]:
    missing = kind == OVERLOOKED
    probability = 1.0 - (scores.predictions if missing else scores.labels)[kind]
    boxes: Boxes = scenes.predictions if missing else scenes.labels
    rows = np.flatnonzero(probability >= least)
    if kind == DUPLICATE:
        rows = rows[is_to_go(rows, scores.evidence[kind][rows], probability)]
    shown = rows if missing else scores.evidence[kind][rows]
    nothing = np.full(len(rows), -1)
    return _records(
        scenes,
        kind,
        probability[rows],
        image=boxes.image[rows],
        label=nothing if missing else rows,
        prediction=shown if kind in (OVERLOOKED, SWAP, BADLOC) else nothing,
    )


def is_to_go(rows: IntArray, twins: IntArray, probability: FloatArray) -> BoolArray:
    """Which labels are more probably the duplicate than those that they repeat, (n,) bool.

    Of labels that are as probable, the later one goes; removing both would leave none.
    """
    lead = probability[rows] - np.where(twins >= 0, probability[twins], 0.0)
    return (lead > 0) | ((lead == 0) & (rows > twins))


def _records(
    scenes: Scenes,
    kind: str,
    probability: FloatArray,
    *,
    image: IntArray,
    label: IntArray,
    prediction: IntArray,
) -> list[Issue]:
    """Issues of one kind from n rows of labels and predictions, -1 for none."""
    found = prediction >= 0
    classes = np.full(len(image), -1)
    boxes = np.full((len(image), 4), np.nan)
    if kind in (OVERLOOKED, SWAP):
        classes[found] = scenes.predictions.classes[prediction[found]]
    if kind in (OVERLOOKED, BADLOC):
        boxes[found] = scenes.predictions.xyxy[prediction[found]]
    columns = zip(
        image.tolist(),
        probability.tolist(),
        _within_image(label, scenes.labels, image),
        _within_image(prediction, scenes.predictions, image),
        classes.tolist(),
        boxes.tolist(),
        strict=True,
    )
    return [
        Issue(
            image=where,
            kind=kind,
            probability=likely,
            label=wrong,
            prediction=shown,
            suggested_class=None if number < 0 else number,
            suggested_box=None if np.isnan(x1) else (x1, y1, x2, y2),
        )
        for where, likely, wrong, shown, number, (x1, y1, x2, y2) in columns
    ]


def _within_image(rows: IntArray, boxes: Boxes, image: IntArray) -> list[int | None]:
    """Rows as indices within their images, None for -1."""
    indices = (rows - boxes.offsets[image]).tolist()
    return [None if row < 0 else index for row, index in zip(rows.tolist(), indices, strict=True)]
