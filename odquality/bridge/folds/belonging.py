"""Which samples belong together, read from their fields, and in which order they are dealt out."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
from bson import ObjectId
from fiftyone.core.collections import SampleCollection
from numpy.typing import NDArray

from odquality.bridge.store.database import iter_documents
from odquality.bridge.store.samples import each_once
from odquality.core.folds import connected, rarest_values
from odquality.core.scenes import IntArray

_STRATUM = "stratum"
# Of an id as a text.
_ID_LENGTH = 24


@dataclass(frozen=True)
class Groups:
    """Samples in G groups that stay together.

    Attributes:
        ids: of N samples.
        group: (N,) int64 in [0, G): the group of each sample.
        sizes: (G,) int64 number of samples of each group.
        order: (G,) uint64, different for all groups: it depends on what the groups hold and on the
            seed, and neither on the order of the samples nor on the process.
        stratum: (G,) int64: groups of the same stratum are to be spread over the folds.
    """

    ids: list[ObjectId]
    group: IntArray
    sizes: IntArray
    order: NDArray[np.uint64]
    stratum: IntArray


def read_groups(
    samples: SampleCollection, paths: Mapping[str, str], stratify: str | None, seed: int
) -> Groups:
    """Reads which samples belong together.

    Args:
        samples: a dataset or view, all slices of a grouped one.
        paths: where the database holds values that samples share if they belong together, by name.
            None and NaN are no values; a list holds several. The id of a sample names that sample.
        stratify: where it holds values that are to be spread over the folds, or None.
        seed: of the order.
    """
    # No name of a column may look like a path.
    columns: dict[str, Any] = {"_id": 1}
    columns |= {f"column {number}": f"${path}" for number, path in enumerate(paths.values())}
    if stratify is not None:
        columns[_STRATUM] = f"${stratify}"
    ids: list[ObjectId] = []
    codes = _Codes(seed)
    strata: dict[Any, int] = {}
    held: list[tuple[int, int]] = []
    classed: list[tuple[int, int]] = []
    for row, document in enumerate(each_once(samples, iter_documents(samples, columns))):
        ids.append(document["_id"])
        found = [
            code
            for number, name in enumerate(paths)
            for value in _values(document.get(f"column {number}"))
            for code in codes.of(name, value)
        ]
        held += [(row, code) for code in found or [codes.of_sample(document["_id"])]]
        classed += [
            (row, strata.setdefault(_text(value), len(strata)))
            for value in set(_values(document.get(_STRATUM)))
        ]
    item, value = _columns(held + codes.named(ids))
    first = connected(item, value, len(ids))
    _, group = np.unique(first, return_inverse=True)
    num_groups = 1 + int(group.max(initial=-1))
    order = np.full(num_groups, np.iinfo(np.uint64).max)
    np.minimum.at(order, group[item], codes.ranks()[value])
    member, kind = _columns(classed)
    names = np.argsort(np.argsort(np.array(list(strata), dtype=object))).astype(np.int64)
    return Groups(
        ids=ids,
        group=group,
        sizes=np.bincount(group, minlength=num_groups),
        order=order,
        stratum=rarest_values(group[member], names[kind], num_groups),
    )


class _Codes:
    """Numbers for values of fields, and a rank for each that depends on nothing but the value."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._codes: dict[str, int] = {}
        # Of each number the one that came first; of each value that may be an id, that.
        self._equal: dict[tuple[str, float], int] = {}
        self._ids: dict[int, str] = {}

    def of(self, name: str, value: Any) -> set[int]:
        """The numbers of a value of the field of a name.

        They are two where the database stores a number in two ways, as 1 and as 1.0.
        """
        code = self._code(name, value)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return {code, self._equal.setdefault((name, value), code)}
        if isinstance(value, ObjectId) or (isinstance(value, str) and len(value) == _ID_LENGTH):
            self._ids[code] = str(value)
        return {code}

    def of_sample(self, sample_id: ObjectId) -> int:
        """The number of a sample that has no values."""
        return self._code("id", sample_id)

    def named(self, ids: Sequence[ObjectId]) -> list[tuple[int, int]]:
        """The rows of those of some samples that values name, each with the value's number."""
        rows = {str(one): row for row, one in enumerate(ids)} if self._ids else {}
        return [(rows[name], code) for code, name in self._ids.items() if name in rows]

    def _code(self, name: str, value: Any) -> int:
        return self._codes.setdefault(f"{name} {_text(value)}", len(self._codes))

    def ranks(self) -> NDArray[np.uint64]:
        """(number of values,) uint64, in the order of the numbers."""
        seed = str(self._seed).encode()
        digests = (
            blake2b(text.encode(errors="surrogatepass"), digest_size=8, key=seed).digest()
            for text in self._codes
        )
        return np.frombuffer(b"".join(digests), ">u8").astype(np.uint64)


def _values(found: Any) -> Iterator[Any]:
    """The values in a field, or in a list or in lists in it, without None and NaN."""
    if isinstance(found, list):
        for one in found:
            yield from _values(one)
    elif found is not None and not (isinstance(found, float) and math.isnan(found)):
        yield found


def _text(value: Any) -> str:
    """A value with its type, however wide the database stores a number."""
    if isinstance(value, bool):
        return f"bool {value}"
    if isinstance(value, int):
        return f"int {int(value)}"
    return f"{type(value).__name__} {value}"


def _columns(pairs: list[tuple[int, int]]) -> tuple[IntArray, IntArray]:
    """The first and the second elements of pairs, (n,) int64 each."""
    flat = np.array(pairs, np.int64).reshape(-1, 2)
    return flat[:, 0], flat[:, 1]
