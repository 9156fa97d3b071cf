"""Where the labels, predictions and suggestions of a run are now, wherever fields were moved to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import fiftyone as fo
from fiftyone.core.collections import SampleCollection
from fiftyone.core.sample import SampleView

from odquality.bridge.run.ownership import owned_paths
from odquality.bridge.store import schema
from odquality.bridge.store.records import RunRecord
from odquality.bridge.store.samples import is_generated
from odquality.kinds import OVERLOOKED, SWAP


@dataclass(frozen=True)
class RunPaths:
    """Paths of a run in its dataset.

    Attributes:
        labels: of the list of ground-truth labels, ``ground_truth.detections``.
        predictions: of the list of predictions, None where they were deleted.
        image_score: field of a sample with its score.
        label_quality: attribute of a label with its score, None where the method gives none.
        suggestions: of the list of suggestions, None where the method gives none.
    """

    labels: str
    predictions: str | None
    image_score: str
    label_quality: str | None
    suggestions: str | None

    @classmethod
    def of(cls, dataset: fo.Dataset, record: RunRecord) -> RunPaths:
        """Those of a run.

        Raises:
            ValueError: what the run wrote was deleted or renamed.
        """
        owned, names = owned_fields(dataset, record), record.names
        labels = list_with(owned, names.score(SWAP), record)
        if record.score_field not in owned:
            raise _lost(record, repr(record.score_field))
        return cls(
            labels=labels,
            predictions=find_list(owned, names.score(OVERLOOKED), record),
            image_score=record.score_field,
            label_quality=names.key if f"{labels}.{names.key}" in owned else None,
            suggestions=f"{names.suggestions}.detections" if names.suggestions in owned else None,
        )

    def check_shown(self, samples: SampleCollection | fo.Sample | SampleView) -> None:
        """Checks that a view or a sample shows the fields of the run.

        Raises:
            ValueError: as `check_shown` does.
        """
        paths = (self.labels, self.predictions, self.image_score, self.suggestions)
        check_shown((path for path in paths if path is not None), samples)


def check_shown(paths: Iterable[str], samples: SampleCollection | fo.Sample | SampleView) -> None:
    """Checks that samples show the fields of some paths, and are the dataset's own.

    Args:
        paths: of what a run has read or written.
        samples: a dataset or view, or a sample of one.

    Raises:
        ValueError: they hide some, or have others, as views of patches have; or they are made from
            samples of the dataset, as patches are that have all fields of their image.
    """
    is_many = isinstance(samples, SampleCollection)
    shown = samples.get_field_schema() if is_many else samples.field_names
    needed = {path.partition(".")[0] for path in paths}
    if missing := sorted(needed.difference(shown)):
        raise ValueError(
            f"samples do not show {missing}, which the run has read or written: pass the "
            "dataset, or a view with all of its fields"
        )
    if is_generated(samples):
        raise ValueError(
            f"samples is a {type(samples).__name__}, made from the samples that the run has "
            "scored: pass their dataset, or a view of it"
        )


def owned_fields(dataset: fo.Dataset, record: RunRecord) -> list[str]:
    """Paths of what a run wrote, as far as the dataset declares them, in its order."""
    declared = schema.declared(dataset)
    owned = owned_paths(declared, record)
    return [path for path in declared if path in owned]


def list_with(owned: Sequence[str], attribute: str, record: RunRecord) -> str:
    """The path of the list of detections that have an attribute of the run, as `find_list`.

    Raises:
        ValueError: the attribute was deleted or renamed.
    """
    found = find_list(owned, attribute, record)
    if found is None:
        raise _lost(record, f"{attribute!r} of boxes")
    return found


def find_list(owned: Sequence[str], attribute: str, record: RunRecord) -> str | None:
    """The path of the list of detections that have an attribute of the run, None if none has.

    If its field was cloned, others have it too: it is the one that has the name that was scored,
    or, where that was renamed, the one that was there first.
    """
    ending = f".detections.{attribute}"
    found = [path.rpartition(".")[0] for path in owned if path.endswith(ending)]
    scored = [f"{field}.detections" for field in (record.gt_field, record.pred_field)]
    return next((path for path in [*scored, *found] if path in found), None)


def _lost(record: RunRecord, what: str) -> ValueError:
    return ValueError(
        f"key is {record.key!r}, but that run's scores {what} are not there any more; run it again"
    )
