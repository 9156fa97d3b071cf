"""The scoring methods by name: what each needs and gives, and how to make it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from odquality.kinds import KINDS, LABEL_KINDS, OVERLOOKED
from odquality.methods.interface import Method
from odquality.methods.objectlab.scorer import ObjectLab
from odquality.methods.objectlab.weights import AggregationWeights

DEFAULT_METHOD = "calibrated"
DEFAULT_SEED = 51


@dataclass(frozen=True)
class MethodInfo:
    """What a method needs and gives.

    Attributes:
        image_scores: names of the scores of an image, ``quality`` first.
        label_scores: names of the scores of a label.
        prediction_scores: names of the scores of a prediction.
        in_pixels: whether boxes must be in pixels; else any unit does.
        needs_confidence: whether predictions must have a confidence.
        gives_issues: whether its scores are probabilities that issues can be listed from.
    """

    image_scores: tuple[str, ...]
    label_scores: tuple[str, ...]
    prediction_scores: tuple[str, ...]
    in_pixels: bool
    needs_confidence: bool
    gives_issues: bool


METHODS: Mapping[str, MethodInfo] = {
    "calibrated": MethodInfo(
        image_scores=("quality", *KINDS),
        label_scores=("quality", *LABEL_KINDS),
        prediction_scores=(OVERLOOKED,),
        in_pixels=False,
        needs_confidence=False,
        gives_issues=True,
    ),
    "objectlab": MethodInfo(
        image_scores=("quality", "overlooked", "swap", "badloc"),
        label_scores=("swap", "badloc"),
        prediction_scores=(OVERLOOKED,),
        in_pixels=True,
        needs_confidence=True,
        gives_issues=False,
    ),
}


def method_info(name: str) -> MethodInfo:
    """What a method needs and gives.

    Raises:
        ValueError: no method has that name.
    """
    if name not in METHODS:
        raise ValueError(f"method is {name!r}; expected one of {', '.join(map(repr, METHODS))}")
    return METHODS[name]


def make_method(
    name: str,
    *,
    aggregation_weights: Mapping[str, float] | None = None,
    overlapping_label_check: bool = True,
    seed: int = DEFAULT_SEED,
) -> Method:
    """A method by its name.

    Raises:
        ValueError: no method has that name, or it has no weights, or they are malformed.
    """
    method_info(name)
    if name == "objectlab":
        return ObjectLab(AggregationWeights(aggregation_weights), overlapping_label_check)
    if aggregation_weights is not None:
        raise ValueError(f"aggregation_weights belong to method 'objectlab', not to {name!r}")
    # Not above: whoever scores by ObjectLab needs numpy alone, this method also scipy.
    from odquality.methods.calibrated.scorer import Calibrated

    return Calibrated(seed=seed)
