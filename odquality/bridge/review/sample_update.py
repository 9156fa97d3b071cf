"""One guarded update of one sample, as it is put together."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from bson import ObjectId
from pymongo import UpdateOne

from odquality.bridge.decisions.shares import share_of
from odquality.bridge.review.changes import Change
from odquality.bridge.review.target import ReviewTarget

Document = dict[str, Any]


class SampleUpdate:
    """An update of one sample that is made as a whole, and only if all is as it is expected.

    Args:
        target: the fields.
        sample_id: of the sample.
        now: when it counts as modified. Pages of the App that show it as it was before cannot save
            it over this.

    Attributes:
        has_put_label: whether a whole label comes into the list.
    """

    def __init__(self, target: ReviewTarget, sample_id: ObjectId, now: datetime) -> None:
        self._target = target
        self._query: list[Document] = [{"_id": sample_id}]
        self._set: Document = {"last_modified_at": now}
        self._others: dict[str, Document] = {"$unset": {}, "$push": {}, "$pull": {}, "$inc": {}}
        self._filters: list[Mapping[str, Any]] = []
        self.has_put_label = False

    def expect(self, field: str | None, part: Document) -> None:
        """A list has a document with some values."""
        self._query.append({f"{field}.detections": {"$elemMatch": part}})

    def expect_exactly(self, field: str, document: Document) -> None:
        """A list has exactly this document."""
        self._query.append({f"{field}.detections": document})

    def expect_size(self, field: str, number: int) -> None:
        """A list has this many documents."""
        self._query.append({f"{field}.detections": {"$size": number}})

    def expect_at(self, field: str, row: int, document_id: Any) -> None:
        """A list has a document in a place."""
        self._query.append({f"{field}.detections.{row}._id": document_id})

    def expect_that(self, expression: Document) -> None:
        """An expression holds of the sample."""
        self._query.append({"$expr": expression})

    def clear(self, path: str, *, is_there: bool) -> None:
        """A field or list becomes None, or is not there any more."""
        if is_there:
            self._set[path] = None
        else:
            self._others["$unset"][path] = ""

    def push(self, field: str | None, document: Document, place: int = -1) -> None:
        """A document comes into a list, at the end for a negative place."""
        self.has_put_label |= field == self._target.gt_field
        position = {"$position": place} if place >= 0 else {}
        self._others["$push"][f"{field}.detections"] = {"$each": [document], **position}

    def begin(self, field: str | None, document: Document, *, is_there: bool = False) -> None:
        """A document comes into a list of its own, where there is none.

        Args:
            field: of the list.
            document: that comes.
            is_there: whether the field itself is there, which stays but for the list.
        """
        self.has_put_label |= field == self._target.gt_field
        path = f"{field}.detections"
        self._query.append({path: None})
        if is_there:
            self._query.append({str(field): {"$type": "object"}})
            self._set[path] = [document]
        else:
            self._set[str(field)] = {"_cls": "Detections", "detections": [document]}

    def replace(self, field: str | None, old: Document, new: Document) -> None:
        """A document that was taken back is replaced by another."""
        which = {"_id": old["_id"], "undone_at": old["undone_at"]}
        self.expect(field, which)
        self._filters.append({f"old.{name}": value for name, value in which.items()})
        self._set[f"{field}.detections.$[old]"] = new

    def pull(self, field: str, document_id: Any) -> None:
        """A document goes from a list."""
        self._others["$pull"][f"{field}.detections"] = {"_id": document_id}

    def count(self, number: int, suggestion: Document, counted: Collection[str | None]) -> None:
        """The numbers of open suggestions and of expected errors change.

        Args:
            number: of suggestions that come.
            suggestion: that comes or goes.
            counted: the fields that have a number on the sample; others may have cleared them.
        """
        share = number * share_of(suggestion)
        amounts = {self._target.num_issues: number, self._target.expected_errors: share}
        for field in amounts.keys() & counted:
            self._others["$inc"][str(field)] = amounts[field]

    def set_label(self, change: Change) -> None:
        """Attributes of a label change."""
        before, after = change.before or {}, change.after or {}
        gone: Document = dict.fromkeys(before.keys() - after.keys())
        self.flag(change.label_id, {**after, **gone})

    def flag(self, label_id: Any, values: Document) -> None:
        """Attributes of a label get values; None takes one away."""
        self._set_element(self._target.gt_field, "label", {"_id": label_id}, values)

    def mark_undone(self, decision: Document, undone: Document) -> None:
        """A decision counts as taken back, by the attributes that it gets."""
        standing = {"_id": decision["_id"], "undone_at": None}
        self._set_element(self._target.decisions, "decision", standing, undone)

    def made(self) -> UpdateOne:
        """The update."""
        update = {"$set": self._set, **{name: one for name, one in self._others.items() if one}}
        return UpdateOne({"$and": self._query}, update, array_filters=self._filters or None)

    def _set_element(self, field: str | None, name: str, which: Document, values: Document) -> None:
        chosen = {f"{name}.{attribute}": value for attribute, value in which.items()}
        if chosen not in self._filters:
            self._filters.append(chosen)
        for attribute, value in values.items():
            place = f"{field}.detections.$[{name}].{attribute}"
            if value is None:
                self._others["$unset"][place] = ""
            else:
                self._set[place] = value
