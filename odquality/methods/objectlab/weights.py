"""How much each kind of error counts in an image's score."""

from __future__ import annotations

from collections.abc import ItemsView, Mapping
from math import isclose, isfinite

KINDS = ("overlooked", "swap", "badloc")


class AggregationWeights:
    """Weights of the kinds of error, non-negative, adding up to 1.

    Args:
        weights: a weight for each of ``overlooked``, ``swap`` and ``badloc``; equal ones if None.

    Raises:
        ValueError: a kind is missing or unknown, or the weights are not as above.
    """

    def __init__(self, weights: Mapping[str, float] | None = None) -> None:
        if weights is None:
            weights = dict.fromkeys(KINDS, 1 / len(KINDS))
        _verify(weights)
        self._weights = {kind: float(weights[kind]) for kind in KINDS}

    def items(self) -> ItemsView[str, float]:
        """Pairs of kind and weight."""
        return self._weights.items()


def _verify(weights: Mapping[str, float]) -> None:
    expected = f"expected one weight for each of {', '.join(map(repr, KINDS))}"
    if not isinstance(weights, Mapping):
        raise ValueError(f"aggregation_weights is a {type(weights).__name__}; {expected}")
    unknown = sorted(map(str, set(weights) - set(KINDS)))
    if unknown:
        raise ValueError(f"aggregation_weights has unknown keys {unknown}; {expected}")
    missing = [kind for kind in KINDS if kind not in weights]
    if missing:
        raise ValueError(f"aggregation_weights lacks {missing}; {expected}")
    for kind, weight in weights.items():
        if not isinstance(weight, (int, float)) and not hasattr(weight, "__float__"):
            raise ValueError(f"aggregation_weights[{kind!r}] is {weight!r}; expected a number")
        if not isfinite(weight) or weight < 0:
            raise ValueError(
                f"aggregation_weights[{kind!r}] is {weight}; expected a number of at least 0"
            )
    total = sum(map(float, weights.values()))
    if not isclose(total, 1.0, rel_tol=1e-5, abs_tol=1e-8):
        raise ValueError(f"aggregation_weights add up to {total:g}; expected a sum of 1")
