"""The one place that reads: from a dataset or view to flat arrays, chunk by chunk."""

from __future__ import annotations

from collections import Counter
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
from odquality.bridge.read.classes import (
    ClassCodes,
    sort_names,
)
from odquality.bridge.read.metadata import SIDES, MediaReader
from odquality.bridge.read.places import Locator, Places
from odquality.bridge.read.source import Source
from odquality.bridge.read.splits import images_by_part
from odquality.bridge.store import database
from odquality.bridge.store.garbage import paused_collector
from odquality.core.agreement import Agreement
from odquality.core.class_names import listed
from odquality.core.geometry import MAX_COORDINATE
from odquality.core.scenes import (
    BoolArray,
    FloatArray,
    IntArray,
    Scenes,
)

SAMPLES_PER_CHUNK = 1000


@dataclass(frozen=True)
class SampleChunk:
    """Some samples that can be scored.

    Attributes:
        sample_ids: id of each image of ``scenes``.
        modified: when each sample was last modified, as its document says.
        scenes: their boxes, in pixels if the source says so, else normalised.
        places: where their boxes stand in the database.
        metadata: what is to be merged into the metadata of images that lacked a size, by image.
    """

    sample_ids: list[ObjectId]
    modified: list[datetime | None]
    scenes: Scenes
    places: Places
    metadata: Mapping[int, database.Document] = field(default_factory=dict)


