"""Scores the labels of a FiftyOne dataset or view: read, learn, score, write, record."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

import fiftyone as fo
from bson import ObjectId
from fiftyone.core.collections import SampleCollection

from odquality.bridge import runs
from odquality.bridge.read import probabilities
from odquality.bridge.read.classes import ClassCodes, detector_classes
from odquality.bridge.read.metadata import ensure_sizes
from odquality.bridge.read.reader import Reader, SampleChunk, Source
from odquality.bridge.run.described import keywords, takes
from odquality.bridge.run.report import LabelQualityReport, WorstImage, quantiles
from odquality.bridge.run.settings import RUN_PARAMETERS, RunSettings
from odquality.bridge.run.spool import Spool
from odquality.bridge.run.tally import Tally
from odquality.bridge.store.database import dataset_of, filtered_fields
from odquality.bridge.write.fields import RunFields
from odquality.bridge.write.suggestions import ChunkIssues
from odquality.bridge.write.writer import Writer
from odquality.methods.interface import Scorer, learn
from odquality.methods.registry import method_info

NUM_WORST = 10


@takes(RUN_PARAMETERS)
def compute_label_quality(
    samples: SampleCollection,
    *fields: str,
    progress: bool | Callable[[fo.ProgressBar], None] | None = None,
    **settings: Any,
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
    ``delete_run(key)`` handle it together with its fields.

    A sample whose ground truth or predictions are None stays unscored. Metadata is computed where
    it is missing. A sample that someone modifies during the run is read and scored again.

    Args:
        samples: a dataset of images, or any view of one; of a grouped dataset, a view of a slice.
        *fields: the fields of the labels and of the predictions, as older versions took them; give
            them by name.
        progress: whether to show a progress bar, or a function that is called with it; FiftyOne's
            configuration decides if None.
        **settings: `RUN_PARAMETERS`, one by one.

    Returns:
        A report to print.

    Raises:
        ValueError: an argument does not fit the dataset, or media whose size is needed cannot be
            read. Nothing was written then.
    """
    given = keywords("compute_label_quality", RUN_PARAMETERS, fields, settings)
    steps = iter_label_quality(samples, RunSettings.of(given))
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


@dataclass(frozen=True)
class Progress:
    """How far a run is.

    Attributes:
        label: what it is doing.
        complete: share of the whole, in [0, 1].
    """

    label: str
    complete: float


def iter_label_quality(
    samples: SampleCollection, settings: RunSettings
) -> Generator[Progress, None, LabelQualityReport]:
    """Does what `compute_label_quality` does, step by step.

    Yields:
        Progress, after every chunk of samples.

    Returns:
        The report.

    Raises:
        ValueError: as `compute_label_quality` does, on the first step.
    """
    settings.check(samples)
    run = _Run(samples, settings)
    with run.spool:
        yield from run.read()
        scorer = run.learn()
        run.prepare()
        yield from run.score(scorer)
    return run.record()


