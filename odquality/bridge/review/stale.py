"""Open issues whose labels people have changed since the run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any

import fiftyone as fo
from fiftyone.core.collections import SampleCollection

from odquality.bridge.decisions.identity import ROUNDING
from odquality.bridge.review.issue import ReviewIssue, read_issue
from odquality.bridge.review.store import SAMPLES_AT_ONCE, read
from odquality.bridge.review.target import ReviewTarget
from odquality.bridge.run.untouched import maybe_touched
from odquality.bridge.store import database
from odquality.bridge.store.aggregation import list_at
from odquality.bridge.store.batched import batched
from odquality.bridge.store.samples import all_samples, is_generated
from odquality.kinds import OVERLOOKED

Expression = Any


@dataclass(frozen=True)
class EditedIssues:
    """Open issues that somebody has settled by hand, as `note_edits` finds them.

    Attributes:
        number: how many there are.
        sample_ids: of their images.
    """

    number: int
    sample_ids: tuple[str, ...]


def edited_issues(
    samples: SampleCollection, key: str, *, within: float | None = None
) -> EditedIssues:
    """The open issues whose label was changed or removed since the run, or, if missing, drawn.

    Only samples are looked at that FiftyOne notes as modified: what was written past it, straight
    into the database, `note_edits` finds.

    Args:
        samples: a dataset or view; the whole dataset is counted.
        key: of a run by the calibrated method.
        within: seconds that this may take; as long as it takes if None.

    Raises:
        ValueError: there is no such run, or it has no suggestions.
        TimeoutError: it would take longer: nearly all images were modified since the run, such as
            by another run.
    """
    target = ReviewTarget.of(samples, key)
    end = None if within is None else monotonic() + within
    some = maybe_touched(target.record)
    found = []
    for issue in settled_by_hand(target, maybe_edited(target.dataset, target, some, within=within)):
        if end is not None and monotonic() > end:
            raise TimeoutError(f"counting what was settled by hand takes longer than {within:g} s")
        found.append(issue)
    return EditedIssues(len(found), tuple(dict.fromkeys(issue.sample_id for issue in found)))


def settled_by_hand(target: ReviewTarget, sample_ids: Iterable[str]) -> Iterator[ReviewIssue]:
    """The open issues of some samples that somebody has settled by hand."""
    for part in batched(sample_ids, SAMPLES_AT_ONCE):
        for sample in read(target, part).values():
            for one in sample.suggestions:
                if target.edit_of(one, sample.labels) is not None:
                    yield read_issue(sample.document, one)


def maybe_edited(
    samples: SampleCollection,
    target: ReviewTarget,
    some: Mapping[str, Any],
    *,
    within: float | None = None,
) -> list[str]:
    """Ids of the samples with open issues, but for those whose labels are surely as scored.

    The database looks, so that few are read where people have changed few.

    Args:
        samples: a dataset, or a view for those of its images.
        target: the fields.
        some: a query for the samples to look at.
        within: seconds that the database may take; as long as it takes if None.

    Raises:
        TimeoutError: it would take longer.
    """
    issues, labels = (
        list_at(f"{field}.detections") for field in (target.suggestions, target.gt_field)
    )
    is_settled = {
        "$cond": [
            {"$eq": ["$$issue.kind", OVERLOOKED]},
            _any_of(labels, "label", _is_new(target.scored_by)),
            {"$not": [_any_of(labels, "label", _is_as_scored())]},
        ]
    }
    columns = {"maybe": _any_of(issues, "issue", is_settled)}
    after: list[dict[str, Any]] = [{"$match": {"maybe": True}}, {"$project": {"_id": 1}}]
    open_ones = {target.num_issues: {"$gt": 0}, **some}
    found = database.find_documents(target.dataset, open_ones, columns, after=after, within=within)
    names = [str(one["_id"]) for one in found]
    if not isinstance(samples, fo.DatasetView):
        return names
    if is_generated(samples):
        # Crops know their images.
        images = set(samples.values("sample_id"))
        return [name for name in names if name in images]
    shown: list[str] = all_samples(samples).select(names).values("id")
    return shown


def _any_of(listed: Expression, name: str, condition: Expression) -> Expression:
    """Whether a condition holds of any of a list, under a name."""
    return {"$anyElementTrue": [{"$map": {"input": listed, "as": name, "in": condition}}]}


def _is_new(scored_by: str) -> Expression:
    """Whether a label was not there when the sample was scored."""
    return {"$eq": [{"$ifNull": [f"$$label.{scored_by}", None]}, None]}


def _is_as_scored() -> Expression:
    """Whether a label is surely the issue's, with its class and box."""
    label_id = {"$convert": {"input": "$$label._id", "to": "string", "onError": None}}
    near = [
        _is_near(_at("$$label.bounding_box", row), _at("$$issue.given_box", row))
        for row in range(4)
    ]
    return {
        "$and": [
            {"$eq": [label_id, "$$issue.label_id"]},
            {"$eq": ["$$label.label", "$$issue.given_label"]},
            *near,
        ]
    }


def _is_near(one: Expression, other: Expression) -> Expression:
    """Whether two are numbers, and surely the same."""
    apart = {"$abs": {"$subtract": [one, other]}}
    return {"$and": [{"$isNumber": apart}, {"$lte": [apart, ROUNDING / 2]}]}


def _at(box: str, row: int) -> Expression:
    """A number of a box; None of what is no box."""
    there = {"$cond": [{"$isArray": box}, {"$arrayElemAt": [box, row]}, None]}
    number = {"$cond": [{"$isNumber": "$$there"}, "$$there", None]}
    return {"$let": {"vars": {"there": there}, "in": number}}
