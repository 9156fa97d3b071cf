"""Assigns the samples of a dataset to folds, and writes them into a field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import fiftyone as fo
import numpy as np
from fiftyone.core.collections import SampleCollection

from odquality.bridge.folds.belonging import read_groups
from odquality.bridge.folds.checks import (
    check_declared,
    check_field,
    check_groups,
    check_samples,
    shared_paths,
    stored_path,
)
from odquality.bridge.store import schema, values
from odquality.bridge.store.marks import make_fold_mark
from odquality.bridge.store.samples import all_samples, dataset_of, with_all_fields
from odquality.bridge.store.schema import FieldSpec
from odquality.core.folds import deal
from odquality.core.parameters import boolean, integer

FIELD = "fold"
SEED = 51
MOST_FOLDS = 1000


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
            several values. The id of a sample, as the original of a near-duplicate, is a value of
            that sample too.
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
    check_samples(samples)
    k = integer("k", k, 2, MOST_FOLDS)
    seed = integer("seed", seed, 0, 2**64 - 1)
    dataset = dataset_of(samples)
    schema.refresh(dataset)
    overwrite = boolean("overwrite", overwrite)
    check_field(dataset, field, overwrite)
    shared = shared_paths(dataset, group, field)
    spread = None if stratify is None else stored_path(dataset, "stratify", stratify)
    # What belongs together does so whichever fields a view shows.
    groups = read_groups(with_all_fields(all_samples(samples)), shared, spread, seed)
    check_groups(k, groups)
    fold = deal(groups.sizes, groups.order, k, groups.stratum)[groups.group]
    by = "".join(f", by {name}" for name in shared)
    about = f"Fold for out-of-fold predictions, from 0 to {k - 1} (seed {seed}{by})"
    _declare(dataset, field, about, overwrite=overwrite)
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


def _declare(dataset: fo.Dataset, field: str, description: str, *, overwrite: bool) -> None:
    """Declares a field for folds in the place of the one that is there.

    Raises:
        ValueError: folds may not replace that.
    """
    spec = FieldSpec(field, description, {"ftype": fo.IntField}, mark=make_fold_mark(field))

    def checked(declared: Mapping[str, schema.Declaration]) -> list[FieldSpec]:
        # Once more: reading the groups took its time.
        check_declared(declared, field, overwrite)
        return [spec]

    schema.change(dataset, key="", remove=[field], add=checked)


def _uneven(largest: int, sizes: Sequence[int]) -> tuple[str, ...]:
    share = sum(sizes) / len(sizes)
    if largest <= share + 1:
        return ()
    return (
        f"the largest group has {largest:,} samples, more than a fold of {share:,.0f}: the folds "
        f"have {min(sizes):,} to {max(sizes):,}",
    )
