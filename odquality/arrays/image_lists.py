"""The public form of the data, one dict and one array per image, as chunks of flat arrays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from odquality.arrays import checks
from odquality.arrays.labels import flatten_labels
from odquality.arrays.layouts import LayoutMemory
from odquality.arrays.memory import keep_freed_memory
from odquality.arrays.sequences import one_per_image, same_images
from odquality.arrays.yolo_rows import YoloRowsCheck
from odquality.core.agreement import Agreement
from odquality.core.alternatives import with_alternatives
from odquality.core.confidence import clip_hair
from odquality.core.scenes import BoolArray, Boxes, IntArray, Predictions, Scenes

Labels = Iterable[Mapping[str, Any]]
PredictionArrays = Iterable[ArrayLike]

IMAGES_PER_CHUNK = 500

# Data of at most this many boxes (some 40 MB) is kept flat for the passes after the first.
_KEPT_BOXES = 1 << 19


@dataclass(frozen=True)
class ImageChunk:
    """Some consecutive images.

    Attributes:
        scenes: their boxes.
        label_counts: (N,) int64 number of labels given for each image, ignored ones included.
        label_rows: rows, among those given labels, of the labels in ``scenes``.
    """

    scenes: Scenes
    label_counts: IntArray
    label_rows: IntArray


class ImageLists:
    """Labels and predictions in the public form; iterating gives chunks, validated the first time.

    Args:
        labels: N dicts with ``bboxes``, (L, 4) xyxy corners, ``labels``, (L,) integer classes, and
            optionally ``iscrowd``, (L,) true for regions to ignore.
        predictions: N arrays (P, K + 5) of ``x1, y1, x2, y2, confidence, p(class 0), ...``, or N
            sequences of K arrays (M, 5) of ``x1, y1, x2, y2, confidence``, one per class.
        image_sizes: (N, 2) width and height in the unit of the boxes, or None.
        alternatives: whether to keep the other classes that predictions may be of.
        compare: whether to look for what speaks against labels and predictions being of the same
            images and classes; `findings` tells it after the last image.
        images_per_chunk: how many images are flattened at a time.

    Raises:
        ValueError: the arguments have different lengths or are not sequences. While iterating:
            an image's boxes, classes or probabilities are malformed. After the last image: labels
            and predictions are not in the same unit.
    """

    def __init__(
        self,
        labels: Labels,
        predictions: PredictionArrays,
        *,
        image_sizes: ArrayLike | None = None,
        alternatives: bool = False,
        compare: bool = False,
        images_per_chunk: int = IMAGES_PER_CHUNK,
    ) -> None:
        keep_freed_memory()
        self._labels = one_per_image("labels", labels)
        self._predictions = one_per_image("predictions", predictions)
        same_images(self._labels, self._predictions)
        self._image_sizes = checks.image_sizes(image_sizes, len(self._labels))
        self._alternatives = alternatives
        self._compare = compare
        self._images_per_chunk = images_per_chunk
        self._layout = LayoutMemory()
        self._yolo_rows = YoloRowsCheck()
        self._verified = False
        self._agreement = Agreement()
        self._kept: list[ImageChunk] | None = None

    def __len__(self) -> int:
        """Number of images."""
        return len(self._labels)

    def __iter__(self) -> Iterator[ImageChunk]:
        """Yields all images, chunk by chunk; one empty chunk where there are no images."""
        if self._kept is not None:
            yield from self._kept
            return
        agreement = Agreement()
        kept: list[ImageChunk] = []
        room = _KEPT_BOXES
        for start in range(0, max(1, len(self)), self._images_per_chunk):
            chunk = self._chunk(start, min(len(self), start + self._images_per_chunk))
            if not self._verified:
                agreement.observe_units(chunk.scenes)
                if self._compare:
                    agreement.observe_fits(chunk.scenes)
                    agreement.in_sample.observe(chunk.scenes)
            room -= len(chunk.scenes.labels) + len(chunk.scenes.predictions)
            if room >= 0:
                kept.append(chunk)
            else:
                kept.clear()
            yield chunk
        if not self._verified:
            self._yolo_rows.verify()
            refusal = agreement.units_refusal()
            if refusal:
                raise ValueError(refusal)
            self._agreement = agreement
        self._verified = True
        if room >= 0:
            self._kept = kept

    def scenes(self) -> Iterator[Scenes]:
        """Yields the boxes of all images, chunk by chunk."""
        return (chunk.scenes for chunk in self)

    def findings(self) -> tuple[str, ...]:
        """Sentences about what probably went wrong with the data; none where all is well."""
        return tuple(self._agreement.fits_findings("labels", "predictions"))

    def question(self) -> str | None:
        """What to ask where labels and predictions agree better than they should, else None."""
        return self._agreement.in_sample.finding("labels", "predictions")

    def _chunk(self, start: int, stop: int) -> ImageChunk:
        given = flatten_labels(self._labels[start:stop], start)
        found = self._layout.flatten(self._predictions[start:stop], start)
        if not self._verified:
            self._yolo_rows.add(given, found)
            checks.classes(given, start)
            checks.probabilities(found, start)
        boxes = Boxes(given.corners, given.classes.astype(np.int64, copy=False), given.counts)
        reviewed, ignored, rows = _split(boxes, given.iscrowd)
        sizes = None if self._image_sizes is None else self._image_sizes[start:stop]
        predictions = Predictions(
            xyxy=found.corners,
            classes=found.classes,
            counts=found.counts,
            confidence=clip_hair(found.confidence),
        )
        if self._alternatives and found.probabilities is not None:
            predictions = with_alternatives(predictions, found.probabilities.read())
        if not self._verified:
            checks.corners("labels[{image}]['bboxes'][{box}]", boxes, start)
            checks.corners("predictions[{image}][{box}]", predictions, start)
        return ImageChunk(Scenes(reviewed, predictions, ignored, sizes), boxes.counts, rows)


def _split(boxes: Boxes, iscrowd: BoolArray | None) -> tuple[Boxes, Boxes, IntArray]:
    """Labels to review, regions to ignore, and the rows of the former."""
    if iscrowd is None:
        return boxes, boxes.take(np.empty(0, np.int64)), np.arange(len(boxes))
    rows = np.flatnonzero(~iscrowd)
    return boxes.take(rows), boxes.take(np.flatnonzero(iscrowd)), rows
