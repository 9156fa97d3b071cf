"""What a run said of single boxes, as it wrote it onto them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import fiftyone as fo
from bson import ObjectId

from odquality.bridge.run.run_paths import list_with, owned_fields
from odquality.bridge.store.database import find_columns
from odquality.bridge.store.records import RunRecord
from odquality.kinds import KINDS
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
    paths, asked = _score_paths(dataset, record), set(wanted)
    ids = {str(answer.box.image) for answer in wanted}
    sample_ids = [ObjectId(one) for one in sorted(ids) if ObjectId.is_valid(one)]
    columns = {kind: _scores(*path) for kind, path in paths.items()}
    said = {}
    for sample_id, scores in find_columns(dataset, sample_ids, columns).items():
        for kind in KINDS:
            for one in scores.get(kind) or ():
                box = Box(str(sample_id), side_of(kind), str(one.get("id")))
                answer, score = Answer(box, kind), one.get("score")
                if answer in asked and isinstance(score, float) and 0 <= score <= 1:
                    said[answer] = 1.0 - score
    return said


def _scores(boxes: str, attribute: str) -> dict[str, Any]:
    """An expression for the ids and scores of a list of boxes."""
    pair = {"id": "$$this._id", "score": f"$$this.{attribute}"}
    listed = {"$map": {"input": f"${boxes}", "in": pair}}
    return {"$cond": [{"$isArray": f"${boxes}"}, listed, None]}


def _score_paths(dataset: fo.Dataset, record: RunRecord) -> dict[str, tuple[str, str]]:
    """The list of boxes and the attribute that hold the scores of each kind, wherever they are now.

    Raises:
        ValueError: the scores were deleted.
    """
    owned = owned_fields(dataset, record)
    names = {kind: f"{record.field_key}_{kind}" for kind in KINDS}
    return {kind: (list_with(owned, name, record), name) for kind, name in names.items()}
