"""One list of classes for the labels of both fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import fiftyone as fo
import numpy as np

from odquality.core.parameters import shown
from odquality.core.scenes import IntArray

NO_CLASS = -1


class ClassCodes(dict[str, int]):
    """Numbers class names in the order given, then in the order in which others turn up."""

    def __init__(self, classes: Iterable[str] = ()) -> None:
        super().__init__((name, code) for code, name in enumerate(classes))

    def __missing__(self, name: Any) -> int:
        if not isinstance(name, str):
            return NO_CLASS
        self[name] = len(self)
        return self[name]

    @property
    def names(self) -> list[str]:
        """Name of each code."""
        return list(self)

    def numbers_of(self, names: Iterable[str]) -> IntArray:
        """(n + 1,) the code of each of n names; the last is that of no class, -1."""
        return np.array([*(self[name] for name in names), NO_CLASS], np.int64)


class MappedCodes(dict[str, int]):
    """Codes of predicted classes, some of which the labels call otherwise.

    Args:
        codes: of the labels' names.
        class_map: name among the labels by name among the predictions.
    """

    def __init__(self, codes: ClassCodes, class_map: Mapping[str, str]) -> None:
        super().__init__()
        self._codes = codes
        self._class_map = class_map

    def __missing__(self, name: Any) -> int:
        if not isinstance(name, str):
            return NO_CLASS
        self[name] = self._codes[self._class_map.get(name, name)]
        return self[name]


def read_classes(values: Sequence[Any], codes: Mapping[str, int]) -> IntArray:
    """Class codes (n,); -1 for a detection without a label."""
    try:
        return np.fromiter(map(codes.__getitem__, values), np.int64, len(values))
    except TypeError:
        # A list or a dict, which is no name; nor is code, which the database knows as text.
        known = (codes[name] if type(name) is str else NO_CLASS for name in values)
        return np.fromiter(known, np.int64, len(values))


def sort_names(codes: ClassCodes) -> tuple[ClassCodes, IntArray]:
    """Numbers that do not depend on the order in which the names turned up.

    Returns:
        The codes in alphabetical order, and (n + 1,) the new code of each old one; the last is
        that of no class, -1.
    """
    by_name = ClassCodes(sorted(codes))
    return by_name, by_name.numbers_of(codes)


def check_classes(classes: Any) -> list[str] | None:
    """Class names from what a user gives: a sequence, or a dict from each index to its name.

    Raises:
        ValueError: it is neither, or names no class or one twice.
    """
    if classes is None:
        return None
    names = _listed(classes)
    if names is None or not all(isinstance(name, str) for name in names):
        raise ValueError(
            f"classes is {shown(classes)}; expected the class names in the order of the "
            "probabilities: a list of strings, or a dict {0: name, 1: name, ...}"
        )
    if not names:
        raise ValueError("classes is empty; expected the name of at least one class, or None")
    _check_once("classes", names)
    return [str(name) for name in names]


def check_class_map(class_map: Any) -> dict[str, str]:
    """A dict from names of predicted classes to those that the labels use.

    Raises:
        ValueError: it is none.
    """
    if class_map is None:
        return {}
    if not isinstance(class_map, Mapping) or not all(
        isinstance(name, str) for pair in class_map.items() for name in pair
    ):
        raise ValueError(
            f"class_map is {shown(class_map)}; expected a dict "
            "{name among the predictions: name among the labels}, or None"
        )
    return {str(name): str(label) for name, label in class_map.items()}


def detector_classes(dataset: fo.Dataset, pred_field: str, classes: Any) -> tuple[str, ...] | None:
    """Class names in the order of the detector's probabilities, or None where nobody knows it.

    Args:
        dataset: whose own lists are used: that of the prediction field, else the default one.
        pred_field: the prediction field.
        classes: what the user says, which goes before all.

    Raises:
        ValueError: as `check_classes`, or the dataset's own list names a class twice.
    """
    names = check_classes(classes)
    if names is None:
        owner, names = _own_classes(dataset, pred_field)
        _check_once(owner, names, "; mend the list, pass classes=[...], or probs_attr=None")
    return tuple(names) or None


def _own_classes(dataset: fo.Dataset, pred_field: str) -> tuple[str, list[str]]:
    """What the dataset's own list is called, and the list; empty where there is none."""
    if names := dataset.classes.get(pred_field):
        return f"dataset.classes[{pred_field!r}]", list(names)
    return "dataset.default_classes", list(dataset.default_classes or ())


def _listed(classes: Any) -> list[Any] | None:
    if isinstance(classes, Mapping):
        if sorted(map(str, classes)) != sorted(map(str, range(len(classes)))):
            return None
        return [classes[index] for index in sorted(classes, key=int)]
    if isinstance(classes, np.ndarray):
        return classes.tolist() if classes.ndim == 1 else None
    if isinstance(classes, Sequence) and not isinstance(classes, (str, bytes, bytearray)):
        return list(classes)
    return None


def _check_once(owner: str, names: Sequence[str], advice: str = "") -> None:
    if len(set(names)) < len(names):
        twice = sorted({name for name in names if names.count(name) > 1})
        raise ValueError(
            f"{owner} names {shown(twice)} more than once; expected each class once{advice}"
        )