class Reader:
    """Reads samples, counting what could not be scored and why.

    A first reader numbers the classes as they turn up. Once it has read all samples, `settle`
    numbers them by their names, which does not depend on the order of the samples, and `settled`
    gives the chunks these numbers. A reader that is given ``codes`` goes on with them.

    Attributes:
        source: what is read.
        codes: the class of each label that was met.
        unscored: number of samples that were passed over, by reason.
        treated: number of detections that needed special treatment, by what was done.
        agreement: what tells whether labels and predictions fit together.
    """

    def __init__(self, source: Source, codes: ClassCodes | None = None) -> None:
        self.codes = ClassCodes() if codes is None else codes
        self.unscored: Counter[str] = Counter()
        self.treated: Counter[str] = Counter()
        self.source = source
        self.agreement = Agreement()
        self._first_names: list[str] = []
        self._order: IntArray | None = None
        self._media = MediaReader()
        self._boxes = BoxReader(source, self.codes, self.treated, self.agreement)

    def read(self, samples: SampleCollection) -> Iterator[tuple[int, SampleChunk]]:
        """Yields, chunk by chunk, the number of samples read and those that can be scored.

        Raises:
            ValueError: the database cannot evaluate the view.
        """
        documents = database.iter_documents(samples, self.source.columns())
        locator = Locator(samples, self.source.gt_field, self.source.pred_field)
        while True:
            with paused_collector():
                try:
                    batch = list(islice(documents, SAMPLES_PER_CHUNK))
                except OperationFailure as error:
                    raise ValueError(
                        "the database cannot evaluate the view, probably because the document of "
                        f"some sample is malformed: {error}"
                    ) from error
                if not batch:
                    return
                chunk = self._chunk(batch, samples, locator)
            yield len(batch), chunk

    def settle(self) -> None:
        """Ends the first reading of all samples: judges what was read and numbers the classes.

        Raises:
            ValueError: nothing sensible can come of the data, beyond doubt.
        """
        refusal = self.refusal() or self._media.refusal()
        if refusal:
            raise ValueError(refusal)
        self._first_names = self.codes.names
        self.codes, self._order = sort_names(self.codes)

    def settled(self, chunk: SampleChunk) -> SampleChunk:
        """A chunk of the first reading with the final numbers of its classes."""
        assert self._order is not None, "settle() comes first"
        scenes, order = chunk.scenes, self._order
        predictions = scenes.predictions
        return replace(
            chunk,
            scenes=replace(
                scenes,
                labels=replace(scenes.labels, classes=order[scenes.labels.classes]),
                predictions=replace(
                    predictions,
                    classes=order[predictions.classes],
                    alternatives=order[predictions.alternatives],
                ),
                ignored=replace(scenes.ignored, classes=order[scenes.ignored.classes]),
            ),
        )

    def refusal(self) -> str | None:
        """Why nothing sensible can come of the data, beyond doubt; None if something may."""
        return self.agreement.refusal(
            f"gt_field {self.source.gt_field!r}", f"pred_field {self.source.pred_field!r}"
        )

    def findings(self) -> list[str]:
        """Sentences about what the user should know of the data, none where all is well."""
        gt_field, pred_field = repr(self.source.gt_field), repr(self.source.pred_field)
        names = self._first_names or self.codes.names
        sentences = self.agreement.findings(names, gt_field, pred_field)
        unused = sorted(self.source.class_map.keys() - self._boxes.prediction_codes.keys())
        if unused:
            sentences.append(f"class_map names classes that {pred_field} has not: {listed(unused)}")
        labelled = self.agreement.label_classes.keys()
        lost = {names[code] for code in self.agreement.prediction_classes.keys() - labelled}
        if labelled and (unknown := sorted(lost & set(self.source.class_map.values()))):
            sentences.append(
                f"class_map leads to classes that no label of {gt_field} has: {listed(unknown)}"
            )
        # Some samples alone may well lack an attribute; all should not.
        if self._order is not None:
            sentences += [
                f"{argument} is {name!r}, which is no attribute of any detection that was read, "
                "and had no effect"
                for argument, name in self.source.chosen.items()
                if name not in self._boxes.met
            ]
        if number := self.unscored[_no_value(self.source.gt_field)]:
            sentences.append(
                f"images without a value in {gt_field} are not scored, here {number:,}: if an "
                "annotator found nothing to draw there, pass score_unannotated=True to score them "
                "as images without labels"
            )
        return sentences

    def question(self) -> str | None:
        """What to ask where labels and predictions agree better than they should, else None."""
        gt_field, pred_field = repr(self.source.gt_field), repr(self.source.pred_field)
        return self.agreement.in_sample.finding(gt_field, pred_field)

    def _chunk(
        self, batch: Sequence[database.Document], samples: SampleCollection, locator: Locator
    ) -> SampleChunk:
        documents = [one for one in batch if self._has_boxes(one)]
        sizes, metadata = self._sizes(documents, samples)
        sized = np.flatnonzero(_are_sizes(sizes)).tolist()
        if unsized := len(documents) - len(sized):
            self.unscored["no width and height in its metadata"] += unsized
            documents, sizes = [documents[row] for row in sized], sizes[sized]
        label_batch, found_batch = Batch(documents, "label"), Batch(documents, "prediction")
        labels, ignored, label_rows = self._boxes.labels(label_batch, sizes)
        predictions, prediction_rows = self._boxes.predictions(found_batch, sizes)
        scenes = Scenes(labels, predictions, ignored, sizes)
        self.agreement.observe(scenes)
        self.agreement.in_sample.observe(scenes, images_by_part(documents))
        self.agreement.observe_label_confidences(
            images=sum(is_number(document["label confidence"]) for document in documents),
            of=int(np.count_nonzero(label_batch.counts)),
        )
        return SampleChunk(
            sample_ids=[document["_id"] for document in documents],
            modified=[document.get("modified") for document in documents],
            scenes=scenes,
            places=locator.locate(documents, label_rows, prediction_rows),
            metadata={image: metadata[row] for image, row in enumerate(sized) if row in metadata},
        )

    def _has_boxes(self, document: database.Document) -> bool:
        gt_field, pred_field = self.source.gt_field, self.source.pred_field
        labels, predictions = document["label list"], document["prediction list"]
        unannotated = labels == "none" and self.source.score_unannotated
        if labels == "none" and not unannotated:
            self.unscored[_no_value(gt_field)] += 1
        elif labels == "other":
            self.unscored[f"no list of detections in {gt_field!r}"] += 1
        elif predictions == "none":
            self.unscored[_no_value(pred_field)] += 1
        elif predictions == "other":
            self.unscored[f"no list of detections in {pred_field!r}"] += 1
        else:
            if unannotated:
                what = f"samples without a value in {gt_field!r}: scored as images without labels"
                self.treated[what] += 1
            return True
        return False

    def _sizes(
        self, documents: Sequence[database.Document], samples: SampleCollection
    ) -> tuple[FloatArray, dict[int, database.Document]]:
        """Width and height of each sample in the unit of its boxes, (N, 2), NaN for none.

        Also what their metadata lack and their media told, by row.
        """
        if not self.source.in_pixels:
            return np.ones((len(documents), 2)), {}
        sides = (_column(documents, side) for side in SIDES)
        sizes = np.stack([read_numbers(values) for values in sides], axis=1)
        unknown = np.flatnonzero(~_are_sizes(sizes)).tolist()
        if not unknown:
            return sizes, {}
        ids = [documents[row]["_id"] for row in unknown]
        read = self._media.read(database.dataset_of(samples), ids)
        metadata = {row: one for row, one in zip(unknown, read, strict=True) if one is not None}
        for row, one in metadata.items():
            sizes[row] = [one[side] for side in SIDES]
        return sizes, metadata


def _no_value(field: str) -> str:
    return f"no value in {field!r}"


def _are_sizes(sizes: FloatArray) -> BoolArray:
    """Which widths and heights (N, 2) an image may have."""
    return np.all((sizes > 0) & (sizes <= MAX_COORDINATE), axis=1)


def _column(documents: Sequence[database.Document], name: str) -> list[Any]:
    return [document.get(name) for document in documents]
