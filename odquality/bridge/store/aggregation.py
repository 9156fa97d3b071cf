"""Counts that the database makes, so that no sample need be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import fiftyone as fo
from fiftyone.core.collections import SampleCollection

from odquality.bridge.store.database import Document, iter_documents

Expression = Any


def group(
    samples: SampleCollection,
    *,
    having: str,
    by: Mapping[str, Expression],
    sums: Mapping[str, Expression] | None = None,
    elements: str | None = None,
    beside: str | None = None,
    of_most: bool = False,
) -> list[Document]:
    """How many samples, or elements of their lists, are equal in some values.

    Public: ``samples.count_values(path)``, for a single value.

    Args:
        samples: a dataset or view.
        having: field that only those samples are counted of which have a number in it.
        by: MongoDB expression of each value, of the sample or of an ``$element``.
        sums: expressions of what is summed up in each group.
        elements: path of the list whose elements are counted; the samples themselves are counted
            if None.
        beside: path of another list of the same sample, for expressions as ``$beside``.
        of_most: whether most samples of the dataset have a number in that field.

    Returns:
        A document per group: the values, the sums and ``number``.
    """
    totals = {name: {"$sum": expression} for name, expression in (sums or {}).items()}
    columns = dict(by)
    values: dict[str, Expression] = {name: f"${name}" for name in by}
    stages: list[Document] = []
    if elements is not None:
        columns = {"element": f"${elements}"} | ({"beside": list_at(beside)} if beside else {})
        values = dict(by)
        stages = [{"$unwind": "$element"}]
    groups = iter_documents(
        samples,
        {"_id": 0, **columns},
        # Which an index of the numbers tells alone, unlike their type.
        before=[{"$match": {having: {"$gte": float("-inf")}}}],
        after=[*stages, {"$group": {"_id": values, "number": {"$sum": 1}, **totals}}],
        as_stored=of_most,
    )
    return [{**one.pop("_id"), **one} for one in groups]


def count_bins(dataset: fo.Dataset, path: str, edges: Sequence[float]) -> list[int]:
    """How many samples have a number in each bin among edges, those beyond in the outermost.

    An index of the numbers answers alone, ten times as fast as expressions do.

    Public: ``len(dataset.match((field >= low) & (field < high)))`` for each, which reads samples.

    Args:
        dataset: whose samples are counted.
        path: of a field of numbers.
        edges: (n + 1,) ascending; a bin begins with its lower edge.
    """
    ends = [float("-inf"), *edges[1:-1], None]
    ranges = [
        {"$gte": low} if high is None else {"$gte": low, "$lt": high}
        for low, high in pairwise(ends)
    ]
    samples = dataset._sample_collection
    counting = [
        [
            {"$match": {path: one}},
            {"$project": {"_id": 0, path: 1}},
            {"$group": {"_id": place, "number": {"$sum": 1}}},
        ]
        for place, one in enumerate(ranges)
    ]
    others = [{"$unionWith": {"coll": samples.name, "pipeline": one}} for one in counting[1:]]
    numbers = {one["_id"]: one["number"] for one in samples.aggregate([*counting[0], *others])}
    return [numbers.get(place, 0) for place in range(len(ranges))]


def bin_number(value: Expression, edges: Sequence[float]) -> Expression:
    """The bin among edges that a number is in, those beyond in the outermost; None for no number.

    Args:
        value: an expression.
        edges: (n + 1,) ascending; a bin begins with its lower edge.
    """
    branches = [
        {"case": {"$lt": ["$$value", upper]}, "then": number}
        for number, upper in enumerate(edges[1:-1])
    ]
    # Of a single bin there is nothing to choose.
    bins = {"$switch": {"branches": branches, "default": len(branches)}} if branches else 0
    binned = {"$cond": [{"$isNumber": "$$value"}, bins, None]}
    return {"$let": {"vars": {"value": value}, "in": binned}}


def text_of(value: Expression) -> Expression:
    """A text; None for anything else."""
    return {"$cond": [{"$eq": [{"$type": value}, "string"]}, value, None]}


def list_at(path: str) -> Expression:
    """The list at a path; an empty one where there is none."""
    return {"$cond": [{"$isArray": f"${path}"}, f"${path}", []]}


def area_of(box: Expression) -> Expression:
    """Area of a box ``[x, y, width, height]``; None for what is no box.

    Args:
        box: an expression.
    """
    sides = [
        {"$arrayElemAt": [{"$cond": [{"$isArray": [box]}, box, []]}, place]} for place in (2, 3)
    ]
    return {
        "$cond": [{"$and": [{"$isNumber": side} for side in sides]}, {"$multiply": sides}, None]
    }
