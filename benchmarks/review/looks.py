"""Reviews along the orders of others: the reviewer looks at box after box, and mends it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmarks.accuracy.comparison import MATCH_IOU, NO_ROW, RealErrors
from benchmarks.accuracy.data import DetectionData
from benchmarks.accuracy.overlaps import match_one_to_one, overlapping_pairs
from benchmarks.accuracy.suspicion import Suspicion
from benchmarks.review.edits import Edit
from odquality.core.scenes import Boxes, FloatArray
from odquality.kinds import ANY

# What follows from each look; None where nothing is wrong.
Looks = Sequence[Edit | None]

# Predictions of equal suspicion are looked at in the order of their confidence.
_TIE = 1e-6


class PerfectReviewer:
    """Sees what is wrong with each label, and mends it as the corrected labels have it.

    Args:
        data: images with the original labels.
        corrected: the same with the labels as they should be.
        errors: what is wrong in the original ones.
    """

    def __init__(self, data: DetectionData, corrected: DetectionData, errors: RealErrors) -> None:
        self._data, self._errors = data, errors
        truth, images = corrected.labels, data.labels.image.tolist()
        pairs = overlapping_pairs(data.labels, truth)
        fits = pairs.same_class ^ (errors.kind[pairs.first] == "swap")
        partner, _ = match_one_to_one(pairs, pairs.iou * fits, len(data.labels))
        self._of_label: list[Edit | None] = [None] * len(data.labels)
        for row in np.flatnonzero(errors.kind != "").tolist():
            is_too_many = errors.kind[row] in ("spurious", "duplicate")
            if is_too_many or partner[row] != NO_ROW:
                put = None if is_too_many else _box(truth, partner[row])
                self._of_label[row] = Edit(images[row], row, put)
        missing = errors.missing
        self._of_missing = [
            Edit(image, put=_box(missing, row)) for row, image in enumerate(missing.image.tolist())
        ]

    def whole_images(self, order: FloatArray) -> Looks:
        """Opens the images of the highest values first, looks at each label and draws what lacks.

        Each box that is drawn is a look of its own.
        """
        labels, missing = self._data.labels.offsets, self._errors.missing.offsets
        looks: list[Edit | None] = []
        for image in np.argsort(-order, kind="stable").tolist():
            rows = range(labels[image], labels[image + 1])
            looks += [self._of_label[row] for row in rows if not self._data.iscrowd[row]]
            looks += self._of_missing[missing[image] : missing[image + 1]]
        return looks

    def single_boxes(self, suspicion: Suspicion) -> Looks:
        """Looks at labels and at predictions that may show missing objects, most suspicious first.

        What is not suspicious at all is not looked at.
        """
        of_labels = np.where(self._data.iscrowd, np.nan, suspicion.labels[ANY])
        named = np.where(suspicion.predictions > 0, suspicion.predictions, np.nan)
        of_predictions = named + _TIE * self._data.predictions.confidence
        values = np.concatenate([of_labels, of_predictions])
        order = np.argsort(-np.nan_to_num(values), kind="stable")
        shown, drawn = self._shown(), {NO_ROW}
        looks: list[Edit | None] = []
        for place in order[: np.count_nonzero(values > 0)].tolist():
            if place < len(of_labels):
                looks.append(self._of_label[place])
                continue
            missing = shown[place - len(of_labels)]
            looks.append(None if missing in drawn else self._of_missing[missing])
            drawn.add(missing)
        return looks

    def _shown(self) -> list[int]:
        """The missing object that each prediction shows best, `NO_ROW` where it shows none."""
        pairs = overlapping_pairs(self._data.predictions, self._errors.missing)
        rows = np.flatnonzero(pairs.same_class & (pairs.iou >= MATCH_IOU))
        rows = rows[np.argsort(pairs.iou[rows], kind="stable")]
        shown = np.full(len(self._data.predictions), NO_ROW)
        shown[pairs.first[rows]] = pairs.second[rows]
        listed: list[int] = shown.tolist()
        return listed


def _box(boxes: Boxes, row: int) -> tuple[int, tuple[float, float, float, float]]:
    """Class and corners."""
    x1, y1, x2, y2 = boxes.xyxy[row].tolist()
    return int(boxes.classes[row]), (x1, y1, x2, y2)
