"""What runs write on samples and their labels, told apart from everything else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import bson

from benchmarks.faults.scene import KEY
from benchmarks.faults.snapshot import Document, Snapshot

# Fields of labels and predictions, and what they hold; people rename some.
LABEL_FIELDS = {"ground_truth": "label", "labels": "label", "predictions": "prediction"}

# What a run wrote on each sample where it wrote something, in a form that compares.
Values = Mapping[bson.ObjectId, bytes]


@dataclass(frozen=True)
class Names:
    """The names under which runs write.

    Attributes:
        sample: fields of samples.
        label: attributes of labels and predictions.
    """

    sample: frozenset[str]
    label: frozenset[str]

    @classmethod
    def added(cls, before: Snapshot, after: Iterable[Snapshot]) -> Names:
        """The names that there are after some runs and were not there before."""
        old_sample, old_label = _names(before)
        found = [_names(one) for one in after]
        return cls(
            frozenset().union(*(sample for sample, _ in found)) - old_sample,
            frozenset().union(*(label for _, label in found)) - old_label,
        )

    def under(self, *keys: str) -> Names:
        """The same names for runs under other keys."""
        return Names(
            frozenset(_renamed(name, key) for name in self.sample for key in keys),
            frozenset(_renamed(name, key) for name in self.label for key in keys),
        )

    def strip(self, document: Document) -> Document:
        """A sample without what runs write."""
        stripped = {name: value for name, value in document.items() if name not in self.sample}
        for field in LABEL_FIELDS:
            if (labels := stripped.get(field)) and labels.get("detections"):
                kept = [
                    {name: value for name, value in label.items() if name not in self.label}
                    for label in labels["detections"]
                ]
                stripped[field] = {**labels, "detections": kept}
        return stripped

    def values(self, snapshot: Snapshot, key: str = KEY) -> Values:
        """What a run under a key wrote."""
        names = self.under(key)
        found = {}
        for sample_id, document in snapshot.samples.items():
            values = names._values(document, key)
            if values:
                found[sample_id] = bson.encode(values)
        return found

    def _values(self, document: Document, key: str) -> Document:
        values = _given(document, self.sample, key)
        for field, kind in LABEL_FIELDS.items():
            labels = (document.get(field) or {}).get("detections") or []
            for row, label in enumerate(labels):
                if given := _given(label, self.label, key):
                    values[f"{kind} {row}"] = given
        return values


def _given(document: Document, names: frozenset[str], key: str) -> Document:
    """The values that are not None, in the order and under the names of the usual key."""
    found = {
        _renamed(name, KEY, key): _without_ids(document[name])
        for name in names
        if document.get(name) is not None
    }
    return dict(sorted(found.items()))


def _without_ids(value: Any) -> Any:
    """Suggested boxes get new ids each time."""
    if isinstance(value, dict) and "detections" in value:
        kept = [
            {name: one for name, one in box.items() if name != "_id"} for box in value["detections"]
        ]
        return {**value, "detections": kept}
    return value


def _renamed(name: str, key: str, old_key: str = KEY) -> str:
    return key + name[len(old_key) :]


def _names(snapshot: Snapshot) -> tuple[set[str], set[str]]:
    """Names of fields and of attributes, those that are declared and have no values too."""
    declared = {one["name"]: one for one in snapshot.dataset["sample_fields"]}
    sample, label = set(declared), set[str]()
    for field in LABEL_FIELDS:
        for inner in declared.get(field, {}).get("fields") or ():
            label.update(one["name"] for one in inner.get("fields") or ())
    for document in snapshot.samples.values():
        sample.update(document)
        for field in LABEL_FIELDS:
            for one in (document.get(field) or {}).get("detections") or ():
                label.update(one)
    return sample, label
