"""What is scored: from a dataset or view to flat arrays, chunk by chunk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Any

import numpy as np
from bson import ObjectId
from fiftyone.core.collections import SampleCollection
from pymongo.errors import OperationFailure

from odquality.bridge.read.attributes import is_number, read_numbers
from odquality.bridge.read.batch import Batch
from odquality.bridge.read.boxes import BoxReader
from odquality.bridge.read.metadata import SIDES, read_media
from odquality.bridge.read.places import Locator, Places
from odquality.bridge.read.reading import Reading, no_value
from odquality.bridge.read.source import Source
from odquality.bridge.read.splits import images_by_part
from odquality.bridge.read.stretch import Stretch
from odquality.bridge.store import database
from odquality.bridge.store.garbage import paused_collector
from odquality.bridge.store.samples import dataset_of, each_once
from odquality.core.geometry import MAX_COORDINATE
from odquality.core.scenes import BoolArray, FloatArray, IntArray, Scenes

SAMPLES_PER_CHUNK = 1000


@dataclass(frozen=True)
class SampleChunk:
    """Some samples that can be scored.

    Attributes:
        sample_ids: id of each image of ``scenes``.
        modified: when each sample was last modified, as its document says.
        scenes: their boxes, in pixels if the source says so, else normalised.
        places: where their boxes stand in the database.
        adopted: (L,) which labels a reviewer took over from the predictions, None where none is.
        metadata: what is to be merged into the metadata of images that lacked a size, by image.
    """

    sample_ids: list[ObjectId]
    modified: list[datetime | None]
    scenes: Scenes
    places: Places
    adopted: BoolArray | None = None
    metadata: Mapping[int, database.Document] = field(default_factory=dict)

    def renumbered(self, numbers: IntArray) -> SampleChunk:
        """The same samples, ``numbers[c]`` instead of class c."""
        return replace(self, scenes=self.scenes.renumbered(numbers))

    @property
    def annotated(self) -> Scenes:
        """The boxes without the labels that a reviewer took over from the predictions."""
        if self.adopted is None:
            return self.scenes
        return replace(self.scenes, labels=self.scenes.labels.where(~self.adopted))


class Reader:
    """Reads samples, and keeps what it finds.

    Attributes:
        reading: what was found so far. The classes of all chunks have the numbers of its codes.
    """

    def __init__(self, source: Source) -> None:
        self.reading = Reading(source)
        self._source = source
        self._boxes = BoxReader(self.reading)

    def read(self, samples: SampleCollection) -> Iterator[tuple[int, SampleChunk]]:
        """Yields, chunk by chunk, the number of samples read and those that can be scored.

        A sample that the view shows several times is read as it is shown first.

        Raises:
            ValueError: the database cannot evaluate the view.
        """
        documents = each_once(samples, database.iter_documents(samples, self._source.columns()))
        locator = self._locator(samples)
        while True:
            with paused_collector():
                batch = _evaluated(documents, SAMPLES_PER_CHUNK)
                if not batch:
                    return
                chunk = self._chunk(batch, samples, locator)
            yield len(batch), chunk

    def read_stretch(self, samples: SampleCollection, stretch: Stretch) -> tuple[int, SampleChunk]:
        """The number of samples of a stretch that are still there, and those that can be scored.

        Args:
            samples: the dataset, or a view of it, which are not altogether read.
            stretch: the samples.

        Raises:
            ValueError: the database cannot evaluate the view.
        """
        with paused_collector():
            documents = database.iter_documents(
                samples, self._source.columns(), before=[{"$match": stretch.query()}]
            )
            batch = stretch.arranged(_evaluated(each_once(samples, documents), None))
            return len(batch), self._chunk(batch, samples, self._locator(samples))

    def _locator(self, samples: SampleCollection) -> Locator:
        return Locator(samples, self._source.gt_field, self._source.pred_field)

    def _chunk(
        self, batch: Sequence[database.Document], samples: SampleCollection, locator: Locator
    ) -> SampleChunk:
        documents = [one for one in batch if self._has_boxes(one)]
        sizes, metadata = self._sizes(documents, samples)
        sized = np.flatnonzero(_are_sizes(sizes)).tolist()
        if unsized := len(documents) - len(sized):
            self.reading.unscored["no width and height in its metadata"] += unsized
            documents, sizes = [documents[row] for row in sized], sizes[sized]
        label_batch, found_batch = Batch(documents, "label"), Batch(documents, "prediction")
        labels, ignored, label_rows = self._boxes.labels(label_batch, sizes)
        predictions, prediction_rows = self._boxes.predictions(found_batch, sizes)
        chunk = SampleChunk(
            sample_ids=[document["_id"] for document in documents],
            modified=[document.get("modified") for document in documents],
            scenes=Scenes(labels, predictions, ignored, sizes),
            places=locator.locate(documents, label_rows, prediction_rows),
            adopted=self._boxes.adopted(label_batch, label_rows),
            metadata={image: metadata[row] for image, row in enumerate(sized) if row in metadata},
        )
        self.reading.agreement.observe(chunk.scenes)
        self.reading.agreement.in_sample.observe(chunk.annotated, images_by_part(documents))
        self.reading.agreement.observe_label_confidences(
            images=sum(is_number(document["label confidence"]) for document in documents),
            of=int(np.count_nonzero(label_batch.counts)),
        )
        return chunk

    def _has_boxes(self, document: database.Document) -> bool:
        gt_field, pred_field = self._source.gt_field, self._source.pred_field
        labels, predictions = document["label list"], document["prediction list"]
        unannotated = labels == "none" and self._source.score_unannotated
        if labels == "none" and not unannotated:
            self.reading.unscored[no_value(gt_field)] += 1
        elif labels == "other":
            self.reading.unscored[f"no list of detections in {gt_field!r}"] += 1
        elif predictions == "none":
            self.reading.unscored[no_value(pred_field)] += 1
        elif predictions == "other":
            self.reading.unscored[f"no list of detections in {pred_field!r}"] += 1
        else:
            if unannotated:
                what = f"samples without a value in {gt_field!r}: scored as images without labels"
                self.reading.treated[what] += 1
            return True
        return False

    def _sizes(
        self, documents: Sequence[database.Document], samples: SampleCollection
    ) -> tuple[FloatArray, dict[int, database.Document]]:
        """Width and height of each sample in the unit of its boxes, (N, 2), NaN for none.

        Also what their metadata lack and their media told, by row.
        """
        if not self._source.in_pixels:
            return np.ones((len(documents), 2)), {}
        sides = (_column(documents, side) for side in SIDES)
        sizes = np.stack([read_numbers(values) for values in sides], axis=1)
        unknown = np.flatnonzero(~_are_sizes(sizes)).tolist()
        if not unknown:
            return sizes, {}
        ids = [documents[row]["_id"] for row in unknown]
        read = read_media(dataset_of(samples), ids, self.reading.unreadable)
        metadata = {row: one for row, one in zip(unknown, read, strict=True) if one is not None}
        for row, one in metadata.items():
            sizes[row] = [one[side] for side in SIDES]
        return sizes, metadata


def _evaluated(
    documents: Iterator[database.Document], number: int | None
) -> list[database.Document]:
    """The next documents of a view; all of them if the number is None."""
    try:
        return list(islice(documents, number))
    except OperationFailure as error:
        raise ValueError(
            "the database cannot evaluate the view, probably because the document of some sample "
            f"is malformed: {error}"
        ) from error


def _are_sizes(sizes: FloatArray) -> BoolArray:
    """Which widths and heights (N, 2) an image may have."""
    return np.all((sizes > 0) & (sizes <= MAX_COORDINATE), axis=1)


def _column(documents: Sequence[database.Document], name: str) -> list[Any]:
    return [document.get(name) for document in documents]
