"""How much each kind of error counts in an image's score."""

from __future__ import annotations

from collections.abc import ItemsView, Mapping
from math import isclose
from typing import Any

from odquality.core.parameters import number, shown
from odquality.kinds import BADLOC, OVERLOOKED, SWAP

WEIGHED_KINDS = (OVERLOOKED, SWAP, BADLOC)


class AggregationWeights:
    """Weights of the kinds of error, non-negative, adding up to 1.

    Args:
        weights: a weight for each of ``overlooked``, ``swap`` and ``badloc``; equal ones if None.

    Raises:
        ValueError: a kind is missing or unknown, or the weights are not as above.
    """

    def __init__(self, weights: Mapping[str, float] | None = None) -> None:
        if weights is None:
            weights = dict.fromkeys(WEIGHED_KINDS, 1 / len(WEIGHED_KINDS))
        self._weights = _checked("aggregation_weights", weights)

    def items(self) -> ItemsView[str, float]:
        """Pairs of kind and weight."""
        return self._weights.items()


def _checked(name: str, weights: Any) -> dict[str, float]:
    expected = f"expected one weight for each of {', '.join(map(repr, WEIGHED_KINDS))}"
    if not isinstance(weights, Mapping):
        raise ValueError(f"{name} is {shown(weights)}; {expected}")
    unknown = [kind for kind in weights if kind not in WEIGHED_KINDS]
    if unknown:
        raise ValueError(f"{name} has unknown keys {shown(unknown)}; {expected}")
    missing = [kind for kind in WEIGHED_KINDS if kind not in weights]
    if missing:
        raise ValueError(f"{name} lacks {missing}; {expected}")
    checked = {kind: number(f"{name}[{kind!r}]", weights[kind], 0) for kind in WEIGHED_KINDS}
    total = sum(checked.values())
    if not isclose(total, 1.0, rel_tol=1e-5, abs_tol=1e-8):
        raise ValueError(f"{name} add up to {total:g}; expected a sum of 1")
    return checked
