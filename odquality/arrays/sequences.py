"""Which arguments hold one entry per image, and how they are held while images are visited."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Any

import numpy as np

# Python takes these for sequences; as arguments they are single values.
NO_SEQUENCES = (str, bytes, bytearray, memoryview)


def one_per_image(name: str, value: Any) -> Sequence[Any]:
    """The entries of an argument that has one for each image, in their order.

    Lists and tuples are taken as they are. Anything else that has an order (an array, an iterator,
    a column of a table, whatever its index) is read once into a list, for images are visited more
    than once and by number.

    Args:
        name: of the argument, for the message.
        value: what was given.

    Raises:
        ValueError: the argument has no entries, or no order.
    """
    if isinstance(value, (list, tuple)):
        return value
    nothing_in_order = isinstance(value, (*NO_SEQUENCES, Mapping, Set))
    is_scalar = isinstance(value, np.ndarray) and value.ndim == 0
    if nothing_in_order or is_scalar or not isinstance(value, Iterable):
        what = "0-dimensional array" if is_scalar else type(value).__name__
        raise ValueError(f"{name} is a {what}; expected a sequence with one entry per image")
    return list(value)


def same_images(labels: Sequence[Any], predictions: Sequence[Any]) -> None:
    """Checks that there are predictions for each image that has labels.

    Raises:
        ValueError: the arguments differ in length.
    """
    if len(labels) != len(predictions):
        raise ValueError(
            f"labels has {len(labels)} images and predictions has {len(predictions)}; expected "
            "the same images in the same order"
        )
