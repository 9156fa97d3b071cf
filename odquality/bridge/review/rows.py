"""The issues of samples in the order in which to review them, as the database finds them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fiftyone.core.collections import SampleCollection

from odquality.bridge.review.target import ReviewTarget
from odquality.bridge.store import database, indexes
from odquality.bridge.store.indexes import most_first
from odquality.bridge.store.samples import all_samples, once
from odquality.kinds import KINDS

Document = dict[str, Any]

BY_IMAGES, BY_PROBABILITY = "images", "probability"
ORDERS = (BY_IMAGES, BY_PROBABILITY)

# Probabilities from which on the likeliest issues are looked for. There are about twice as many
# from one of them as from the one before.
_LIKELY = (0.999999, 0.99999, 0.9999, 0.999, 0.99, 0.97, 0.94, 0.9, 0.85, 0.8, 0.7, 0.6, 0.5, 0.4)


def rank_of_images(target: ReviewTarget) -> str:
    """The field of samples by which images come, the most first."""
    return target.expected_errors or target.num_issues


def find_rows(
    samples: SampleCollection,
    target: ReviewTarget,
    field: str,
    part: Document,
    order: str,
    limit: int | None,
    where: Any = True,
) -> list[Document]:
    """The first issues in an order, each as ``issue`` with what is to be known of its sample.

    Args:
        samples: a dataset or view.
        target: the fields.
        field: of the suggestions or of the decisions.
        part: query of an issue.
        order: as `list_issues` takes it.
        limit: the largest number of issues; all if None.
        where: an expression that holds of every ``issue``; by images it goes without a limit.
    """
    if field == target.suggestions and order == BY_PROBABILITY and limit is not None:
        for likely in _among_the_likeliest(target, part):
            rows = _sorted_rows(samples, target, field, likely, order, limit, where)
            if len(rows) == limit:
                return rows
    return _sorted_rows(samples, target, field, part, order, limit, where)


def some_with(target: ReviewTarget, part: Document) -> Document:
    """A query for the samples with open issues of a query, which indexes answer."""
    # The database knows where there are open ones, and its index of probabilities begins with kind.
    if "confidence" in part:
        part = {"kind": {"$in": list(KINDS)}, **part}
    return {**_listing(target.suggestions, part), target.num_issues: {"$gt": 0}}


def _listing(field: str, part: Document) -> Document:
    """A query for the samples whose list in a field has something that a query matches."""
    path = f"{field}.detections"
    return {path: {"$elemMatch": part}} if part else {f"{path}.0": {"$exists": True}}


def _among_the_likeliest(target: ReviewTarget, part: Document) -> Iterator[Document]:
    """Queries for the likeliest issues of those of another one, each for more than the last.

    Of these the database has an index: what is less likely than enough others is not read.
    """
    if not indexes.has_likeliest(target.dataset, target.suggestions):
        return
    least = part.get("confidence", {"$gte": 0.0})["$gte"]
    for likely in _LIKELY:
        if likely > least:
            yield {**part, "confidence": {"$gte": likely}}


def _sorted_rows(
    samples: SampleCollection,
    target: ReviewTarget,
    field: str,
    part: Document,
    order: str,
    limit: int | None,
    where: Any,
) -> list[Document]:
    expected = rank_of_images(target)
    is_open = field == target.suggestions
    some = some_with(target, part) if is_open else _listing(field, part)
    before: list[Document] = [{"$match": some}]
    ranks = {"images": -1, "_id": 1, "issue.confidence": -1, "issue._id": 1}
    if order == BY_PROBABILITY:
        ranks = {"issue.confidence": -1, "_id": 1, "issue._id": 1}
    elif limit is not None:
        # Every one of these samples has an issue, so no more are needed.
        before += [{"$sort": most_first(expected)}, {"$limit": limit}]
    after: list[Document] = [
        {"$unwind": "$issue"},
        {"$match": {**under("issue", part), "$expr": where}},
        {"$sort": ranks},
        *([] if limit is None else [{"$limit": limit}]),
    ]
    columns = {"filepath": 1, "images": f"${expected}", "issue": f"${field}.detections"}
    each = once(all_samples(samples))
    return list(database.iter_documents(each, columns, before=before, after=after))


def under(name: str, part: Document) -> Document:
    """A query of a document as one of the document under a name."""
    query: Document = {}
    for key, value in part.items():
        if key in ("$or", "$and"):
            query[key] = [under(name, one) for one in value]
        else:
            query[f"{name}.{key}"] = value
    return query


def rank_of_row(row: Document, order: str) -> tuple[Any, ...]:
    """What rows of several calls of `find_rows` are sorted by."""
    probability = -(row["issue"].get("confidence") or 0.0)
    if order == BY_PROBABILITY:
        return probability, row["_id"], row["issue"]["_id"]
    return -(row.get("images") or 0.0), row["_id"], probability, row["issue"]["_id"]
