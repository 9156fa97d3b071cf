"""One run from its first read to its record, in whatever way it ends.

Nothing is written until all is read, checked and learnt. From then on the run's record says what is
being written, and whoever cuts the run off leaves a record that says so.
"""

from __future__ import annotations

import logging
from collections.abc import Generator
from dataclasses import replace
from types import TracebackType
from typing import Any

import fiftyone as fo
from bson import ObjectId
from fiftyone.core.collections import SampleCollection
from pymongo.errors import PyMongoError

from odquality.bridge.decisions.field import path_to_index
from odquality.bridge.decisions.settle import settle
from odquality.bridge.run import upkeep
from odquality.bridge.run.answers import kept_with_run
from odquality.bridge.run.engine import Engine, Job, Passes
from odquality.bridge.run.observation import Fitted
from odquality.bridge.run.open_issues import kept_counts
from odquality.bridge.run.ownership import Territory, survey
from odquality.bridge.run.progress import Progress
from odquality.bridge.run.report import LabelQualityReport
from odquality.bridge.run.reporting import make_report
from odquality.bridge.run.settings import RunSettings
from odquality.bridge.run.tally import Seconds, Tally
from odquality.bridge.run.untouched import kept_stamps
from odquality.bridge.store import handover, indexes, records, results, schema, values
from odquality.bridge.store.app_config import forget_paths, show_suggestions
from odquality.bridge.store.claim import Claim
from odquality.bridge.store.run_documents import DatasetDeletedError
from odquality.bridge.store.samples import (
    dataset_of,
    edited_fields,
    filtered_fields,
    view_stages,
)
from odquality.bridge.write.fields import RunFields
from odquality.methods.registry import method_info

logger = logging.getLogger(__name__)

# What a run has left that did not come to its first write.
NOTHING_WRITTEN = "Nothing was written"


