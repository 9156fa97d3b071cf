"""What a run said of single boxes, as it wrote it onto them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import fiftyone as fo
from bson import ObjectId

from odquality.bridge.run.run_paths import list_with, owned_fields
from odquality.bridge.store.database import find_columns
from odquality.bridge.store.records import RunRecord
from odquality.kinds import in_order
from odquality.learning.decisions import Answer, Box, side_of

Probabilities = dict[Answer, float]


def read_probabilities(
    dataset: fo.Dataset, record: RunRecord, wanted: Collection[Answer]
) -> Probabilities:
    """Probabilities of errors of some boxes, by one query; none for what is not there.

    Args:
        dataset: that the run is on.
        record: of a run whose scores are 1 - a probability.
        wanted: the boxes, by ids, and the kinds of error.

    Raises:
        ValueError: the scores of the run were deleted.
    """
    if not wanted:
        return {}
    asked = set(wanted)
    boxes_asked = {answer.box for answer in asked}
    kinds_asked = {answer.kind for answer in asked}
    paths = _score_paths(dataset, record, kinds_asked)
    kinds: dict[str, list[str]] = {}
    for kind in in_order(kinds_asked):
        kinds.setdefault(paths[kind][0], []).append(kind)
    ids = {str(answer.box.image) for answer in asked}
    sample_ids = [ObjectId(one) for one in sorted(ids) if ObjectId.is_valid(one)]
    columns = {
        side_of(of_list[0]): _scores(boxes, {kind: paths[kind][1] for kind in of_list})
        for boxes, of_list in kinds.items()
    }
    said = {}
    for sample_id, lists in find_columns(dataset, sample_ids, columns).items():
        image = str(sample_id)
        for of_list in kinds.values():
            side = side_of(of_list[0])
            for one in lists.get(side) or ():
                box = Box(image, side, str(one.get("id")))
                if box not in boxes_asked:
                    continue
                for kind in of_list:
                    score = one.get(kind)
                    if isinstance(score, float) and 0 <= score <= 1:
                        said[Answer(box, kind)] = 1.0 - score
    return {answer: said[answer] for answer in asked & said.keys()}


def _scores(boxes: str, attributes: Mapping[str, str]) -> dict[str, Any]:
    """An expression for the ids and scores of a list of boxes: attributes by kind."""
    row = {"id": "$$this._id", **{kind: f"$$this.{name}" for kind, name in attributes.items()}}
    listed = {"$map": {"input": f"${boxes}", "in": row}}
    return {"$cond": [{"$isArray": f"${boxes}"}, listed, None]}


def _score_paths(
    dataset: fo.Dataset, record: RunRecord, kinds: Collection[str]
) -> dict[str, tuple[str, str]]:
    """The list of boxes and the attribute that hold the scores of kinds, wherever they are now.

    Raises:
        ValueError: the scores were deleted.
    """
    owned = owned_fields(dataset, record)
    names = {kind: record.names.score(kind) for kind in kinds}
    return {kind: (list_with(owned, name, record), name) for kind, name in names.items()}
