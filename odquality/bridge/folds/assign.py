"""Assigns the samples of a dataset to folds, and writes them into a field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import fiftyone as fo
import numpy as np
from fiftyone.core.collections import SampleCollection

from odquality.bridge.folds.belonging import Groups, read_groups
from odquality.bridge.store import schema, values
from odquality.bridge.store.database import (
    all_samples,
    dataset_of,
    is_dynamic_groups,
    is_generated,
)
from odquality.bridge.store.marks import is_folds, make_fold_mark, marked_key
from odquality.bridge.store.names import check_name
from odquality.bridge.store.schema import FieldSpec
from odquality.core.folds import deal
from odquality.core.parameters import boolean, integer, shown

FIELD = "fold"
SEED = 51
MOST_FOLDS = 1000

# What fields hold whose values can be shared.
_COMPARABLE = (
    fo.StringField,
    fo.IntField,
    fo.FloatField,
    fo.BooleanField,
    fo.ObjectIdField,
    fo.DateField,
    fo.DateTimeField,
)


@dataclass(frozen=True)
class FoldReport:
    """The folds that samples were assigned to; `print` it.

    Attributes:
        dataset: name of the dataset.
        field: that holds the number of each sample's fold.
        sizes: number of samples of each fold.
        num_groups: number of groups of samples that stayed together; as many as there are samples
            where nothing belongs together.
        largest_group: number of samples of the largest.
        warnings: what else the user should know.
    """

    dataset: str
    field: str
    sizes: tuple[int, ...]
    num_groups: int
    largest_group: int
    warnings: tuple[str, ...] = ()

    def headline(self) -> str:
        """One sentence for a notification."""
        total = sum(self.sizes)
        together = (
            f" in {self.num_groups:,} groups of up to {self.largest_group:,} that stay together"
            if self.largest_group > 1
            else ""
        )
        return (
            f"Assigned {total:,} samples{together} to {len(self.sizes)} folds of "
            f"{min(self.sizes):,} to {max(self.sizes):,}, in field {self.field!r}"
        )

    def __str__(self) -> str:
        return "\n".join([self.headline(), *(f"  warning   {one}" for one in self.warnings)])


def assign_folds(
    samples: SampleCollection,
    k: int,
    field: str = FIELD,
    group: str | Sequence[str] | None = None,
    *,
    stratify: str | None = None,
    seed: int = SEED,
    overwrite: bool = False,
) -> FoldReport:
    """Assigns samples to ``k`` folds, so that a detector predicts what it has not learnt from.

    The fold of a sample depends on the samples that there are, on the values of ``group`` (on the
    ids of samples that have none) and on the seed; not on the order of the samples. The slices of
    a group stay together, and so do frames, patches and clips that a dataset has of the same
    sample. Folds differ by at most the size of the largest group.

    Samples that the view does not show get no fold, and lose one that they had: a field holds
    folds of one assignment.

    Args:
        samples: a dataset or any view of one. Of a grouped dataset all slices get a fold.
        k: number of folds, from 2 to 1,000.
        field: the field to write, integers from 0 to k - 1. Folds that this function wrote before
            are replaced.
        group: path of a field, or several: samples that share a value in any of them stay
            together, such as frames of a video or near-duplicates. None is no value; a list holds
            several values.
        stratify: path of a field whose values are spread over the folds as evenly as the groups
            allow, such as ``"ground_truth.detections.label"``; of groups with several values the
            rarest counts. Folds of equal sizes come first.
        seed: an integer from 0 to 2**64 - 1; others give other folds.
        overwrite: whether to replace a field that this function did not write.

    Returns:
        The folds' sizes, to print.

    Raises:
        ValueError: an argument does not fit the dataset; names it. Nothing was written then.

    Example:
        >>> import odquality
        >>> odquality.assign_folds(dataset, 5, group="video")  # doctest: +SKIP
    """
    _check_samples(samples)
    k = integer("k", k, 2, MOST_FOLDS)
    seed = integer("seed", seed, 0, 2**64 - 1)
    dataset = dataset_of(samples)
    schema.refresh(dataset)
    check_field(dataset, field, boolean("overwrite", overwrite))
    shared = shared_paths(dataset, group, field)
    spread = None if stratify is None else stored_path(dataset, "stratify", stratify)
    groups = read_groups(all_samples(samples), shared, spread, seed)
    _check_groups(k, groups)
    fold = deal(groups.sizes, groups.order, k, groups.stratum)[groups.group]
    spec = FieldSpec(
        field,
        f"Fold for out-of-fold predictions, from 0 to {k - 1} (seed {seed}"
        + "".join(f", by {name}" for name in shared)
        + ")",
        {"ftype": fo.IntField},
        mark=make_fold_mark(field),
    )
    schema.change(dataset, key="", remove=[field], add=[spec])
    chosen = np.argsort(fold, kind="stable")
    sizes = np.bincount(fold, minlength=k)
    parts = np.split(chosen, np.cumsum(sizes)[:-1])
    values.deal_out(
        dataset,
        field,
        {number: [groups.ids[row] for row in part.tolist()] for number, part in enumerate(parts)},
    )
    largest = int(groups.sizes.max())
    return FoldReport(
        dataset.name,
        field,
        tuple(sizes.tolist()),
        len(groups.sizes),
        largest,
        _uneven(largest, sizes.tolist()),
    )


def check_field(dataset: fo.Dataset, field: object, overwrite: bool) -> None:
    """Checks that folds may be written into a field.

    Raises:
        ValueError: they may not; says whose it is.
    """
    name = check_name("field", field)
    there = schema.declared(dataset).get(name)
    info = (there or {}).get("info")
    if there is None:
        if not overwrite and values.first_with(dataset, [name]) is not None:
            raise ValueError(
                f"field is {name!r}, in which samples have values that the dataset does not "
                "declare; choose another field, or pass overwrite=True to replace them"
            )
        return
    if marked_key(info, name) is not None:
        raise ValueError(f"field is {name!r}, which a label quality run wrote; choose another")
    if there.get("read_only"):
        raise ValueError(f"field is {name!r}, which is read-only; choose another")
    if not isinstance(dataset.get_field(name), _COMPARABLE):
        kind = str(there.get("embedded_doc_type") or there.get("ftype")).rpartition(".")[2]
        raise ValueError(
            f"field is {name!r}, a field of type {kind}, which is never replaced by folds; choose "
            "another"
        )
    if not is_folds(info, name) and not overwrite:
        raise ValueError(
            f"field is {name!r}, a field that assign_folds did not write; choose another, or pass "
            "overwrite=True to replace it"
        )


def comparable_fields(dataset: fo.Dataset) -> list[str]:
    """Fields of the samples whose values can be shared."""
    fields = dataset.get_field_schema()
    return [name for name, one in fields.items() if isinstance(_content(one), _COMPARABLE)]


def shared_paths(
    dataset: fo.Dataset, group: str | Sequence[str] | None, field: str
) -> dict[str, str]:
    """Where the database holds what samples that belong together share, by the path's name.

    Raises:
        ValueError: ``group`` is no path of values that can be shared, nor several; or it is the
            field that is to be written.
    """
    named: Sequence[Any] = [group] if group is None or isinstance(group, str) else group
    if not isinstance(named, (list, tuple)):
        raise ValueError(f"group is {shown(group)}; expected a path, a list of paths, or None")
    paths = {}
    for path in named:
        if path is not None:
            paths[path] = stored_path(dataset, "group", path)
            if path == field:
                raise ValueError(f"group and field are both {path!r}; expected two fields")
    if dataset.group_field is not None:
        # The link to the group is no field that one could name.
        paths[dataset.group_field] = f"{dataset.group_field}._id"
    # Datasets that were made of frames, patches or clips say so.
    origin = dataset.get_field("sample_id")
    if isinstance(origin, fo.ObjectIdField):
        paths["sample_id"] = origin.db_field
    return paths


def stored_path(dataset: fo.Dataset, argument: str, path: object) -> str:
    """Where the database holds the values of a field that samples have.

    Raises:
        ValueError: there is no such field, or its values cannot be shared.
    """
    found = dataset.get_field(path) if isinstance(path, str) and path else None
    if found is None:
        raise ValueError(
            f"{argument} is {shown(path)}, which is no field of the samples; expected one of "
            f"{comparable_fields(dataset)}, or the path of an attribute"
        )
    content = _content(found)
    if str(path).startswith("frames.") or not (content is None or isinstance(content, _COMPARABLE)):
        kind = getattr(content, "document_type", None) or type(content)
        what = "of frames" if str(path).startswith("frames.") else f"of type {kind.__name__}"
        raise ValueError(
            f"{argument} is {path!r}, a field {what}; expected texts, numbers or ids, or lists of "
            "them, such as an attribute of the field"
        )
    parent, dot, _ = str(path).rpartition(".")
    return f"{parent}{dot}{found.db_field}"


def _check_samples(samples: object) -> None:
    if not isinstance(samples, SampleCollection):
        raise ValueError(
            f"samples is a {type(samples).__name__}; expected a FiftyOne dataset or view"
        )
    if is_dynamic_groups(samples):
        raise ValueError(
            "samples is grouped by a view; expected its samples, samples.flatten(), and the field "
            "that it is grouped by as `group`"
        )
    if is_generated(samples):
        raise ValueError(
            f"samples is a {type(samples).__name__}, made from other samples: assign folds to "
            "those, fo.load_dataset(samples.dataset_name), or to a dataset of their own, "
            "samples.clone()"
        )


def _check_groups(k: int, groups: Groups) -> None:
    if not groups.ids:
        raise ValueError("samples is empty; expected at least one sample for each fold")
    if k > len(groups.sizes):
        raise ValueError(
            f"k is {k}, but the {len(groups.ids):,} samples make {len(groups.sizes):,} groups that "
            "stay together; expected at most as many folds"
        )


def _content(field: Any) -> Any:
    """The field of the elements of a list, else the field itself; None for a list of anything."""
    while isinstance(field, fo.ListField):
        field = field.field
    return field


def _uneven(largest: int, sizes: Sequence[int]) -> tuple[str, ...]:
    share = sum(sizes) / len(sizes)
    if largest <= share + 1:
        return ()
    return (
        f"the largest group has {largest:,} samples, more than a fold of {share:,.0f}: the folds "
        f"have {min(sizes):,} to {max(sizes):,}",
    )
