"""Scores samples as they were read and writes the scores, once more where samples were modified."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from bson import ObjectId

from odquality.bridge.read.classes import ClassCodes
from odquality.bridge.read.reader import Reader, SampleChunk
from odquality.bridge.run.engine import Job
from odquality.bridge.run.observation import Fitted
from odquality.bridge.run.tally import Seconds, Tally
from odquality.bridge.store.claim import Claim
from odquality.bridge.store.samples import as_stored, dataset_of
from odquality.bridge.write.suggestions import ChunkIssues
from odquality.bridge.write.writer import Writer

# Samples that were modified during the run are read again this many at a time.
_AGAIN_AT_ONCE = 1000
# They are scored again this often; what is modified even then stays unscored, and is reported.
_MAX_ROUNDS = 10


class Scoring:
    """Scores and writes samples of a run for as long as the run is in these hands."""

    def __init__(self, job: Job, fitted: Fitted, claim: Claim) -> None:
        """Begins.

        Args:
            job: the run.
            fitted: what has learnt from all of its samples.
            claim: of the run, once its fields are declared.
        """
        self._job = job
        self._fields = job.settings.fields()
        self._scorer = fitted.scorer
        self._codes = ClassCodes(fitted.class_names)
        self._claim = claim
        self._writer = Writer(dataset_of(job.samples), self._fields)

    def score(self, chunk: SampleChunk, codes: ClassCodes) -> tuple[Tally, list[ObjectId]]:
        """Scores and writes samples.

        Args:
            chunk: the samples.
            codes: of their classes.

        Returns:
            A tally of them, and those that are left as they are, for they were modified since.
        """
        seconds = Seconds()
        with seconds.clock("score"):
            chunk = chunk.renumbered(self._codes.numbers_of(codes))
            scores = self._scorer.score(chunk.scenes)
            issues = None
            if self._fields.method.gives_issues:
                least = self._job.settings.method_settings()["min_probability"]
                issues = ChunkIssues(chunk, scores, least, self._codes.names)
        with seconds.clock("write"):
            self._claim.renew()
            lost = self._writer.write(chunk, scores, issues)
        tally = Tally.of(chunk, scores, issues, without=lost)
        tally.seconds, tally.stamps = seconds, (self._writer.stamp,)
        return tally, lost

    def score_again(self, modified: Sequence[ObjectId]) -> Iterator[Tally]:
        """Reads and scores samples again, in rounds until none was modified meanwhile."""
        for _ in range(_MAX_ROUNDS):
            if not modified:
                return
            tally, modified = self._round(modified)
            yield tally
        why = "modified again and again while the run went on"
        yield Tally(unscored=Counter({why: len(modified)}))

    def _round(self, modified: Sequence[ObjectId]) -> tuple[Tally, list[ObjectId]]:
        stored = as_stored(self._job.samples)
        total, lost = Tally(), list[ObjectId]()
        for start in range(0, len(modified), _AGAIN_AT_ONCE):
            ids = modified[start : start + _AGAIN_AT_ONCE]
            # A reader of its own: boxes that need special treatment were counted before.
            reader = Reader(self._job.settings.source(dataset_of(self._job.samples)))
            told = 0
            for number, chunk in reader.read(stored.select(list(map(str, ids)))):
                tally, lost_here = self.score(chunk, reader.reading.codes)
                total += tally
                lost += lost_here
                told += number
            total.unscored += reader.reading.unscored
            if gone := len(ids) - told:
                total.unscored["modified or removed while the run went on"] += gone
        return total, lost
