"""Issues as FiftyOne documents: what is wrong with a label and the box that would mend it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bson import ObjectId

from odquality.bridge.read.reader import SampleChunk
from odquality.core.scenes import FloatArray
from odquality.kinds import BY_NAME
from odquality.methods.interface import Scores
from odquality.methods.issues import Issue, list_issues

Document = dict[str, Any]


class ChunkIssues:
    """The issues of the samples of a chunk, the likeliest of each label.

    Args:
        chunk: the samples.
        scores: of their images and boxes.
        min_probability: least probability of an issue.
        class_names: name of each class code.
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
        self._by_image: list[list[Issue]] = [[] for _ in chunk.sample_ids]
        seen = set()
        for issue in list_issues(chunk.scenes, scores, min_probability=min_probability):
            if issue.label is None or (issue.image, issue.label) not in seen:
                seen.add((issue.image, issue.label))
                self._by_image[issue.image].append(issue)

    def of(self, image: int) -> Sequence[Issue]:
        """The issues of an image, the likeliest first."""
        return self._by_image[image]

    def label_row(self, issue: Issue) -> int | None:
        """Row of the issue's label among the chunk's labels, None for a missing label."""
        if issue.label is None:
            return None
        return int(self._chunk.scenes.labels.offsets[issue.image]) + issue.label

    def suggested_label(self, issue: Issue) -> str | None:
        """The class that a label should have, where that is not its own."""
        return None if issue.suggested_class is None else self._class_names[issue.suggested_class]

    def documents(self, image: int) -> Mapping[str, Any]:
        """The issues of an image as a Detections document."""
        detections = [self._document(issue) for issue in self.of(image)]
        return {"_cls": "Detections", "detections": detections}

    def _document(self, issue: Issue) -> Document:
        """A detection; where a label is to be removed, its own box and class."""
        labels, row = self._chunk.scenes.labels, self.label_row(issue)
        name = self.suggested_label(issue)
        box = issue.suggested_box
        if row is not None:
            name = name or self._class_names[int(labels.classes[row])]
            box = box or tuple(labels.xyxy[row].tolist())
        assert box is not None
        return {
            "_id": ObjectId(),
            "_cls": "Detection",
            "attributes": {},
            "tags": [],
            "label": name,
            "bounding_box": self._normalised(box, issue.image),
            "confidence": issue.probability,
            "kind": issue.kind,
            "title": BY_NAME[issue.kind].title,
            "action": BY_NAME[issue.kind].action,
            "label_id": None if row is None else str(self._chunk.label_ids[row]),
        }

    def _normalised(self, xyxy: Sequence[float], image: int) -> list[float]:
        sizes: FloatArray | None = self._chunk.scenes.image_sizes
        assert sizes is not None
        width, height = sizes[image].tolist()
        x1, y1, x2, y2 = xyxy
        return [x1 / width, y1 / height, (x2 - x1) / width, (y2 - y1) / height]
