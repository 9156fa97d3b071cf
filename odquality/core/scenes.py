"""The one form in which the numeric core sees detection data: flat arrays, image after image."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

AnyBoxes = TypeVar("AnyBoxes", bound="Boxes")


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

    def __getstate__(self) -> dict[str, Any]:
        # What can be computed again is not worth its bytes in a pickle.
        return {column.name: getattr(self, column.name) for column in fields(self)}

    def take(self: AnyBoxes, rows: IntArray) -> AnyBoxes:
        """The boxes of ``rows``, of the same N images; rows of an image lie together, in order."""
        return self.arranged(rows, np.bincount(self.image[rows], minlength=len(self.counts)))

    def where(self: AnyBoxes, keep: BoolArray) -> AnyBoxes:
        """The boxes of the mask ``keep``, (n,), of the same N images."""
        return self.ascending(np.flatnonzero(keep))

    def ascending(self: AnyBoxes, rows: IntArray) -> AnyBoxes:
        """The boxes of ``rows``, (m,) int64 that ascend, of the same N images."""
        return self.arranged(rows, np.diff(np.searchsorted(rows, self.offsets)))

    def of_images(self: AnyBoxes, images: IntArray) -> AnyBoxes:
        """The boxes of some images alone, in the order of ``images``, (n,) int64."""
        counts = self.counts[images]
        shifts = self.offsets[images] - (np.cumsum(counts) - counts)
        return self.arranged(np.repeat(shifts, counts) + np.arange(counts.sum()), counts)

    def arranged(self: AnyBoxes, rows: IntArray, counts: IntArray) -> AnyBoxes:
        """The boxes of ``rows``, of images with these numbers of boxes, (number of images,)."""
        names = [column.name for column in fields(self) if column.name not in ("xyxy", "counts")]
        columns = {name: getattr(self, name) for name in names}
        # Where there are no alternatives, there are none of a part either.
        given = {name: of for name, of in columns.items() if 0 not in of.shape[1:]}
        taken = {name: of.take(rows, axis=0) for name, of in given.items()}
        return type(self)(xyxy=self.columns.take(rows, axis=1).T, counts=counts, **taken)

    def renumbered(self: AnyBoxes, numbers: IntArray) -> AnyBoxes:
        """The same boxes, ``numbers[c]`` instead of class c."""
        return replace(self, classes=numbers[self.classes])

    @classmethod
    def join(cls: type[AnyBoxes], parts: Sequence[AnyBoxes]) -> AnyBoxes:
        """The boxes of all images of at least one part, those of the first part first."""
        names = [column.name for column in fields(cls)]
        return cls(**{name: _stack([getattr(of, name) for of in parts]) for name in names})

    @cached_property
    def offsets(self) -> IntArray:
        """(N + 1,) int64; image i owns the rows ``offsets[i]:offsets[i + 1]``."""
        return np.concatenate(([0], np.cumsum(self.counts))).astype(np.int64)

    @cached_property
    def columns(self) -> FloatArray:
        """(4, n) float64 corners, each coordinate in one piece of memory."""
        return np.ascontiguousarray(self.xyxy.T)

    @cached_property
    def sides(self) -> FloatArray:
        """(2, n) float64 width and height."""
        return self.columns[2:] - self.columns[:2]

    @cached_property
    def span(self) -> tuple[float, float]:
        """The smallest coordinate of any first corner and the largest of any second, and of 0.

        Where no side is negative these are the smallest and the largest of all. NaN if any is.
        """
        first, second = self.columns[:2], self.columns[2:]
        return float(first.min(initial=0.0)), float(second.max(initial=0.0))

    @cached_property
    def smallest_side(self) -> float:
        """The smallest width or height of any box; NaN if any is, infinity without boxes."""
        return float(self.sides.min(initial=np.inf))

    @cached_property
    def centres(self) -> FloatArray:
        """(2, n) float64 centre points ``x, y``."""
        return box_centre(self.columns)

    @cached_property
    def image(self) -> IntArray:
        """(n,) int64 index of the image of each box."""
        return np.repeat(np.arange(len(self.counts)), self.counts)


@dataclass(frozen=True)
class Predictions(Boxes):
    """Boxes that a detector found; ``classes`` is the predicted class.

    Attributes:
        confidence: (n,) float64 in [0, 1].
        alternatives: (n, M) int64 other classes that the detector holds for possible; M is 0 where
            it does not tell.
        alternative_confidence: (n, M) float64 in [0, 1], how confident it is of each of those; 0
            where a row has fewer than M.
    """

    confidence: FloatArray
    alternatives: IntArray = field(default_factory=lambda: np.zeros((0, 0), np.int64))
    alternative_confidence: FloatArray = field(default_factory=lambda: np.zeros((0, 0)))

    def __post_init__(self) -> None:
        if len(self.alternatives) != len(self.xyxy):
            object.__setattr__(self, "alternatives", np.zeros((len(self.xyxy), 0), np.int64))
            object.__setattr__(self, "alternative_confidence", np.zeros((len(self.xyxy), 0)))

    def renumbered(self, numbers: IntArray) -> Predictions:
        """The same boxes, ``numbers[c]`` instead of class c."""
        alternatives = numbers[self.alternatives]
        return replace(self, classes=numbers[self.classes], alternatives=alternatives)


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

    def of_images(self, images: IntArray) -> Scenes:
        """Some images alone, in the order of ``images``, (n,) int64."""
        return Scenes(
            self.labels.of_images(images),
            self.predictions.of_images(images),
            self.ignored.of_images(images),
            None if self.image_sizes is None else self.image_sizes[images],
        )

    def renumbered(self, numbers: IntArray) -> Scenes:
        """The same images, ``numbers[c]`` instead of class c."""
        return replace(
            self,
            labels=self.labels.renumbered(numbers),
            predictions=self.predictions.renumbered(numbers),
            ignored=self.ignored.renumbered(numbers),
        )

    @classmethod
    def join(cls, parts: Sequence[Scenes]) -> Scenes:
        """All images of at least one part; without sizes unless every part has them."""
        sizes = [part.image_sizes for part in parts if part.image_sizes is not None]
        return Scenes(
            Boxes.join([part.labels for part in parts]),
            Predictions.join([part.predictions for part in parts]),
            Boxes.join([part.ignored for part in parts]),
            np.concatenate(sizes) if len(sizes) == len(parts) else None,
        )


def box_centre(columns: FloatArray) -> FloatArray:
    """Centre points ``x, y`` of boxes given as columns ``x1, y1, x2, y2``; (2, n)."""
    centres = columns[:2] + columns[2:]
    centres *= 0.5
    return centres


def _stack(parts: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """All rows of all parts; narrower ones are filled up with zeros."""
    width = max(part.shape[1] if part.ndim > 1 else 0 for part in parts)
    filled = [
        part
        if part.ndim == 1 or part.shape[1] == width
        else np.pad(part, ((0, 0), (0, width - part.shape[1])))
        for part in parts
    ]
    return np.concatenate(filled)


_NO_BOXES = Boxes(np.zeros((0, 4)), np.zeros(0, np.int64), np.zeros(0, np.int64))

# No images at all.
NO_SCENES = Scenes(
    _NO_BOXES,
    Predictions(_NO_BOXES.xyxy, _NO_BOXES.classes, _NO_BOXES.counts, confidence=np.zeros(0)),
    _NO_BOXES,
)
