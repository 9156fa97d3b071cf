"""Issues as FiftyOne documents: what is wrong with a label and the box that would mend it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any

import numpy as np
from bson import ObjectId

from odquality.bridge.read.places import NOWHERE
from odquality.bridge.read.reader import SampleChunk
from odquality.bridge.store.garbage import paused_collector
from odquality.core.scenes import IntArray
from odquality.kinds import BY_NAME
from odquality.methods.interface import Scores
from odquality.methods.issues import Issue, list_issues

Document = dict[str, Any]

_NO_BOX = [0.0] * 4


class ChunkIssues:
    """The issues of the samples of a chunk, the likeliest of each label.

    Args:
        chunk: the samples.
        scores: of their images and boxes.
        min_probability: least probability of an issue.
        class_names: name of each class code.

    Attributes:
        by_image: the issues of each image, the likeliest first.
    """

    def __init__(
        self,
        chunk: SampleChunk,
        scores: Scores,
        min_probability: float,
        class_names: Sequence[str],
    ) -> None:
        self._chunk = chunk
        self._class_names = class_names
        self.by_image: list[list[Issue]] = [[] for _ in chunk.sample_ids]
        with paused_collector():
            issues = list_issues(chunk.scenes, scores, min_probability=min_probability)
            seen = set()
            for issue in issues:
                if issue.label is not None:
                    label = (issue.image, issue.label)
                    if label in seen:
                        continue
                    seen.add(label)
                self.by_image[issue.image].append(issue)

    def of(self, image: int) -> Sequence[Issue]:
        """The issues of an image, the likeliest first."""
        return self.by_image[image]

    def label_attributes(self, kind: str, suggested_label: str) -> Mapping[int, Document]:
        """What the issues add to labels, by row among the chunk's labels.

        Args:
            kind: name of the attribute for the kind of an issue.
            suggested_label: name of that for the class that a label should have, if not its own.
        """
        additions: dict[int, Document] = {}
        for issue, row in self._with_label_rows():
            if row is not None:
                additions[row] = {kind: issue.kind}
                if issue.suggested_class is not None:
                    additions[row][suggested_label] = self._class_names[issue.suggested_class]
        return additions

    def documents(self) -> list[Document]:
        """The issues of each image as a Detections document.

        Where a label is to be removed, the suggestion has its box and class.
        """
        labels = self._chunk.scenes.labels
        own_boxes, own_classes = labels.xyxy.tolist(), labels.classes.tolist()
        corners, given, names = [], [], []
        for issue, row in self._with_label_rows():
            own = _NO_BOX if row is None else own_boxes[row]
            code = own_classes[row] if issue.suggested_class is None else issue.suggested_class
            corners.append(own if issue.suggested_box is None else issue.suggested_box)
            given.append(own)
            names.append(self._class_names[code])
        columns = zip(
            chain.from_iterable(self.by_image),
            names,
            self._normalised(corners),
            self._given(given),
            self._label_ids(),
            self._shown_by(),
            strict=True,
        )
        detections = (
            {
                "_id": ObjectId(),
                "_cls": "Detection",
                "attributes": {},
                "tags": [],
                "label": name,
                "bounding_box": box,
                "confidence": issue.probability,
                "kind": issue.kind,
                "title": BY_NAME[issue.kind].title,
                "action": BY_NAME[issue.kind].action,
                "label_id": label_id,
                **label,
                **prediction,
                "probability": issue.probability,
            }
            for issue, name, box, label, label_id, prediction in columns
        )
        return [
            {"_cls": "Detections", "detections": list(islice(detections, len(issues)))}
            for issues in self.by_image
        ]

    def _with_label_rows(self) -> Iterator[tuple[Issue, Any]]:
        """Every issue, image by image, and the row of its label, None for a missing one."""
        first = self._chunk.scenes.labels.offsets.tolist()
        for issue in chain.from_iterable(self.by_image):
            yield issue, None if issue.label is None else first[issue.image] + issue.label

    def _given(self, corners: Sequence[Sequence[float]]) -> Iterator[Document]:
        """Class and box of the label of every issue, image by image, as they are."""
        classes = self._chunk.scenes.labels.classes
        for (_, row), box in zip(self._with_label_rows(), self._normalised(corners), strict=True):
            is_missing = row is None
            yield {
                "given_label": None if is_missing else self._class_names[int(classes[row])],
                "given_box": None if is_missing else box,
            }

    def _label_ids(self) -> Iterator[str | None]:
        """The id of the label of every issue, image by image; None where it has none."""
        rows = (row for _, row in self._with_label_rows())
        return self._ids(rows, self._chunk.places.labels, self._chunk.places.label_ids)

    def _shown_by(self) -> Iterator[Document]:
        """The prediction that shows each issue, image by image."""
        predictions = self._chunk.scenes.predictions
        first = predictions.offsets.tolist()
        rows = [
            None if issue.prediction is None else first[issue.image] + issue.prediction
            for issue in chain.from_iterable(self.by_image)
        ]
        places = self._chunk.places
        ids = self._ids(iter(rows), places.predictions, places.prediction_ids)
        for row, prediction_id in zip(rows, ids, strict=True):
            confidence = None if row is None else float(predictions.confidence[row])
            yield {"prediction_id": prediction_id, "detector_confidence": confidence}

    def _ids(
        self, rows: Iterator[int | None], places: IntArray, ids_of: Callable[[int], list[Any]]
    ) -> Iterator[str | None]:
        """The ids of a box for every issue, image by image; None where there is none.

        Args:
            rows: of the boxes among all of the chunk.
            places: position of each box in its sample's stored list.
            ids_of: gives the ids in the stored list of an image.
        """
        positions = places.tolist()
        image, ids = NOWHERE, []
        for issue, row in zip(chain.from_iterable(self.by_image), rows, strict=True):
            if row is None or positions[row] == NOWHERE:
                yield None
                continue
            if issue.image != image:
                image, ids = issue.image, ids_of(issue.image)
            given = ids[positions[row]]
            yield None if given is None else str(given)

    def _normalised(self, corners: Sequence[Sequence[float]]) -> list[list[float]]:
        """Boxes of all issues, image by image, as ``x, y, width, height`` in [0, 1]."""
        sizes = self._chunk.scenes.image_sizes
        assert sizes is not None
        size = np.repeat(sizes, [len(issues) for issues in self.by_image], axis=0)
        xyxy = np.array(corners, np.float64).reshape(-1, 4)
        xywh = np.hstack([xyxy[:, :2], xyxy[:, 2:] - xyxy[:, :2]]) / np.tile(size, 2)
        boxes: list[list[float]] = xywh.tolist()
        return boxes
