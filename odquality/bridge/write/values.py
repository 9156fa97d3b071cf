"""What each sample of a chunk gets: values of its fields, and documents to merge into its boxes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from bson import ObjectId

from odquality.bridge.read.places import NOWHERE
from odquality.bridge.read.reader import SampleChunk
from odquality.bridge.write.fields import RunFields
from odquality.bridge.write.suggestions import ChunkIssues
from odquality.core.scenes import FloatArray, IntArray
from odquality.methods.interface import Scores

Document = dict[str, Any]

# One document, or None, per box of a sample in the order of its stored list, up to the last.
BoxDocuments = list[Document | None]

# A prediction that is a missing label with no more than this probability gets no score: most
# predictions are such, and nobody looks for them.
NEGLIGIBLE_PROBABILITY = 0.01

# How much is written by one command: enough to be quick, and far from MongoDB's limit of 16 MB.
SAMPLES_PER_BATCH = 250
BOXES_PER_BATCH = 10_000


@dataclass(frozen=True)
class SampleValues:
    """What some samples get.

    Attributes:
        sample_ids: of the samples.
        identities: of the samples when they were read, as `Places` describes.
        fields: values of each field of the samples.
        labels: what is merged into their labels.
        predictions: what is merged into their predictions.
        metadata: what is merged into their metadata, None for nothing.
    """

    sample_ids: list[ObjectId]
    identities: list[bytes]
    fields: Mapping[str, list[Any]]
    labels: list[BoxDocuments]
    predictions: list[BoxDocuments]
    metadata: list[Document | None]

    def __len__(self) -> int:
        return len(self.sample_ids)

    def part(self, start: int, end: int) -> SampleValues:
        """The values of some of the samples."""
        rows = slice(start, end)
        return SampleValues(
            self.sample_ids[rows],
            self.identities[rows],
            {field: column[rows] for field, column in self.fields.items()},
            self.labels[rows],
            self.predictions[rows],
            self.metadata[rows],
        )

    def batches(self) -> Iterator[SampleValues]:
        """The values in parts of a size that one command can write."""
        start = boxes = 0
        for row, (labels, predictions) in enumerate(
            zip(self.labels, self.predictions, strict=True)
        ):
            size = len(labels) + len(predictions)
            full = row - start == SAMPLES_PER_BATCH or boxes + size > BOXES_PER_BATCH
            if full and row > start:
                yield self.part(start, row)
                start, boxes = row, 0
            boxes += size
        if start < len(self):
            yield self.part(start, len(self))


def chunk_values(
    fields: RunFields, chunk: SampleChunk, scores: Scores, issues: ChunkIssues | None
) -> SampleValues:
    """What the samples of a chunk get.

    Args:
        fields: names of what the run writes.
        chunk: the samples.
        scores: of their images and boxes; NaN is not written.
        issues: of the samples, where the method gives them.
    """
    method, places, scenes = fields.method, chunk.places, chunk.scenes
    images: dict[str, list[Any]] = {
        fields.score(name): scores.images[name].tolist() for name in method.image_scores
    }
    additions: Mapping[int, Document] = {}
    if issues is not None:
        images[fields.expected_errors] = np.sum(
            list(scores.expected_errors.values()), axis=0
        ).tolist()
        images[fields.num_issues] = [len(of_image) for of_image in issues.by_image]
        images[fields.suggestions] = issues.documents()
        additions = issues.label_attributes(fields.issue, fields.suggested_label)
    labels = {fields.score(name): scores.labels[name] for name in method.label_scores}
    predictions = {
        fields.score(name): scores.predictions[name] for name in method.prediction_scores
    }
    # The scores of methods that give issues are 1 - a probability.
    worth_writing = 1 - NEGLIGIBLE_PROBABILITY if method.gives_issues else np.inf
    return SampleValues(
        chunk.sample_ids,
        places.identities,
        images,
        _by_image(labels, scenes.labels.image, places.labels, len(scenes), additions=additions),
        _by_image(
            predictions,
            scenes.predictions.image,
            places.predictions,
            len(scenes),
            below=worth_writing,
        ),
        [chunk.metadata.get(image) for image in range(len(scenes))],
    )


def _by_image(
    columns: Mapping[str, FloatArray],
    image: IntArray,
    positions: IntArray,
    num_images: int,
    *,
    below: float = np.inf,
    additions: Mapping[int, Document] | None = None,
) -> list[BoxDocuments]:
    """Documents for the boxes of each image.

    Args:
        columns: scores of n boxes by attribute, (n,) each.
        image: (n,) image of each box, ascending.
        positions: (n,) position of each box in its image's stored list.
        num_images: number of images.
        below: scores that are not lower are left out.
        additions: further attributes of boxes, by row.
    """
    scores = np.array(list(columns.values())).reshape(len(columns), -1).T
    written = (scores < below) & (positions != NOWHERE)[:, None]
    rows = np.flatnonzero(written.any(axis=1))
    documents = _documents(list(columns), scores[rows], below)
    if additions:
        for row, document in zip(rows.tolist(), documents, strict=True):
            document.update(additions.get(row, {}))
    # Every image's list in one, each up to its last box that gets something.
    lengths = np.zeros(num_images, np.int64)
    np.maximum.at(lengths, image[rows], positions[rows] + 1)
    ends = np.cumsum(lengths)
    listed: BoxDocuments = [None] * int(lengths.sum())
    targets = (ends - lengths)[image[rows]] + positions[rows]
    for target, document in zip(targets.tolist(), documents, strict=True):
        listed[target] = document
    bounds = zip((ends - lengths).tolist(), ends.tolist(), strict=True)
    return [listed[start:end] for start, end in bounds]


def _documents(names: list[str], scores: FloatArray, below: float) -> list[Document]:
    """A document per row of scores (n, k) with those that are written."""
    rows = scores.tolist()
    if (scores < below).all():
        return [dict(zip(names, row, strict=True)) for row in rows]
    return [
        {name: score for name, score in zip(names, row, strict=True) if score < below}
        for row in rows
    ]
