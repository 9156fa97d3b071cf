"""Changes of labels, as a reviewer makes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.accuracy.data import DetectionData, make_boxes

Corners = tuple[float, float, float, float]


@dataclass(frozen=True)
class Edit:
    """A change of one label.

    Attributes:
        image: of the label.
        row: of the label among all labels; None to add one.
        put: class and corners in pixels of what is put there; None to remove the label.
    """

    image: int
    row: int | None = None
    put: tuple[int, Corners] | None = None


def edited(data: DetectionData, edits: Sequence[Edit]) -> DetectionData:
    """The data with labels changed, of which no edit concerns the same one.

    A label that is put anew comes last in its image.
    """
    kept = np.ones(len(data.labels), bool)
    kept[[edit.row for edit in edits if edit.row is not None]] = False
    new = [(edit.image, *edit.put) for edit in edits if edit.put is not None]
    image = np.append(data.labels.image[kept], [image for image, _, _ in new])
    order = np.argsort(image, kind="stable")
    corners = np.array([xyxy for _, _, xyxy in new], np.float64).reshape(-1, 4)
    labels = make_boxes(
        image[order].astype(np.int64),
        np.vstack([data.labels.xyxy[kept], corners])[order],
        np.append(data.labels.classes[kept], [code for _, code, _ in new])[order],
        len(data),
    )
    return data.with_labels(labels, np.append(data.iscrowd[kept], [False] * len(new))[order] > 0)
