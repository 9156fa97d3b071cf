"""Lists issues in the order in which to review them; the database sorts and filters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from bson import ObjectId
from fiftyone.core.collections import SampleCollection

from odquality.bridge.decisions.field import STATUSES
from odquality.bridge.decisions.identity import named
from odquality.bridge.review.issue import OPEN, ReviewIssue, read_issue
from odquality.bridge.review.rows import (
    BY_IMAGES,
    ORDERS,
    find_rows,
    rank_of_images,
    rank_of_row,
)
from odquality.bridge.review.target import ReviewTarget
from odquality.bridge.run.run_paths import check_shown
from odquality.bridge.store import database
from odquality.bridge.store.indexes import most_first
from odquality.bridge.store.samples import all_samples, dataset_of, with_all_fields
from odquality.core.parameters import choice, integer, number, texts
from odquality.kinds import KINDS

Document = dict[str, Any]

ANY_STATUS = "any"

# The largest number of issues or of batches that one may ask for.
MOST = 2**31


def list_issues(
    samples: SampleCollection,
    key: str,
    *,
    status: str = OPEN,
    kinds: str | Iterable[str] | None = None,
    classes: str | Iterable[str] | None = None,
    min_probability: float = 0.0,
    order: str = BY_IMAGES,
    limit: int | None = None,
) -> list[ReviewIssue]:
    """The issues of a run that are open, or those that were decided on.

    Args:
        samples: a dataset, or a view for those of its images.
        key: of a run by the calibrated method.
        status: ``open``, ``accepted``, ``dismissed``, ``skipped``, ``edited`` or ``any``.
        kinds: of error; all if None.
        classes: names of classes, as labelled or as suggested; all if None.
        min_probability: in [0, 1], the least probability.
        order: ``images``: image by image, those with the most expected errors first, and the issues
            of one by their probability; so that an image is opened once. ``probability``: the
            likeliest of all first.
        limit: the largest number of issues; all if None.

    Returns:
        The issues.

    Raises:
        ValueError: there is no such run, it has no suggestions, the view hides them, or an argument
            is out of its range.
    """
    target = ReviewTarget.of(samples, key)
    check_shown({target.suggestions, target.num_issues}, samples)
    choice("status", status, (OPEN, *STATUSES, ANY_STATUS))
    choice("order", order, ORDERS)
    part = query_of(kinds, classes, min_probability)
    most = None if limit is None else integer("limit", limit, 1, MOST)
    sources = []
    if status in (OPEN, ANY_STATUS):
        sources.append((target.suggestions, part))
    if status != OPEN and target.decisions is not None:
        decided: Document = {"status": status if status in STATUSES else {"$ne": None}}
        sources.append((target.decisions, {**part, **decided, "undone_at": None}))
    rows: list[Document] = []
    for field, query in sources:
        rows += find_rows(samples, target, field, query, order, most)
    if len(sources) > 1:
        rows.sort(key=lambda row: rank_of_row(row, order))
    return [read_issue(row, row["issue"]) for row in rows[:most]]


def issues_of(
    samples: SampleCollection, key: str, sample_ids: str | Sequence[str]
) -> list[ReviewIssue]:
    """The open issues of some samples of the dataset, of each the likeliest first.

    Raises:
        ValueError: as `list_issues` does.
    """
    return list_issues(_of_dataset(samples, sample_ids), key)


def find_issue(samples: SampleCollection, key: str, identity: str) -> ReviewIssue | None:
    """The issue of the dataset with an id, open or decided; None if there is none.

    Raises:
        ValueError: it is no id of an issue, or as `list_issues` does.
    """
    sample_id, _ = named(identity)
    if not ObjectId.is_valid(sample_id):
        return None
    issues = list_issues(_of_dataset(samples, sample_id), key, status=ANY_STATUS)
    return next((one for one in issues if one.id == identity), None)


def query_of(
    kinds: str | Iterable[str] | None = None,
    classes: str | Iterable[str] | None = None,
    min_probability: float = 0.0,
) -> Document:
    """The database's query for the document of an issue, as `list_issues` takes its arguments.

    Raises:
        ValueError: an argument is out of its range.
    """
    least = number("min_probability", min_probability, 0, 1)
    query: Document = {"confidence": {"$gte": least}} if least else {}
    wanted_kinds = texts("kinds", kinds, "names of kinds")
    if wanted_kinds is not None:
        for kind in wanted_kinds:
            choice("kinds", kind, KINDS)
        query["kind"] = {"$in": wanted_kinds}
    names = texts("classes", classes, "names of classes")
    if names is not None:
        query["$or"] = [{"label": {"$in": names}}, {"given_label": {"$in": names}}]
    return query


def first_open(samples: SampleCollection, target: ReviewTarget, part: Document) -> str | None:
    """The id of the first sample to review among those of a query, None if there is none.

    Args:
        samples: a dataset, or a view for those of its images, whichever fields it shows.
        target: the fields.
        part: a query.
    """
    before: list[Document] = [
        {"$match": {target.num_issues: {"$gt": 0}, **part}},
        {"$sort": most_first(rank_of_images(target))},
        {"$limit": 1},
    ]
    every = with_all_fields(all_samples(samples))
    found = database.iter_documents(every, {"_id": 1}, before=before)
    return next((str(row["_id"]) for row in found), None)


def _of_dataset(samples: SampleCollection, sample_ids: str | Sequence[str]) -> SampleCollection:
    return all_samples(dataset_of(samples)).select(sample_ids)
