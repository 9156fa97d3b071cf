"""One list of classes for the labels of both fields."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import fiftyone as fo
import numpy as np

from odquality.core.scenes import IntArray


class ClassCodes(dict[str, int]):
    """Numbers class names in the order given, then in the order in which others turn up."""

    def __init__(self, classes: Sequence[str] = ()) -> None:
        super().__init__((name, code) for code, name in enumerate(classes))

    def __missing__(self, name: str) -> int:
        self[name] = len(self)
        return self[name]

    def encode(self, names: Iterable[str]) -> IntArray:
        """Code of each name, (n,) int64."""
        return np.fromiter(map(self.__getitem__, names), np.int64)

    @property
    def names(self) -> list[str]:
        """Name of each code."""
        return list(self)


def detector_classes(
    dataset: fo.Dataset, pred_field: str, classes: Sequence[str] | None
) -> list[str] | None:
    """Class names in the order of the detector's probabilities, or None where nobody knows it.

    Args:
        dataset: whose own lists are used: that of the prediction field, else the default one.
        pred_field: the prediction field.
        classes: what the user says, which goes before all.

    Raises:
        ValueError: a class is named twice.
    """
    names = list(classes or dataset.classes.get(pred_field) or dataset.default_classes or ())
    if len(set(names)) < len(names):
        twice = sorted({name for name in names if names.count(name) > 1})
        raise ValueError(f"classes names {twice} more than once; expected each class once")
    return names or None
