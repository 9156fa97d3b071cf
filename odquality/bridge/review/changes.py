"""What a decision changes of a label, both ways: what was there before, and what is put there.

A change is exact and small. An attribute that it does not name stays as it is, whoever edits it
meanwhile, and a label is changed only while it has what the change expects of it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import fiftyone as fo
from bson import ObjectId

from odquality.bridge.decisions.identity import find_label, is_as_scored, lies_on, marks_object
from odquality.bridge.decisions.texts import from_text, same, to_text
from odquality.bridge.store.adopted import FROM_PREDICTION, SOURCE, SOURCE_CONFIDENCE
from odquality.bridge.store.schema import FieldSpec

Document = dict[str, Any]

# A mask is drawn within the box, and fits no other.
_OF_THE_BOX = ("mask", "mask_path")

# Place of a label at the end of the list; others below 0 are those of a label that is alone.
AT_THE_END = -1


def source_specs(gt_field: str) -> list[FieldSpec]:
    """The attributes of labels that were added."""
    told = {SOURCE: ("Where the label comes from", fo.StringField)}
    told[SOURCE_CONFIDENCE] = ("Confidence of the prediction that it was", fo.FloatField)
    return [
        FieldSpec(f"{gt_field}.detections.{name}", text, {"ftype": ftype}, is_part=True)
        for name, (text, ftype) in told.items()
    ]


class RefusedError(ValueError):
    """A decision cannot be carried out; the message says why, for people."""


@dataclass(frozen=True)
class Change:
    """A change of one label, or none.

    Attributes:
        label_id: of the label.
        before: the whole label if it is removed; of one that stays those attributes that change,
            as they were; None if there was no label.
        after: likewise what is put there; None if nothing is.
        place: position of a label that comes or goes, `AT_THE_END`, or what there was instead of a
            list, as `empty` names it.
    """

    label_id: Any = None
    before: Document | None = None
    after: Document | None = None
    place: int = AT_THE_END

    @property
    def is_nothing(self) -> bool:
        """Whether no label changes."""
        return self.before is None and self.after is None

    @property
    def is_addition(self) -> bool:
        """Whether a label comes."""
        return self.before is None and self.after is not None

    @property
    def is_removal(self) -> bool:
        """Whether a label goes."""
        return self.before is not None and self.after is None

    def reversed(self) -> Change:
        """The change that takes this one back."""
        return Change(self.label_id, self.after, self.before, self.place)

    def to_text(self) -> Document:
        """The change as a decision keeps it: exact, and not read as labels by FiftyOne."""
        return {
            "before": to_text(self.before),
            "after": to_text(self.after),
            "label_place": self.place,
        }

    @classmethod
    def from_text(cls, decision: Mapping[str, Any]) -> Change:
        """The change that a decision has kept."""
        before, after = from_text(decision.get("before")), from_text(decision.get("after"))
        whole = after if before is None else before if after is None else None
        label_id = decision.get("label_id") if whole is None else whole.get("_id")
        if isinstance(label_id, str) and ObjectId.is_valid(label_id):
            label_id = ObjectId(label_id)
        place = decision.get("label_place")
        return cls(label_id, before, after, AT_THE_END if place is None else place)


def accepting(suggestion: Document, labels: Sequence[Document]) -> Change:
    """The change that a suggestion proposes.

    Args:
        suggestion: document of the suggestion.
        labels: of its sample, as they are now.

    Raises:
        RefusedError: the label is not as it was when it was scored.
    """
    if suggestion["action"] == "add":
        return _addition(suggestion)
    label = _scored_label(suggestion, labels)
    label_id = label["_id"]
    if suggestion["action"] == "remove":
        return Change(label_id, dict(label), None, labels.index(label))
    if suggestion["action"] == "relabel":
        return Change(label_id, _part(label, ["label"]), {"label": suggestion["label"]})
    changed = ["bounding_box", *(name for name in _OF_THE_BOX if label.get(name) is not None)]
    return Change(
        label_id, _part(label, changed), {"bounding_box": list(suggestion["bounding_box"])}
    )


def edit_of(
    suggestion: Document, labels: Sequence[Document], new_without: str | None
) -> str | None:
    """What someone did to a label since it was scored that settles its suggestion.

    Args:
        suggestion: document of the suggestion.
        labels: of its sample, as they are now.
        new_without: an attribute that only labels lack that are new since; None if nobody can tell
            these from others.

    Returns:
        For people; None if nobody did anything.
    """
    if suggestion.get("action") == "add":
        if new_without is None:
            return None
        is_there = marks_object(suggestion, _unscored(labels, new_without))
        return "it has been labelled meanwhile" if is_there else None
    label_id = suggestion.get("label_id")
    # Nobody can tell what became of a label without an id. Of several with the same id it is there
    # as long as one is as it was.
    of_id = [label for label in labels if str(label.get("_id")) == label_id]
    if label_id is None or any(is_as_scored(label, suggestion) for label in of_id):
        return None
    what = "changed" if of_id else "removed"
    return f"its label has been {what} meanwhile"


def check_missing(
    suggestion: Document, labels: Sequence[Document], scored_by: str, *, hides_labels: bool
) -> None:
    """Checks that no label that was not scored marks what a suggestion would add.

    Args:
        suggestion: document of the suggestion.
        labels: of its sample, as they are now.
        scored_by: an attribute of the labels that were there when the sample was scored.
        hides_labels: whether the view that was scored hid labels. These may be of any class: on
            the one that another label has, what is missing may be a wrong class.

    Raises:
        RefusedError: one does.
    """
    unscored = _unscored(labels, scored_by)
    if hides_labels and lies_on(suggestion, unscored):
        raise RefusedError("a label that the scored view hid, or that was drawn since, lies there")
    if marks_object(suggestion, unscored):
        raise RefusedError("it has been labelled meanwhile")


def checked(
    change: Change,
    labels: Sequence[Document],
    passed_over: Collection[str],
    locked: Collection[str] = (),
) -> None:
    """Checks that labels are as a change expects them.

    Args:
        change: to be made.
        labels: of the sample, as they are now.
        passed_over: attributes that may differ: those that runs write.
        locked: attributes that are read-only: those of a label that stays do not change.

    Raises:
        RefusedError: they are not.
    """
    if change.is_nothing:
        return
    label = _find(change.label_id, labels)
    if change.is_addition:
        if label is not None:
            raise RefusedError("the label is there already")
        return
    if label is None:
        raise RefusedError("the label has been removed since")
    before, after = change.before or {}, change.after or {}
    if change.is_removal:
        is_changed = not same(_without(label, passed_over), _without(before, passed_over))
    else:
        if names := sorted({*before, *after}.intersection(locked)):
            raise RefusedError(f"attributes {names} of its label are read-only")
        is_changed = any(not same(label.get(name), value) for name, value in before.items())
        is_changed |= any(name in label for name in after.keys() - before.keys())
        if "bounding_box" in after:
            # A mask that was drawn since fits the box that it was drawn in.
            is_changed |= any(not same(label.get(name), before.get(name)) for name in _OF_THE_BOX)
    if is_changed:
        raise RefusedError("the label has been changed since")


def changed(change: Change, labels: Sequence[Document]) -> list[Document]:
    """Labels as a change makes them."""
    if change.is_nothing:
        return list(labels)
    before, after = change.before or {}, change.after or {}
    if change.is_addition:
        place = len(labels) if change.place < 0 else change.place
        return [*labels[:place], dict(after), *labels[place:]]
    if change.is_removal:
        return [label for label in labels if label.get("_id") != change.label_id]
    gone = before.keys() - after.keys()
    return [
        _without(label, gone) | after if label.get("_id") == change.label_id else label
        for label in labels
    ]


def _addition(suggestion: Document) -> Change:
    label = {
        "_id": ObjectId(),
        "_cls": "Detection",
        "attributes": {},
        "tags": [],
        "label": suggestion["label"],
        "bounding_box": list(suggestion["bounding_box"]),
        SOURCE: FROM_PREDICTION,
        SOURCE_CONFIDENCE: suggestion.get("detector_confidence"),
    }
    return Change(label["_id"], None, label)


def _unscored(labels: Sequence[Document], scored_by: str) -> list[Document]:
    """The labels that were not there at the scoring, or hidden from it."""
    return [one for one in labels if one.get(scored_by) is None]


def _scored_label(suggestion: Document, labels: Sequence[Document]) -> Document:
    if suggestion.get("label_id") is None:
        raise RefusedError("its label has no id of its own; give every label one and score again")
    label = _find(suggestion["label_id"], labels)
    if label is None:
        raise RefusedError("its label has been removed meanwhile")
    if not is_as_scored(label, suggestion):
        raise RefusedError(
            "its label has been changed meanwhile; note_edits counts that as a decision"
        )
    return label


def _find(label_id: Any, labels: Sequence[Document]) -> Document | None:
    row = find_label(label_id, labels)
    return None if row is None else labels[row]


def _part(label: Document, names: Sequence[str]) -> Document:
    return {name: label[name] for name in names if name in label}


def _without(label: Document, names: Collection[str]) -> Document:
    return {name: value for name, value in label.items() if name not in names}
