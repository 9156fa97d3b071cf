"""The engine that needs nothing: one process, chunk after chunk."""

from __future__ import annotations

from collections.abc import Generator

from bson import ObjectId

from odquality.bridge.read.reader import Reader, SampleChunk
from odquality.bridge.run.engine import Job
from odquality.bridge.run.observation import Fitted, Observation, Observer
from odquality.bridge.run.progress import Progress
from odquality.bridge.run.scoring import Scoring
from odquality.bridge.run.spool import Spool
from odquality.bridge.run.tally import Seconds, Tally
from odquality.bridge.store.claim import Claim
from odquality.bridge.store.samples import dataset_of
from odquality.core.in_order import SumInOrder


class LocalEngine:
    """Computes runs in this process."""

    def begin(self, job: Job) -> LocalPasses:
        """Gets ready for a run."""
        return LocalPasses(job)


class LocalPasses:
    """Both passes see the same data, however often the database changes between them."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._num_samples = len(job.samples)
        self._reader = Reader(job.settings.source(dataset_of(job.samples)))
        self._spool: Spool[tuple[int, SampleChunk]] = Spool()

    def observe(self) -> Generator[Progress, None, Observation]:
        """Reads all samples into the spool."""
        done, seconds = 0, Seconds()
        observer = Observer(self._job.settings, self._reader.reading, seconds)
        chunks = self._reader.read(self._job.samples)
        while True:
            with seconds.clock("read"):
                item = next(chunks, None)
                if item is None:
                    return observer.observation
                self._spool.append(item)
            observer.add(item[1])
            done += item[0]
            yield Progress.of_images("Read", done, self._num_samples, 0.0)

    def score(self, fitted: Fitted, claim: Claim) -> Generator[Progress, None, Tally]:
        """Scores and writes what is in the spool."""
        scoring = Scoring(self._job, fitted, claim)
        tallies: SumInOrder[Tally] = SumInOrder()
        done, lost = 0, list[ObjectId]()
        for number, (size, chunk) in enumerate(self._spool):
            tally, lost_here = scoring.score(chunk, self._reader.reading.codes)
            tallies = tallies.merge(SumInOrder.of(number, tally))
            lost += lost_here
            done += size
            yield Progress.of_images("Scored", done, self._num_samples, 0.5)
        total = tallies.total(Tally(unscored=self._reader.reading.unscored))
        for tally in scoring.score_again(lost):
            total += tally
            yield Progress("Scored what was modified meanwhile", 1.0)
        return total

    def close(self) -> None:
        """Deletes the spool."""
        self._spool.close()
