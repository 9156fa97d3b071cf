"""The scoring methods by name."""

from __future__ import annotations

from collections.abc import Mapping

from odquality.core.method import Method
from odquality.core.objectlab import ObjectLab
from odquality.core.weights import AggregationWeights

METHODS = ("objectlab",)
DEFAULT_METHOD = "objectlab"


def method_type(name: str) -> type[Method]:
    """The class of a method, which says what the method needs and gives.

    Raises:
        ValueError: no method has that name.
    """
    if name == "objectlab":
        return ObjectLab
    raise ValueError(f"method is {name!r}; expected one of {', '.join(map(repr, METHODS))}")


def make_method(
    name: str,
    *,
    aggregation_weights: Mapping[str, float] | None = None,
    overlapping_label_check: bool = True,
) -> Method:
    """A method by its name, with its settings.

    Raises:
        ValueError: no method has that name, or the settings are malformed.
    """
    method_type(name)
    return ObjectLab(AggregationWeights(aggregation_weights), overlapping_label_check)