class _Run:
    """The state of a run between its steps."""

    def __init__(self, samples: SampleCollection, settings: RunSettings) -> None:
        self._samples = samples
        self._settings = settings
        self._info = method_info(settings.method)
        self._method = settings.make_method()
        self._dataset: fo.Dataset = dataset_of(samples)
        names = detector_classes(self._dataset, settings.pred_field, settings.classes)
        source = Source(
            gt_field=settings.gt_field,
            pred_field=settings.pred_field,
            in_pixels=self._info.in_pixels,
            needs_confidence=self._info.needs_confidence,
            probability_attributes=probabilities.attributes(settings.probs_attr),
            crowd_attribute=settings.iscrowd,
            num_classes=len(names) if names else None,
        )
        self._reader = Reader(source, ClassCodes(names or ()))
        self._fields = settings.fields()
        self._writer = Writer(self._dataset, self._fields)
        self._tally = Tally()
        self._obsolete: list[str] = []
        self._warnings = _hidden_boxes(samples, self._fields)
        self.spool: Spool[tuple[int, SampleChunk]] = Spool()

    def read(self) -> Generator[Progress, None, None]:
        """Reads all samples into the spool."""
        with self._tally.clock("read"):
            if self._info.in_pixels:
                scorable = self._samples.exists(self._settings.gt_field)
                ensure_sizes(scorable.exists(self._settings.pred_field))
            total = len(self._samples)
        done = 0
        chunks = self._reader.read(self._samples)
        while True:
            with self._tally.clock("read"):
                item = next(chunks, None)
                if item is None:
                    return
                self.spool.append(item)
            done += item[0]
            yield Progress(f"Read {done:,} of {total:,} images", 0.5 * min(1.0, done / total))

    def learn(self) -> Scorer:
        """Learns what the method needs to know of all images."""
        with self._tally.clock("score"):
            return learn(self._method, (chunk.scenes for _, chunk in self.spool))

    def prepare(self) -> None:
        """Replaces the previous run under the key by the record and the empty fields of this."""
        with self._tally.clock("write"):
            config = self._settings.run_config()
            self._obsolete = runs.replace_run(self._samples, self._settings.key, config)
            self._writer.prepare()

    def score(self, scorer: Scorer) -> Generator[Progress, None, None]:
        """Scores and writes all samples, and once more those that were modified meanwhile."""
        total, done = max(1, len(self._samples)), 0
        modified: list[ObjectId] = []
        for number, chunk in self.spool:
            modified += self._score_chunk(scorer, chunk)
            done += number
            share = 0.5 + 0.5 * min(1.0, done / total)
            yield Progress(f"Scored {done:,} of {total:,} images", share)
        if not modified:
            return
        again = self._samples.select([str(sample_id) for sample_id in modified])
        num_scored = self._tally.num_scored
        # A reader of its own, for the boxes that need special treatment were counted before.
        reader = Reader(self._reader.source, self._reader.codes)
        for _, chunk in reader.read(again):
            self._score_chunk(scorer, chunk)
        self._reader.unscored.update(reader.unscored)
        told = self._tally.num_scored - num_scored + reader.unscored.total()
        if lost := len(modified) - told:
            self._reader.unscored["modified or removed while the run went on"] += lost

    def record(self) -> LabelQualityReport:
        """Indexes the scores, keeps the report with the run and returns it."""
        with self._tally.clock("write"):
            # Not before: it marks all samples as modified.
            self._dataset.delete_sample_fields(self._obsolete)
            self._dataset.create_index(self._settings.key)
        report = self._report()
        results = self._samples.init_run_results(self._settings.key, report=report.to_dict())
        self._samples.save_run_results(self._settings.key, results)
        return report

    def _score_chunk(self, scorer: Scorer, chunk: SampleChunk) -> list[ObjectId]:
        with self._tally.clock("score"):
            scores = scorer.score(chunk.scenes)
            issues = None
            if self._info.gives_issues:
                least = self._settings.method_settings()["min_probability"]
                names = self._reader.codes.names
                issues = ChunkIssues(chunk, scores, least, names)
        with self._tally.clock("write"):
            lost = self._writer.write(chunk, scores, issues)
        self._tally.add(chunk, scores.images["quality"], issues, without=lost)
        return lost

    def _report(self) -> LabelQualityReport:
        quality = self._tally.quality()
        return LabelQualityReport(
            key=self._settings.key,
            dataset=self._dataset.name,
            method=self._settings.method,
            num_scored=len(quality),
            unscored=dict(self._reader.unscored),
            treated=dict(self._reader.treated),
            num_labels=self._tally.num_labels,
            num_predictions=self._tally.num_predictions,
            issues=dict(self._tally.issues),
            quantiles=quantiles(quality),
            worst=_worst_images(self._dataset, self._fields),
            seconds=dict(self._tally.seconds),
            warnings=self._warnings,
        )


def worst_first(samples: SampleCollection, key: str) -> fo.DatasetView:
    """The samples that have a score under a key, the lowest first."""
    return samples.exists(key).sort_by(key)


def _worst_images(samples: SampleCollection, fields: RunFields) -> list[WorstImage]:
    view = worst_first(samples, fields.key).limit(NUM_WORST)
    names = fields.method.image_scores
    columns = [fields.score(name) for name in names]
    ids, paths, *scores = view.values(["id", "filepath", *columns])
    return [
        WorstImage(
            ids[row],
            paths[row],
            {name: column[row] for name, column in zip(names, scores, strict=True)},
        )
        for row in range(len(ids))
    ]


def _hidden_boxes(samples: SampleCollection, fields: RunFields) -> list[str]:
    """A warning for each field of which the view hides boxes, which are then not there."""
    hidden = filtered_fields(samples)
    return [
        f"the view hides some boxes of {path!r}: the images were scored without them"
        for path in (fields.label_path, fields.prediction_path)
        if path in hidden
    ]
