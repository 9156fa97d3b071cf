"""Where the suggestions of a run, its labels and the decisions on them stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import fiftyone as fo
from fiftyone.core.collections import SampleCollection

from odquality.bridge.decisions import field as decisions_field
from odquality.bridge.review.changes import check_missing, edit_of
from odquality.bridge.run.lookup import find_run
from odquality.bridge.run.run_paths import list_with, owned_fields
from odquality.bridge.store import schema
from odquality.bridge.store.marks import marked_key
from odquality.bridge.store.records import RunRecord
from odquality.bridge.store.samples import dataset_of

Document = dict[str, Any]


@dataclass(frozen=True)
class ReviewTarget:
    """The fields that a review reads and writes.

    Attributes:
        dataset: that the run is on.
        record: of the run.
        gt_field: of the labels, by whatever name they go now.
        suggestions: field with the open suggestions.
        num_issues: field with their number.
        expected_errors: field with the expected number of errors, None if it was deleted.
        decisions: field with the decisions on the labels, None where there are none yet.
        passed_over: attributes of labels that runs write.
        locked: attributes of labels that are read-only.
    """

    dataset: fo.Dataset
    record: RunRecord
    gt_field: str
    suggestions: str
    num_issues: str
    expected_errors: str | None
    decisions: str | None
    passed_over: frozenset[str]
    locked: frozenset[str]

    @classmethod
    def of(cls, samples: SampleCollection, key: str) -> ReviewTarget:
        """The target of a run.

        Raises:
            ValueError: there is no such run, it has no suggestions (any more), or some have gone to
                another key's fields.
        """
        record, dataset = find_run(samples, key), dataset_of(samples)
        if record.is_between_keys:
            raise ValueError(f"key is {key!r}, but {record.describe()}")
        declared, owned = schema.declared(dataset), owned_fields(dataset, record)
        names = record.names
        probability = f"{names.suggestions}.detections.probability"
        is_there = {names.suggestions, names.num_issues}.issubset(owned)
        if not is_there or probability not in declared:
            if not record.is_complete:
                raise ValueError(f"key is {key!r}, but {record.describe()}")
            raise ValueError(
                f"key is {key!r}, a run without suggestions to review: its method gives none, an "
                "earlier version of odquality made it, or they were deleted; run it again by "
                "method 'calibrated'"
            )
        gt_field = list_with(owned, names.issue, record).removesuffix(".detections")
        inside = f"{gt_field}.detections."
        attributes = {
            path.removeprefix(inside): declaration
            for path, declaration in declared.items()
            if path.startswith(inside)
        }
        return cls(
            dataset=dataset,
            record=record,
            gt_field=gt_field,
            suggestions=names.suggestions,
            num_issues=names.num_issues,
            expected_errors=names.expected_errors if names.expected_errors in owned else None,
            decisions=decisions_field.find(dataset, gt_field, record.gt_field),
            passed_over=frozenset(
                name
                for name, declaration in attributes.items()
                if marked_key(declaration.get("info"), inside + name)
            ),
            locked=frozenset(
                name for name, declaration in attributes.items() if declaration.get("read_only")
            ),
        )

    def with_decisions(self) -> ReviewTarget:
        """This target with a field for decisions, which is made where there is none."""
        field = decisions_field.declare(self.dataset, self.gt_field, self.record.gt_field)
        return replace(self, decisions=field)

    @property
    def written(self) -> list[str]:
        """Paths that every decision may change."""
        lists = [f"{self.gt_field}.detections", self.num_issues, *self.corrected]
        return lists if self.decisions is None else [*lists, f"{self.decisions}.detections"]

    @property
    def corrected(self) -> list[str]:
        """Paths that a lesson changes."""
        listed = [f"{self.suggestions}.detections", f"{self.suggestions}.detections.confidence"]
        return listed if self.expected_errors is None else [*listed, self.expected_errors]

    @property
    def issue(self) -> str:
        """Attribute of a label with the kind of its open issue."""
        return self.record.names.issue

    @property
    def suggested_label(self) -> str:
        """Attribute of a label with the class that it should have."""
        return self.record.names.suggested_label

    @property
    def scored_by(self) -> str:
        """Attribute of the labels that were there when the run scored them."""
        return self.record.field_key

    @property
    def new_without(self) -> str | None:
        """Attribute that only labels lack that are new since, None if the view hid others too."""
        return None if self.record.hides_labels else self.scored_by

    @property
    def is_of_edited(self) -> bool:
        """Whether the run scored labels as a view showed them, and not as they are stored."""
        return self.record.edits_labels

    def edit_of(self, suggestion: Document, labels: Sequence[Document]) -> str | None:
        """What someone did to a label that settles its suggestion, as `changes.edit_of` tells it.

        None if nobody can tell it from what the scored view showed.
        """
        return None if self.is_of_edited else edit_of(suggestion, labels, self.new_without)

    def check_missing(self, suggestion: Document, labels: Sequence[Document]) -> None:
        """Checks that what a suggestion would add is not labelled, as `changes.check_missing`.

        Raises:
            RefusedError: it is.
        """
        hides_labels = self.record.hides_labels
        check_missing(suggestion, labels, self.scored_by, hides_labels=hides_labels)

    @property
    def scoring(self) -> str:
        """Tells this scoring from those before and after it under the same key."""
        return self.record.scorings[-1]
