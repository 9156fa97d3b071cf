"""One sample under review: what stands on it, and the update that changes it.

An update names all that it relies on, so it changes the sample only while that still holds: what
someone else did meanwhile is never written over. Here the sample is as it will be after the updates
made so far, so that several in a row can be sent at once.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from pymongo import UpdateOne

from odquality.bridge.decisions.field import ACCEPTED, DECISION_ATTRIBUTES
from odquality.bridge.decisions.identity import find_label, find_same
from odquality.bridge.decisions.reading import listed, standing
from odquality.bridge.review import empty
from odquality.bridge.review.changes import Change, RefusedError, changed, checked
from odquality.bridge.review.places import around, place_to_return, with_removed
from odquality.bridge.review.returned import as_scored_now
from odquality.bridge.review.sample_update import SampleUpdate
from odquality.bridge.review.target import ReviewTarget

Document = dict[str, Any]

# Lists of a review's own, and numbers, which others may have emptied to None.
_OWN_LISTS = ("suggestions", "decisions")
_OWN_NUMBERS = ("num_issues", "expected_errors")


def columns(target: ReviewTarget) -> Document:
    """What is read of a sample: MongoDB expressions by name."""
    lists = {
        "labels": target.gt_field,
        "suggestions": target.suggestions,
        "decisions": target.decisions,
    }
    numbers = {name: getattr(target, name) for name in _OWN_NUMBERS}
    return {
        "filepath": 1,
        **empty.columns(target.gt_field),
        **{name: f"${field}.detections" for name, field in lists.items() if field},
        **{name: f"${field}" for name, field in numbers.items() if field},
    }


class ReviewedSample:
    """A sample as it is read and as updates change it.

    Args:
        target: the fields.
        document: its `columns`.

    Attributes:
        document: with ``_id`` and ``filepath``.
        labels: documents of its labels.
        suggestions: documents of the open suggestions.
        decisions: documents of all decisions, those that were taken back among them.
    """

    def __init__(self, target: ReviewTarget, document: Document) -> None:
        self._target = target
        self.document = document
        self._empty = empty.place_in(document)
        self._has_list = {name: document.get(name) is not None for name in _OWN_LISTS}
        self._counted = {
            getattr(target, name)
            for name in _OWN_NUMBERS
            if isinstance(document.get(name), (int, float))
        }
        self.labels = listed(document.get("labels"))
        self.suggestions: list[Document] = document.get("suggestions") or []
        self.decisions: list[Document] = document.get("decisions") or []
        # Names of the labels with those that were removed, once they are asked for.
        self._in_order: list[str] | None = None

    @property
    def name(self) -> str:
        """Id of the sample."""
        return str(self.document["_id"])

    def close(
        self,
        suggestion: Document,
        change: Change,
        decision: Document,
        *,
        again: Document | None = None,
    ) -> UpdateOne:
        """Makes a change of the labels, and a decision of the suggestion.

        It takes the place of one that was taken back, which can no longer be made again.

        Args:
            suggestion: one of the open ones.
            change: of the labels, or none.
            decision: attributes of the decision, without those of the suggestion.
            again: the one that is made again; that on the same suggestion if None.

        Raises:
            RefusedError: the labels are not as the change expects them.
        """
        target = self._target
        # What runs had written onto a label, which are gone by now, is no change of it.
        self._check(change, (again or {}).get("run_attributes") or ())
        around_it = self._around(change)
        change = self._placed(change)
        place = self.suggestions.index(suggestion)
        # One that is made again keeps its id: later runs suggest it under others.
        own_id = (suggestion if again is None else again)["_id"]
        own = {"_id": own_id, **decision, "place": place}
        made = {**suggestion, **own, **change.to_text(), **around_it}
        if change.is_removal:
            made["run_attributes"] = sorted(target.passed_over & (change.before or {}).keys())
        update = SampleUpdate(target, self.document["_id"], decision["decided_at"])
        # As sure as it was read: a lesson meanwhile changes what the image expects by it.
        as_read = {name: suggestion.get(name) for name in ("_id", "confidence")}
        update.expect(target.suggestions, as_read)
        update.pull(target.suggestions, suggestion["_id"])
        taken_back = self._taken_back(own_id)
        if taken_back is None:
            self._put(update, "decisions", made)
            self.decisions.append(made)
        else:
            update.replace(target.decisions, self.decisions[taken_back], made)
            self.decisions[taken_back] = made
        update.count(-1, suggestion, self._counted)
        self._change(update, change)
        del self.suggestions[place]
        self._flag(update, suggestion.get("label_id"))
        return update.made()

    def reopen(self, decision: Document, undone: Document) -> UpdateOne:
        """Takes a decision back: its suggestion is open again, the labels are as they were.

        Args:
            decision: one that stands.
            undone: attributes that it gets, the time among them.

        Raises:
            RefusedError: the labels are not as the decision left them.
        """
        target = self._target
        change = Change.from_text(decision).reversed()
        if change.is_addition:
            label = as_scored_now(target, decision, change.after or {})
            change = replace(change, after=label, place=place_to_return(decision, self.labels))
        elif change.is_nothing and decision.get("status") == ACCEPTED:
            raise RefusedError("what was there before is not known any more")
        self._check(change)
        suggestion = {
            name: value for name, value in decision.items() if name not in DECISION_ATTRIBUTES
        }
        place = min(decision.get("place") or 0, len(self.suggestions))
        # A later run may have suggested it again.
        is_new = find_same(suggestion, self.suggestions) is None
        if is_new:
            self.suggestions.insert(place, suggestion)
        if change.is_addition:
            flags = self._flags(suggestion.get("label_id"))
            change = replace(change, after=_marked(change.after or {}, flags))
        update = SampleUpdate(target, self.document["_id"], undone["undone_at"])
        as_read = {name: decision.get(name) for name in ("_id", "batch")}
        update.expect(target.decisions, {**as_read, "undone_at": None})
        update.mark_undone(decision, undone)
        self._change(update, change)
        if is_new:
            self._put(update, "suggestions", suggestion, place)
            update.count(1, suggestion, self._counted)
            self._flag(update, suggestion.get("label_id"))
        decision.update(undone)
        return update.made()

    def _check(self, change: Change, gone: Collection[str] = ()) -> None:
        """Checks that a change can be made; attributes that are ``gone`` may differ.

        Raises:
            RefusedError: it cannot.
        """
        passed_over = self._target.passed_over | set(gone)
        checked(change, self.labels, passed_over, self._target.locked)
        if change.is_addition:
            empty.check_parent(self.document, self._target.gt_field, self._empty)

    def _around(self, change: Change) -> dict[str, list[str]]:
        """What a decision keeps of the labels around one that goes."""
        if not change.is_removal:
            return {}
        if self._in_order is None:
            self._in_order = with_removed(self.labels, self.decisions)
        return around(str(change.label_id), self._in_order)

    def _placed(self, change: Change) -> Change:
        """A change with the place of a label that comes or goes, and the whole of one that goes."""
        if change.is_removal:
            # With what runs have written onto it meanwhile.
            row = self._row(change)
            return replace(change, before=dict(self.labels[row]), place=row)
        if change.is_addition:
            place = self._empty
            if place is None:
                place = empty.place_beside(self.labels, standing(self.decisions))
            return replace(change, place=place)
        return change

    def _change(self, update: SampleUpdate, change: Change) -> None:
        """Adds a change of the labels to an update."""
        if change.is_nothing:
            return
        labels = self._target.gt_field
        if change.is_addition and self._empty is not None:
            empty.begin(update, labels, change.after or {}, self._empty)
            self._empty = None
        elif change.is_addition:
            update.expect_size(labels, len(self.labels))
            if change.place > 0:
                before = change.place - 1
                update.expect_at(labels, before, self.labels[before].get("_id"))
            update.push(labels, change.after or {}, change.place)
            self._in_order = None
        else:
            label = self.labels[self._row(change)]
            # A decision keeps the id of a label that stays as a text.
            change = replace(change, label_id=label["_id"])
            # Exactly this document: whatever anybody changes of it, the update does not match.
            update.expect_exactly(labels, label)
            if not change.is_removal:
                update.set_label(change)
            elif (
                change.place in empty.ALONE
                and len(self.labels) == 1
                and empty.is_as_begun(self.document, change.place)
            ):
                empty.clear(update, labels, change.place)
                self._empty = change.place
            else:
                update.pull(labels, change.label_id)
        self.labels = changed(change, self.labels)

    def _put(self, update: SampleUpdate, name: str, document: Document, place: int = -1) -> None:
        """Puts a document into a list of the review's own."""
        field = getattr(self._target, name)
        if self._has_list[name]:
            update.push(field, document, place)
        else:
            update.begin(field, document)
        self._has_list[name] = True

    def _flag(self, update: SampleUpdate, label_id: Any) -> None:
        """Marks a label as the run does by the first open suggestion on it, or takes marks away."""
        row = find_label(label_id, self.labels)
        if row is None or update.has_put_label:
            return
        flags = self._flags(label_id)
        update.flag(self.labels[row]["_id"], flags)
        self.labels[row] = _marked(self.labels[row], flags)

    def _flags(self, label_id: Any) -> Document:
        """What the run marks a label with: the first open suggestion on it."""
        on_it = (one for one in self.suggestions if one.get("label_id") == label_id)
        first: Document = next(on_it, {})
        suggested = first.get("label") if first.get("action") == "relabel" else None
        return {self._target.issue: first.get("kind"), self._target.suggested_label: suggested}

    def _taken_back(self, decision_id: Any) -> int | None:
        """Position of the decision with an id, if it was taken back."""
        for row, one in enumerate(self.decisions):
            if one["_id"] == decision_id and one.get("undone_at"):
                return row
        return None

    def _row(self, change: Change) -> int:
        row = find_label(change.label_id, self.labels)
        assert row is not None, "the labels were checked"
        return row


def _marked(label: Document, flags: Document) -> Document:
    """A label with flags, in the order in which the database keeps them; None is none."""
    marked = {**label, **flags}
    return {name: one for name, one in marked.items() if name not in flags or one is not None}
