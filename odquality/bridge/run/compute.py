"""Scores the labels of a FiftyOne dataset or view and writes the scores onto its samples."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import Any

import fiftyone as fo
from fiftyone.core.collections import SampleCollection
from pymongo.errors import PyMongoError

from odquality.bridge.run.described import keywords, takes
from odquality.bridge.run.engine import Engine, EngineError, check_engine
from odquality.bridge.run.execution import NOTHING_WRITTEN, Execution
from odquality.bridge.run.local import LocalEngine
from odquality.bridge.run.progress import Progress
from odquality.bridge.run.report import LabelQualityReport
from odquality.bridge.run.settings import RUN_PARAMETERS, RunSettings
from odquality.bridge.store.schema import FieldGoneError


@takes(RUN_PARAMETERS)
def compute_label_quality(
    samples: SampleCollection,
    *fields: str,
    progress: bool | Callable[[fo.ProgressBar], None] | None = None,
    engine: Engine | None = None,
    **settings: Any,
) -> LabelQualityReport:
    """Scores the labels of a dataset or view and writes the scores onto its samples.

    Every sample that has both fields gets ``{key}`` and a sub-score per kind of error, such as
    ``{key}_swap``; every label its own, and every prediction that may be a missing label
    ``{key}_overlooked``. All are in [0, 1], lower = more likely mislabelled. For the worst images
    first: ``odquality.worst_first(samples, key)``.

    The calibrated method also writes what it takes for errors: on samples ``{key}_expected_errors``
    (by which the worst images come first), ``{key}_num_issues`` and ``{key}_suggestions``, the
    boxes that would correct the labels (their attribute ``action`` says how: add, relabel, move or
    remove); on labels ``{key}_issue`` and ``{key}_suggested_label``.

    A run under a key replaces the one before it. It is kept as a custom run of the dataset:
    ``dataset.list_runs()``, ``load_run_results(key)``, ``rename_run(key, new_key)`` and
    ``delete_run(key)`` handle it together with its fields. Nothing but a run's own fields is ever
    written over or deleted. A run that was cut off is recorded as incomplete; run it again under
    the same key, or delete it.

    A sample whose ground truth or predictions are None stays unscored (but see
    ``score_unannotated``). What suggests that labels and predictions do not fit together, such as
    other class names or boxes in another unit, is among the report's warnings. Metadata is
    completed where it is needed and missing. A sample that someone modifies during the run is read
    and scored again.

    Args:
        samples: a dataset of images, or any view of one; of a grouped dataset, a view of a slice.
        *fields: an older form of ``gt_field, pred_field``, in this order; name them instead.
        progress: whether to show a progress bar, or a function that is called with it; FiftyOne's
            configuration decides if None.
        engine: where the run is computed, such as ``odquality.BeamEngine()``; in this process if
            None.
        **settings: `RUN_PARAMETERS`, one by one.

    Returns:
        A report to print.

    Raises:
        ValueError: an argument does not fit the dataset, the key is in use, or media whose size is
            needed cannot be read. Nothing was written then.
        OSError: the temporary folder is full or missing. Nothing was written then.
        RuntimeError: the database or the engine failed, or someone deleted the run or its labels or
            predictions meanwhile.
    """
    given = keywords("compute_label_quality", RUN_PARAMETERS, fields, settings)
    steps = iter_label_quality(samples, RunSettings.of(given), engine)
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
    samples: SampleCollection, settings: RunSettings, engine: Engine | None = None
) -> Generator[Progress, None, LabelQualityReport]:
    """Does what `compute_label_quality` does, step by step.

    Yields:
        Progress, after every chunk of samples.

    Returns:
        The report.

    Raises:
        ValueError, OSError, RuntimeError: as `compute_label_quality` does.
    """
    engine = LocalEngine() if engine is None else engine
    check_engine(engine)
    with _told(lambda: NOTHING_WRITTEN):
        settings.check(samples)
        execution = Execution(samples, settings, engine)
        execution.begin()
    with execution, _told(execution.what_is_left):
        yield from execution.observe()
        fitted = execution.fit()
        yield from execution.prepare()
        tally = yield from execution.score(fitted)
        return execution.finish(tally)


@contextmanager
def _told(what_is_left: Callable[[], str]) -> Iterator[None]:
    """Says with every failure that comes from outside what it has left behind."""
    try:
        yield
    except PyMongoError as error:
        raise RuntimeError(
            f"the database failed ({type(error).__name__}: {error}). {what_is_left()}"
        ) from error
    except FieldGoneError as error:
        raise RuntimeError(
            f"{error}: it was deleted or renamed during the run. {what_is_left()}"
        ) from error
    except EngineError as error:
        raise EngineError(f"{error}. {what_is_left()}") from error
