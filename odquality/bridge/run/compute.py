"""Scores the labels of a FiftyOne dataset or view and writes the scores onto its samples."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Generator, Mapping, Sequence

import fiftyone as fo
from fiftyone.core.collections import SampleCollection
from pymongo.errors import PyMongoError

from odquality.bridge.run.execution import Execution, Progress
from odquality.bridge.run.report import LabelQualityReport
from odquality.bridge.run.settings import RunSettings


def compute_label_quality(
    samples: SampleCollection,
    *fields: str,
    gt_field: str = RunSettings.gt_field,
    pred_field: str = RunSettings.pred_field,
    key: str = RunSettings.key,
    method: str = RunSettings.method,
    aggregation_weights: Mapping[str, float] | None = None,
    overlapping_label_check: bool = RunSettings.overlapping_label_check,
    probs_attr: str | None = RunSettings.probs_attr,
    classes: Sequence[str] | None = None,
    iscrowd: str | None = RunSettings.iscrowd,
    min_probability: float = RunSettings.min_probability,
    seed: int = RunSettings.seed,
    progress: bool | Callable[[fo.ProgressBar], None] | None = None,
) -> LabelQualityReport:
    """Scores the labels of a dataset or view and writes the scores onto its samples.

    Every sample that has both fields gets ``{key}`` and a sub-score per kind of error, such as
    ``{key}_swap``; every label its own, and every prediction that may be a missing label
    ``{key}_overlooked``. All are in [0, 1], lower = more likely mislabelled. For the worst images
    first: ``odquality.worst_first(samples, key)``.

    The calibrated method also writes what it takes for errors: on samples ``{key}_num_issues`` and
    ``{key}_suggestions``, the boxes that would correct the labels (their attribute ``action`` says
    how: add, relabel, move or remove); on labels ``{key}_issue`` and ``{key}_suggested_label``.

    A run under a key replaces the one before it. It is kept as a custom run of the dataset:
    ``dataset.list_runs()``, ``load_run_results(key)``, ``rename_run(key, new_key)`` and
    ``delete_run(key)`` handle it together with its fields. Nothing but a run's own fields is ever
    written over or deleted. A run that was cut off is recorded as incomplete; run it again under
    the same key, or delete it.

    A sample whose ground truth or predictions are None stays unscored. Metadata is completed where
    it is needed and missing. A sample that someone modifies during the run is read and scored
    again.

    Args:
        samples: a dataset of images, or any view of one; of a grouped dataset, a view of a slice.
        *fields: an older form of ``gt_field, pred_field``, in this order; name them instead.
        gt_field: the ``Detections`` field with the labels to review.
        pred_field: the ``Detections`` field with the detector's predictions.
        key: name of the run and of its fields.
        method: ``calibrated``, or ``objectlab``, the reference method.
        aggregation_weights: of ObjectLab: weights of ``overlooked``, ``swap`` and ``badloc`` in a
            sample's score, adding up to 1; equal ones if None.
        overlapping_label_check: of ObjectLab: whether two labels of different classes on the same
            box count as swapped.
        probs_attr: attribute of the predictions with one probability (or logit, if ``logit`` is
            part of its name) per class; ``auto`` looks for ``probs``, then ``logits``; None uses
            label and confidence alone.
        classes: the order of the classes in that attribute; by default the dataset's own list for
            ``pred_field``, else its default classes.
        iscrowd: attribute of the labels that marks regions to ignore, or None for none.
        min_probability: of the calibrated method: least probability of an error to suggest a
            correction, in [0, 1].
        seed: of the calibrated method; the same data with the same seed gives the same scores.
        progress: whether to show a progress bar, or a function that is called with it; FiftyOne's
            configuration decides if None.

    Returns:
        A report to print.

    Raises:
        ValueError: an argument does not fit the dataset, the key is in use, or media whose size is
            needed cannot be read. Nothing was written then.
        RuntimeError: the database failed, or someone deleted the run meanwhile.
    """
    if fields:
        if len(fields) > 2:
            raise TypeError(f"{len(fields)} fields were given; expected gt_field and pred_field")
        warnings.warn(
            "name the fields: gt_field=..., pred_field=...; by position they are taken for "
            "gt_field, pred_field, which FiftyOne's own functions order the other way round",
            FutureWarning,
            stacklevel=2,
        )
        gt_field, pred_field = (*fields, pred_field)[:2]
    settings = RunSettings(
        gt_field=gt_field,
        pred_field=pred_field,
        key=key,
        method=method,
        aggregation_weights=aggregation_weights,
        overlapping_label_check=overlapping_label_check,
        probs_attr=probs_attr,
        classes=classes,
        iscrowd=iscrowd,
        min_probability=min_probability,
        seed=seed,
    )
    steps = iter_label_quality(samples, settings)
    with fo.ProgressBar(total=100, progress=progress) as bar:
        done = 0
        while True:
            try:
                step = next(steps)
            except StopIteration as end:
                report: LabelQualityReport = end.value
                return report
            percent = int(100 * step.complete)
            bar.update(percent - done)
            done = percent


def iter_label_quality(
    samples: SampleCollection, settings: RunSettings
) -> Generator[Progress, None, LabelQualityReport]:
    """Does what `compute_label_quality` does, step by step.

    Yields:
        Progress, after every chunk of samples.

    Returns:
        The report.

    Raises:
        ValueError, RuntimeError: as `compute_label_quality` does.
    """
    settings.check(samples)
    with Execution(samples, settings) as execution:
        try:
            yield from execution.read()
            scorer = execution.learn()
            yield from execution.prepare()
            yield from execution.score(scorer)
            return execution.finish()
        except PyMongoError as error:
            raise RuntimeError(
                f"the database failed ({type(error).__name__}: {error}). {execution.what_is_left()}"
            ) from error
