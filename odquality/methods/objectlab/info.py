"""What the method ObjectLab needs, takes and gives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from odquality.core.parameters import boolean
from odquality.kinds import BADLOC, OVERLOOKED, SWAP
from odquality.methods.interface import MethodInfo, Setting
from odquality.methods.objectlab.scorer import ObjectLab
from odquality.methods.objectlab.weights import AggregationWeights


def _make(settings: Mapping[str, Any]) -> ObjectLab:
    return ObjectLab(
        weights=AggregationWeights(settings["aggregation_weights"]),
        overlapping_label_check=settings["overlapping_label_check"],
    )


INFO = MethodInfo(
    title="ObjectLab",
    description="The reference method; needs a detector with high confidences",
    image_scores=("quality", OVERLOOKED, SWAP, BADLOC),
    label_scores=(SWAP, BADLOC),
    prediction_scores=(OVERLOOKED,),
    in_pixels=True,
    needs_confidence=True,
    uses_alternatives=False,
    learns_from_annotators=False,
    gives_issues=False,
    settings={
        "aggregation_weights": Setting(
            default=None,
            check=lambda _, weights: dict(AggregationWeights(weights).items()),
            title="Weigh kinds of errors",
            description="How much 'overlooked', 'swap' and 'badloc' count in an image's score, "
            "adding up to 1; by default all count the same",
            annotation="Mapping[str, float] | None",
        ),
        "overlapping_label_check": Setting(
            default=ObjectLab.overlapping_label_check,
            check=boolean,
            title="Overlapping labels are wrong",
            description="Two labels of different classes on the same box count as a wrong class",
        ),
        "return_indices_ranked_by_score": Setting(
            default=False,
            check=boolean,
            title="Rank the images",
            description="Return the indices of the images with an issue, the worst first",
            in_runs=False,
        ),
    },
    make=_make,
)
