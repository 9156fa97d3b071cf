"""Indexes make queries of a review fast, and follow the fields that they are on."""

from __future__ import annotations

from typing import Any

import fiftyone as fo

from odquality.bridge.store import indexes

NUMBER, RANK = "number", "rank"


def numbered(dataset: fo.Dataset) -> fo.Dataset:
    dataset.set_values(NUMBER, [row % 3 for row in range(len(dataset))])
    dataset.set_values(RANK, [float(row) for row in range(len(dataset))])
    indexes.create(dataset, [], counted=NUMBER, ranks=[NUMBER, RANK])
    return dataset


def plan(dataset: fo.Dataset, number: str, rank: str) -> str:
    """How the database finds the samples with the highest ranks of which a number is above 0."""
    cursor = dataset._sample_collection.find({number: {"$gt": 0}}).sort(
        [*indexes.most_first(rank).items()]
    )
    return str(cursor.limit(2).explain()["queryPlanner"]["winningPlan"])


def specs(dataset: fo.Dataset) -> list[dict[str, Any]]:
    found = dataset._sample_collection.list_indexes()
    return [{name: one[name] for name in one if name != "v"} for one in found]


def test_ranks_are_read_from_the_index(dataset: fo.Dataset) -> None:
    numbered(dataset)
    for rank in (NUMBER, RANK):
        assert "IXSCAN" in plan(dataset, NUMBER, rank)
        assert "SORT" not in plan(dataset, NUMBER, rank).replace("IXSCAN", "")


def test_what_is_indexed_stays_so(dataset: fo.Dataset) -> None:
    dataset._sample_collection.create_index(RANK, name="by rank")
    numbered(dataset)
    before = specs(dataset)
    indexes.create(dataset, [RANK], counted=NUMBER, ranks=[NUMBER, RANK])
    assert specs(dataset) == before
    indexes.create(dataset, [RANK, NUMBER])
    (new,) = [one for one in specs(dataset) if one not in before]
    assert new == {"key": {NUMBER: 1}, "name": "number_1"}


def test_renamed_fields_have_their_indexes(dataset: fo.Dataset) -> None:
    numbered(dataset)
    indexes.create(dataset, [], sparse=["tags"])
    others = [one for one in specs(dataset) if NUMBER not in str(one)]
    indexes.rename(dataset, {NUMBER: "count"})
    assert "IXSCAN" in plan(dataset, "count", RANK)
    assert NUMBER not in str(specs(dataset))
    assert [one for one in specs(dataset) if "count" not in str(one)] == others


def test_the_likeliest_of_a_kind_are_read_from_the_index_under_any_name(
    dataset: fo.Dataset,
) -> None:
    numbered(dataset)
    assert not indexes.has_likeliest(dataset, "predictions")
    indexes.create(dataset, [], counted=NUMBER, listed="predictions")
    indexes.rename(dataset, {NUMBER: "count", "predictions": "found"})
    assert indexes.has_likeliest(dataset, "found")
    assert not indexes.has_likeliest(dataset, "predictions")
    likely = {"$elemMatch": {"kind": {"$in": ["a", "b"]}, "confidence": {"$gte": 0.5}}}
    query = {"count": {"$gt": 0}, "found.detections": likely}
    by_kind = [("found.detections.kind", 1), ("found.detections.confidence", -1)]
    # Of few samples the database may choose any index.
    found = dataset._sample_collection.find(query).hint(by_kind).explain()
    bounds = str(found["queryPlanner"]["winningPlan"])
    assert "'found.detections.confidence': ['[inf.0, 0.5]']" in bounds


def test_indexes_go_with_what_they_depend_on(dataset: fo.Dataset) -> None:
    before = specs(dataset)
    numbered(dataset)
    dataset.create_index([("filepath", 1), (RANK, 1)])
    of_another = [one for one in specs(dataset) if "filepath" in one["key"]]
    indexes.drop(dataset, [NUMBER])
    assert specs(dataset) == [*before, *(one for one in of_another if one not in before)]
