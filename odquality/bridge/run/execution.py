"""One run from its first read to its record, in whatever way it ends.

Nothing is written until all is read, checked and learnt. From then on the run's record says what is
being written, and whoever cuts the run off leaves a record that says so.
"""

from __future__ import annotations

import logging
from collections.abc import Generator
from dataclasses import dataclass
from types import TracebackType

import fiftyone as fo
from bson import ObjectId
from fiftyone.core.collections import SampleCollection
from pymongo.errors import PyMongoError

from odquality.bridge.decisions.settle import settle
from odquality.bridge.read.reader import Reader, SampleChunk
from odquality.bridge.run import upkeep
from odquality.bridge.run.ownership import Territory, survey
from odquality.bridge.run.recalibration import kept_with_run
from odquality.bridge.run.report import LabelQualityReport
from odquality.bridge.run.scoring import Scoring
from odquality.bridge.run.settings import RunSettings
from odquality.bridge.run.spool import Spool
from odquality.bridge.run.summary import summarise
from odquality.bridge.run.tally import Tally
from odquality.bridge.store import claims, indexes, records, results, schema, values
from odquality.bridge.store.app_config import forget_paths
from odquality.bridge.store.claims import Claim
from odquality.bridge.store.database import dataset_of, filtered_fields, view_stages
from odquality.bridge.store.run_documents import DatasetDeletedError
from odquality.bridge.write.fields import RunFields
from odquality.methods.interface import Scorer, learn
from odquality.methods.registry import method_info

logger = logging.getLogger(__name__)

# Samples that were modified during the run are scored again so often; who edits faster is told.
_MAX_ROUNDS = 10


@dataclass(frozen=True)
class Progress:
    """How far a run is.

    Attributes:
        label: what it is doing.
        complete: share of the whole, in [0, 1].
    """

    label: str
    complete: float


class Execution:
    """The state of a run between its steps: `read`, `learn`, `prepare`, `score`, `finish`."""

    def __init__(self, samples: SampleCollection, settings: RunSettings) -> None:
        self._samples = samples
        self._settings = settings
        self._info = method_info(settings.method)
        self._method = settings.make_method()
        self._dataset: fo.Dataset = dataset_of(samples)
        self._reader = Reader(settings.source(self._dataset))
        self._fields = settings.fields()
        self._tally = Tally()
        self._warnings = _hidden_boxes(samples, self._fields)
        self._num_samples = max(1, len(samples))
        self._spool: Spool[tuple[int, SampleChunk]] = Spool()
        self._claim: Claim | None = None
        self._skeleton = ObjectId()

    def __enter__(self) -> Execution:
        schema.refresh(self._dataset)
        survey(self._dataset, self._fields)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._spool.close()
        if self._claim is not None:
            self._give_up(self._claim)

    def what_is_left(self) -> str:
        """What a run that failed has left behind, for people."""
        if self._claim is None:
            return "Nothing was written"
        key = self._settings.key
        return (
            f"Run {key!r} is incomplete: run it again under the same key, or delete it with all "
            f"that it wrote: dataset.delete_run({key!r})"
        )

    def read(self) -> Generator[Progress, None, None]:
        """Reads all samples into the spool."""
        done = 0
        chunks = self._reader.read(self._samples)
        while True:
            with self._tally.clock("read"):
                item = next(chunks, None)
                if item is None:
                    self._reader.settle()
                    return
                self._spool.append(item)
            done += item[0]
            yield self._progress("Read", done, 0.0)

    def learn(self) -> Scorer:
        """Learns what the method needs to know of all images."""
        with self._tally.clock("score"):
            return learn(
                self._method, (self._reader.settled(chunk).scenes for _, chunk in self._spool)
            )

    def prepare(self) -> Generator[Progress, None, None]:
        """Takes the key, clears away what an earlier run wrote and declares the fields."""
        yield Progress("Preparing the fields", 0.5)
        with self._tally.clock("write"):
            # Once more: reading and learning took their time.
            territory = survey(self._dataset, self._fields)
            claim = self._register(territory)
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
            claim.note({"to_clear": []})

    def score(self, scorer: Scorer) -> Generator[Progress, None, None]:
        """Scores and writes all samples, and once more those that were modified meanwhile."""
        scoring = Scoring(
            self._samples,
            self._settings,
            scorer,
            self._held(),
            reader=self._reader,
            tally=self._tally,
        )
        done = 0
        modified: list[ObjectId] = []
        for number, chunk in self._spool:
            modified += scoring.score(self._reader.settled(chunk))
            done += number
            yield self._progress("Scored", done, 0.5)
        for _ in range(_MAX_ROUNDS):
            if not modified:
                return
            modified = list(scoring.score_again(modified))
            yield Progress("Scored what was modified meanwhile", 1.0)
        self._reader.unscored["modified again and again while the run went on"] += len(modified)

    def finish(self) -> LabelQualityReport:
        """Indexes the scores, keeps the report with the run and returns it."""
        claim = self._held()
        with self._tally.clock("write"):
            # Someone may have deleted a declaration meanwhile; with values, samples need it.
            schema.change(
                self._dataset,
                key=self._settings.key,
                add=self._fields.specs(),
                owned={spec.path for spec in self._fields.specs()},
            )
            claim.renew()
            indexes.create(self._dataset, self._fields.sort_paths)
            if self._info.gives_issues:
                ranks = self._fields.review_ranks
                indexes.create_ranks(self._dataset, self._fields.num_issues, ranks)
                # What was decided before is not suggested again, and not counted.
                self._tally.leave_out(settle(self._dataset, self._fields))
        report = summarise(self._dataset, self._settings, self._reader, self._tally, self._warnings)
        final = ObjectId()
        claim.list_files([self._skeleton, final])
        kept = kept_with_run(self._tally.spectrum) if self._info.gives_issues else {}
        results.save_report(final, report.to_dict(), **kept)
        claim.end(records.COMPLETE, results=final)
        self._claim = None
        results.delete([self._skeleton])
        records.refresh(self._dataset, self._settings.key)
        return report

    def _register(self, territory: Territory) -> Claim:
        """Takes the key; until the end the run has a report that says that it is incomplete."""
        previous, settings = territory.previous, self._settings
        obsolete = [*(previous.files if previous else ()), *claims.sweep(self._dataset)]
        claim = claims.claim(
            self._dataset,
            settings.key,
            {**settings.run_config(), "scoring": str(self._skeleton)},
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

    def _progress(self, what: str, done: int, start: float) -> Progress:
        # The number of samples was counted before others came or went.
        share = start + 0.5 * min(1.0, done / self._num_samples)
        return Progress(f"{what} {done:,} of {self._num_samples:,} images", share)


def _hidden_boxes(samples: SampleCollection, fields: RunFields) -> list[str]:
    """A warning for each field of which the view hides boxes, which are then not there."""
    hidden = filtered_fields(samples)
    return [
        f"the view hides some boxes of {path!r}: the images were scored without them"
        for path in (fields.label_path, fields.prediction_path)
        if path in hidden
    ]
