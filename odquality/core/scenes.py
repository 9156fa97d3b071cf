"""The one form in which the numeric core sees detection data: flat arrays, image after image."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

# A prediction that lies by this share of its area in an ignored region is no missing label (the
# rule by which COCO's evaluation matches crowds).
IGNORED_SHARE = 0.5


@dataclass(frozen=True)
class Boxes:
    """Boxes of N images, those of the first image first.

    Attributes:
        xyxy: (n, 4) float64 corners ``x1, y1, x2, y2``.
        classes: (n,) int64 class of each box, non-negative.
        counts: (N,) int64 number of boxes of each image; sums to n.
    """

    xyxy: FloatArray
    classes: IntArray
    counts: IntArray

    def __len__(self) -> int:
        return len(self.xyxy)

    def take(self, rows: IntArray) -> Boxes:
        """The boxes of ascending ``rows``, of the same N images."""
        counts = np.bincount(self.image[rows], minlength=len(self.counts))
        return Boxes(self.xyxy[rows], self.classes[rows], counts)

    @cached_property
    def offsets(self) -> IntArray:
        """(N + 1,) int64; image i owns the rows ``offsets[i]:offsets[i + 1]``."""
        return np.concatenate(([0], np.cumsum(self.counts))).astype(np.int64)

    @cached_property
    def columns(self) -> FloatArray:
        """(4, n) float64 corners, each coordinate in one piece of memory."""
        return np.ascontiguousarray(self.xyxy.T)

    @cached_property
    def centres(self) -> FloatArray:
        """(2, n) float64 centre points ``x, y``."""
        return (self.columns[:2] + self.columns[2:]) / 2

    @cached_property
    def image(self) -> IntArray:
        """(n,) int64 index of the image of each box."""
        return np.repeat(np.arange(len(self.counts)), self.counts)


@dataclass(frozen=True)
class Predictions(Boxes):
    """Boxes that a detector found; ``classes`` is the predicted class.

    Attributes:
        confidence: (n,) float64 in [0, 1].
    """

    confidence: FloatArray

    def take(self, rows: IntArray) -> Predictions:
        """The predictions of ascending ``rows``, of the same N images."""
        return Predictions(
            xyxy=self.xyxy[rows],
            classes=self.classes[rows],
            counts=np.bincount(self.image[rows], minlength=len(self.counts)),
            confidence=self.confidence[rows],
        )


@dataclass(frozen=True)
class Scenes:
    """Labels and predictions of the same N images.

    Attributes:
        labels: the boxes under review.
        predictions: the detector's boxes.
        ignored: regions in which an unlabelled object is no error (crowds). They are not reviewed.
        image_sizes: (N, 2) float64 width and height in the unit of the boxes, or None.
    """

    labels: Boxes
    predictions: Predictions
    ignored: Boxes
    image_sizes: FloatArray | None = None

    def __len__(self) -> int:
        """Number of images."""
        return len(self.labels.counts)
