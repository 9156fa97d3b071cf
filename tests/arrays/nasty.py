"""Hypothesis strategies: what people and programs may hand to a function by mistake."""

from __future__ import annotations

from collections import UserDict, UserList, deque
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

Array = NDArray[Any]


class Subclass(np.ndarray):
    """An array that is not exactly numpy's own."""


class Unreadable:
    """Looks like an array and fails as one."""

    def __len__(self) -> int:
        return 2

    def __array__(self, dtype: Any = None, copy: Any = None) -> Array:
        raise RuntimeError("on another device")


def endless() -> list[Any]:
    """A list that contains itself."""
    items: list[Any] = [1.0]
    items.append(items)
    return items


NUMBERS = [
    *(0, 1, 2, -1, 0.5, 1.0, 97.0, 1.0000001, 1.34, np.float32(1.0000001), np.float16(1.001)),
    *(float("nan"), float("inf"), float("-inf"), -0.0, 5e-324, -5e-324, 1e9, 1e10, 1e154, 1e308),
    *(2**53 + 1, 2**62, 2**63 - 1, 2**63, 2**64, 10**400, -(10**400), np.longdouble("1e4000")),
    *(np.uint64(2**63 + 5), np.int8(-128), np.bool_(True), True, False, Fraction(1, 3)),
    *(Decimal("0.5"), Decimal("NaN"), Decimal("sNaN"), Decimal("1e400")),
]
NO_NUMBERS = [
    *(None, 1j, np.complex64(1), "", "1", "0.5", "nan", "∞", "false", "çat\x00", b"1", object()),
    *(
        np.datetime64("2020-01-01"),
        np.timedelta64(3, "s"),
        np.str_("1"),
        np.ma.masked,
        NotImplemented,
    ),
    *(..., float, int, Unreadable()),
]

scalars = st.one_of(
    st.sampled_from(NUMBERS),
    st.sampled_from(NO_NUMBERS),
    st.floats(),
    st.integers(-(2**70), 2**70),
    st.text(max_size=3),
)

_TYPES = ["?", "i1", "u1", "i4", "i8", "u8", "f2", "f4", "f8", "c16", "U2", "S2", "M8[s]", "m8[s]"]
_SHAPES = hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=8).filter(
    lambda shape: np.prod(shape) <= 64
)


def _read_only(array: Array) -> Array:
    copy = array.copy()
    copy.flags.writeable = False
    return copy


def _memory(array: Array) -> Any:
    return memoryview(np.ascontiguousarray(array)) if array.dtype.kind in "iuf" else array


VIEWS: list[Callable[[Array], Any]] = [
    _read_only,
    _memory,
    np.asfortranarray,
    np.ma.array,
    lambda array: np.repeat(array, 2, axis=-1)[..., ::2] if array.ndim else array,
    lambda array: array[::-1][::-1] if array.ndim else array,
    lambda array: list(array) if array.ndim else array,
    lambda array: tuple(array) if array.ndim else array,
    lambda array: array.view(Subclass),
    lambda array: array.astype(object),
    lambda array: array.tolist(),
]


def views(array: Array) -> st.SearchStrategy[Any]:
    """The same values in other kinds of arrays."""
    return st.sampled_from(VIEWS).map(lambda view: view(array))


def _masked(array: Array) -> Array:
    masked = np.ma.array(array)
    if masked.size:
        masked[(0,) * masked.ndim] = np.ma.masked
    return masked


number_arrays = hnp.arrays(st.sampled_from(_TYPES), _SHAPES)
object_arrays = hnp.arrays("O", _SHAPES, elements=scalars)
arrays = st.one_of(
    number_arrays.flatmap(views),
    number_arrays.filter(lambda array: array.dtype.kind in "iuf").map(_masked),
    object_arrays,
    st.sampled_from(
        [
            np.zeros((2,), dtype=[("x", float), ("y", int)]),
            np.array(None, dtype=object),
            np.full((1, 6), np.longdouble("1e4000")),
            np.full((1, 4), np.longdouble("1e-4000")),
            np.full((1, 4), 2**63, np.uint64),
        ]
    ),
)

_EMPTY_SHAPES = [(0,), (0, 4), (0, 5), (0, 7), (1, 0), (3, 0), (1, 1, 0), (0, 0), (2, 0, 5)]
empties = st.recursive(
    st.one_of(st.just([]), st.just(()), st.sampled_from(_EMPTY_SHAPES).map(np.zeros)),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=4,
)


def containers(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Things that hold things."""
    several = st.lists(inner, max_size=4)
    return st.one_of(
        several,
        several.map(tuple),
        several.map(iter),
        several.map(deque),
        several.map(UserList),
        several.map(lambda items: (item for item in items)),
        several.map(lambda items: dict(enumerate(items)).values()),
        several.map(lambda items: dict(enumerate(items))),
        st.dictionaries(st.sampled_from(["bboxes", "labels", "iscrowd", "x"]), inner, max_size=4),
        st.dictionaries(st.sampled_from(["bboxes", "labels"]), inner).map(UserDict),
        st.sampled_from([{1, 2}, frozenset(), range(6), range(0), endless()]),
    )


anything = st.recursive(st.one_of(scalars, arrays, empties), containers, max_leaves=6)


@st.composite
def damaged(draw: st.DrawFn, array: Array) -> Any:
    """An array of numbers with something about it changed."""
    how = draw(st.sampled_from(["replace", "element", "view", "rows", "columns", "form", "type"]))
    if how == "replace":
        return draw(st.one_of(anything, empties))
    if how == "view":
        return draw(views(array))
    if how == "type":
        kind = draw(st.sampled_from([*_TYPES, "O", "g"]))
        with np.errstate(all="ignore"):
            try:
                return array.astype(kind)
            except (ValueError, TypeError):
                return array.astype(str)
    if how == "form":
        forms = [array[None], array[..., None], array.T, array.ravel(), [array], {"a": array}]
        forms += [iter(array.tolist()), array * 1e12, 0 - array, array / 640, array.astype(str)]
        return draw(st.sampled_from(forms))
    if how == "element" and array.size:
        values = array.astype(object)
        values[draw(st.tuples(*(st.integers(0, side - 1) for side in array.shape)))] = draw(scalars)
        return draw(st.sampled_from([values, values.tolist()]))
    if how == "columns" and array.ndim > 1:
        return draw(
            st.sampled_from([array[:, :-1], np.hstack([array, array[:, -1:]]), array[:, :0]])
        )
    ragged = [*array.tolist(), []]
    return draw(
        st.sampled_from([array[:-1], np.concatenate([array, array[-1:]]), array[:0], ragged])
    )