class Execution:
    """The state of a run between its steps.

    These are `begin` and then, within the context, `observe`, `fit`, `prepare`, `score`, `finish`.
    """

    def __init__(self, samples: SampleCollection, settings: RunSettings, engine: Engine) -> None:
        self._samples = samples
        self._settings = settings
        self._engine = engine
        self._info = method_info(settings.method)
        self._dataset: fo.Dataset = dataset_of(samples)
        self._fields = settings.fields()
        self._seconds = Seconds()
        self._warnings = _warnings_of_view(samples, self._fields)
        self._claim: Claim | None = None
        self._skeleton = ObjectId()

    def begin(self) -> None:
        """Checks that the run would write over nothing, and gets the engine ready.

        Raises:
            ValueError: it would, or the engine cannot do this.
        """
        schema.refresh(self._dataset)
        survey(self._dataset, self._fields)
        self._passes: Passes = self._engine.begin(Job(self._samples, self._settings))

    def __enter__(self) -> Execution:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            self._passes.close()
        finally:
            if self._claim is not None:
                self._give_up(self._claim)

    def what_is_left(self) -> str:
        """What a run that failed has left behind, for people."""
        if self._claim is None:
            return NOTHING_WRITTEN
        key = self._settings.key
        return (
            f"Run {key!r} is incomplete: run it again under the same key, or delete it with all "
            f"that it wrote: dataset.delete_run({key!r})"
        )

    def observe(self) -> Generator[Progress, None, None]:
        """Reads and observes all samples."""
        observation = yield from self._passes.observe()
        self._observation = observation.settled()

    def fit(self) -> Fitted:
        """Learns what the method needs to know of all images."""
        with self._seconds.clock("score"):
            scorer = self._settings.make_method().fit(self._observation.statistics)
        return Fitted(scorer, tuple(self._observation.reading.codes.names))

    def prepare(self) -> Generator[Progress, None, None]:
        """Takes the key, clears away what an earlier run wrote and declares the fields."""
        yield Progress("Preparing the fields", 0.5)
        with self._seconds.clock("write"):
            # Once more: reading and learning took their time.
            territory = survey(self._dataset, self._fields)
            claim = self._register(territory)
        with self._seconds.clock("write"), claim.heard():
            values.clear(self._dataset, territory.to_clear)
            written = set(self._fields.paths())
            obsolete = [path for path in territory.to_clear if path not in written]
            indexes.drop(self._dataset, obsolete)
            schema.change(
                self._dataset,
                key=self._settings.key,
                add=self._fields.specs(),
                remove=territory.to_clear,
            )
            forget_paths(self._dataset, obsolete)
            if self._fields.method.gives_issues:
                show_suggestions(self._dataset, self._fields.suggestions)
            claim.note({"to_clear": []})

    def score(self, fitted: Fitted) -> Generator[Progress, None, Tally]:
        """Scores and writes all samples."""
        return (yield from self._passes.score(fitted, self._held()))

    def finish(self, tally: Tally) -> LabelQualityReport:
        """Indexes the scores, keeps the report with the run and returns it."""
        claim = self._held()
        with claim.heard():
            report = self._finish(claim, tally)
        self._claim = None
        results.delete([self._skeleton])
        records.refresh(self._dataset, self._settings.key)
        return report

    def _finish(self, claim: Claim, tally: Tally) -> LabelQualityReport:
        with self._seconds.clock("write"):
            # Someone may have deleted a declaration meanwhile; with values, samples need it.
            schema.change(
                self._dataset,
                key=self._settings.key,
                add=self._fields.specs(),
                owned={spec.path for spec in self._fields.specs()},
            )
            claim.renew()
            indexes.create(
                self._dataset,
                self._fields.sort_paths,
                counted=self._fields.num_issues,
                ranks=self._fields.review_ranks if self._info.gives_issues else (),
                listed=self._fields.suggestions if self._info.gives_issues else "",
                sparse=[path_to_index(self._dataset, self._fields.gt_field)]
                if self._info.gives_issues
                else (),
            )
            if self._info.gives_issues:
                # What was decided before is not suggested again, and not counted.
                tally.leave_out(settle(self._dataset, self._fields))
        seconds = self._observation.seconds + tally.seconds + self._seconds
        reading = replace(self._observation.reading, unscored=tally.unscored)
        report = make_report(self._dataset, self._settings, reading, tally, seconds, self._warnings)
        final = ObjectId()
        claim.list_files([self._skeleton, final])
        kept: dict[str, Any] = {}
        if self._info.gives_issues:
            suggestions, num_issues = self._fields.suggestions, self._fields.num_issues
            kept = kept_counts(self._dataset, suggestions, num_issues)
            kept |= kept_with_run(tally.spectrum) | kept_stamps(tally.stamps)
        results.save_report(final, report.to_dict(), **kept)
        claim.end(records.COMPLETE, results=final)
        return report

    def _register(self, territory: Territory) -> Claim:
        """Takes the key; until the end the run has a report that says that it is incomplete."""
        previous, settings = territory.previous, self._settings
        obsolete = [*(previous.files if previous else ()), *handover.sweep(self._dataset)]
        claim = handover.claim(
            self._dataset,
            settings.key,
            {
                **settings.run_config(),
                "scoring": str(self._skeleton),
                "scorings": [] if previous is None else list(previous.scorings),
                "hides_labels": self._fields.label_path in filtered_fields(self._samples),
                "edits_labels": _edits_labels(self._samples, self._fields),
            },
            paths=self._fields.paths(),
            to_clear=territory.to_clear,
            files=[self._skeleton, *obsolete],
            score_field=self._fields.key,
            view_stages=view_stages(self._samples),
            previous=previous,
        )
        self._claim = claim
        report = LabelQualityReport.incomplete(settings.key, self._dataset.name, settings.method)
        results.save_report(self._skeleton, report.to_dict())
        claim.show(self._skeleton)
        results.delete(obsolete)
        claim.list_files([self._skeleton])
        return claim

    def _give_up(self, claim: Claim) -> None:
        """Leaves the record of an incomplete run; nothing, where someone deleted the record."""
        self._claim = None
        try:
            if claim.give_up():
                upkeep.remove_unowned(self._dataset, self._fields.paths())
            records.refresh(self._dataset, self._settings.key)
        except DatasetDeletedError:
            pass  # With all that the run wrote.
        except PyMongoError as error:
            # Whoever looks at the record finds that its process is gone.
            logger.warning("The record of run '%s' was not updated: %s", self._settings.key, error)

    def _held(self) -> Claim:
        assert self._claim is not None, "prepare() comes first"
        return self._claim


def _warnings_of_view(samples: SampleCollection, fields: RunFields) -> list[str]:
    """A warning for each field of which the view hides boxes, and for labels that it edits."""
    hidden = filtered_fields(samples)
    warnings = [
        f"the view hides some boxes of {path!r}: the images were scored without them"
        for path in (fields.label_path, fields.prediction_path)
        if path in hidden
    ]
    if _edits_labels(samples, fields):
        warnings.append(
            f"the view shows classes or boxes of {fields.gt_field!r} otherwise than they are "
            "stored: they were scored as it shows them, and nothing can be accepted; to mend "
            "labels, clone the view and score the clone"
        )
    return warnings


def _edits_labels(samples: SampleCollection, fields: RunFields) -> bool:
    """Whether a view shows other classes or boxes of labels than are stored."""
    edited = edited_fields(samples)
    read = (f"{fields.label_path}.{name}" for name in ("label", "bounding_box"))
    return any(path == one or path.startswith(f"{one}.") for path in read for one in edited)
