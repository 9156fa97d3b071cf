"""One command that writes many samples, each as a whole and only if it is still as it was read.

A command per sample would have the database parse the same instructions again for each; to name
every box by a path or a filter takes it longer the more boxes an image has. So the instructions
stand there once, and each sample looks up its own values in tables.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bson import ObjectId
from bson.raw_bson import RawBSONDocument

from odquality.bridge.read.places import identity_expression
from odquality.bridge.write.fields import RunFields
from odquality.bridge.write.values import BoxDocuments, Values

Expression = dict[str, Any]


class BatchUpdate:
    """The update of some samples.

    Args:
        fields: names of what the run writes.
        sample_ids: of the samples.
        identities: of the samples, as they were read.
    """

    def __init__(
        self, fields: RunFields, sample_ids: Sequence[ObjectId], identities: Sequence[bytes]
    ) -> None:
        self._fields = fields
        self._sample_ids = list(sample_ids)
        self._identities = [RawBSONDocument(identity) for identity in identities]

    def query(self) -> Mapping[str, Any]:
        """Matches the samples that are as they were read."""
        now = identity_expression(self._fields.gt_field, self._fields.pred_field)
        unchanged = {"$eq": [now, self._look_up(self._identities)]}
        return {"_id": {"$in": self._sample_ids}, "$expr": unchanged}

    def pipeline(self, values: Values, stamp: datetime) -> Sequence[Mapping[str, Any]]:
        """Replaces all that the run wrote on a sample.

        Args:
            values: what each sample gets.
            stamp: when the samples will have been modified.
        """
        fields = self._fields
        settings: Expression = {
            field: self._look_up(column) for field, column in values.fields.items()
        }
        settings["last_modified_at"] = {"$literal": stamp}
        settings[fields.label_path] = self._merged(fields.label_path, values.labels)
        settings[fields.prediction_path] = self._merged(fields.prediction_path, values.predictions)
        attributes = [path for path in fields.paths() if "." in path]
        return [{"$unset": attributes}, {"$set": settings}]

    def _look_up(self, column: Sequence[Any]) -> Expression:
        """The value of a sample in a column with one per sample."""
        row = {"$indexOfArray": [{"$literal": self._sample_ids}, "$_id"]}
        return {"$arrayElemAt": [{"$literal": column}, row]}

    def _merged(self, path: str, documents: Sequence[BoxDocuments]) -> Expression:
        """A sample's list of boxes, those that get something with it."""
        both = {"inputs": [f"${path}", self._look_up(documents)], "useLongestLength": True}
        box, addition = {"$first": "$$this"}, {"$last": "$$this"}
        merged = {"$mergeObjects": [box, addition]}
        # What is no document is none of the run's business.
        kept = {"$cond": [{"$eq": [{"$type": addition}, "object"]}, merged, box]}
        return {"$map": {"input": {"$zip": both}, "in": kept}}
