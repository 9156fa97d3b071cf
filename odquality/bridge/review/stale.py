"""Open issues whose labels people have changed since the run, counted by the database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fiftyone.core.collections import SampleCollection

from odquality.bridge.decisions.identity import ROUNDING, SAME_OBJECT
from odquality.bridge.review.target import ReviewTarget
from odquality.bridge.store import database
from odquality.bridge.store.aggregation import list_at
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


def edited_issues(samples: SampleCollection, key: str) -> EditedIssues:
    """The open issues whose label was changed or removed since the run, or, if missing, drawn.

    One aggregation, which compares labels as `edit_of` does.

    Args:
        samples: a dataset or view; the whole dataset is counted.
        key: of a run by the calibrated method.

    Raises:
        ValueError: there is no such run, or it has no suggestions.
    """
    target = ReviewTarget.of(samples, key)
    issues, labels = (
        list_at(f"{field}.detections") for field in (target.suggestions, target.gt_field)
    )
    is_edited = {
        "$cond": [
            {"$eq": ["$$issue.kind", OVERLOOKED]},
            _any_of(labels, _is_drawn(target.scored_by)),
            # No label has the id any more, or not the class and box that it had.
            {"$not": [_any_of(labels, _is_as_scored())]},
        ]
    }
    edited = {"$filter": {"input": issues, "as": "issue", "cond": is_edited}}
    found = list(
        database.find_documents(
            target.dataset,
            {target.num_issues: {"$gt": 0}},
            {"number": {"$size": edited}},
            after=[{"$match": {"number": {"$gt": 0}}}],
        )
    )
    return EditedIssues(
        sum(one["number"] for one in found), tuple(str(one["_id"]) for one in found)
    )


def _any_of(labels: Expression, condition: Expression) -> Expression:
    """Whether a condition holds of any ``label`` of some."""
    each = {"$map": {"input": labels, "as": "label", "in": condition}}
    return {"$anyElementTrue": [each]}


def _is_as_scored() -> Expression:
    """Whether a label is the issue's, with the class and box that it had when it was scored."""
    near = [_is_near(_at("$$label", row), _at("$$issue", row, "given_box")) for row in range(4)]
    return {
        "$and": [
            {"$eq": ["$$label.label", "$$issue.given_label"]},
            {"$eq": [{"$toString": "$$label._id"}, "$$issue.label_id"]},
            {"$or": [{"$eq": ["$$label.bounding_box", "$$issue.given_box"]}, {"$and": near}]},
        ]
    }


def _is_near(one: Expression, other: Expression) -> Expression:
    """Whether two are numbers, and the same but for rounding."""
    room = {"$add": [ROUNDING, {"$multiply": [ROUNDING, {"$abs": other}]}]}
    apart = {"$abs": {"$subtract": [one, other]}}
    return {"$and": [{"$isNumber": apart}, {"$lte": [apart, room]}]}


def _is_drawn(scored_by: str) -> Expression:
    """Whether a label is of the issue's object and was not there when the sample was scored."""
    return {
        "$and": [
            {"$eq": ["$$label.label", "$$issue.label"]},
            {"$eq": [{"$ifNull": [f"$$label.{scored_by}", None]}, None]},
            {"$gte": [_overlap("$$label", "$$issue"), SAME_OBJECT]},
        ]
    }


def _overlap(one: str, other: str) -> Expression:
    """IoU of two boxes."""
    sides = []
    for row in range(2):
        starts = [_at(name, row) for name in (one, other)]
        ends = [{"$add": [_at(name, row), _at(name, row + 2)]} for name in (one, other)]
        both = {"$subtract": [{"$min": ends}, {"$max": starts}]}
        sides.append({"$max": [0, both]})
    areas = [{"$multiply": [_at(name, 2), _at(name, 3)]} for name in (one, other)]
    union = {"$subtract": [{"$add": areas}, "$$shared"]}
    share = {"$cond": [{"$gt": [union, 0]}, {"$divide": ["$$shared", union]}, 0]}
    shared = {"$multiply": sides}
    return {"$let": {"vars": {"shared": shared}, "in": share}}


def _at(name: str, row: int, box: str = "bounding_box") -> Expression:
    """A number of a box; None of what is no box."""
    path = f"{name}.{box}"
    there = {"$cond": [{"$isArray": path}, {"$arrayElemAt": [path, row]}, None]}
    number = {"$cond": [{"$isNumber": "$$there"}, "$$there", None]}
    return {"$let": {"vars": {"there": there}, "in": number}}
