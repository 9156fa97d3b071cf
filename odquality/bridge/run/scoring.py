"""Scores samples as they were read and writes the scores, once more where samples were modified."""

from __future__ import annotations

from collections.abc import Iterator

import fiftyone as fo
from bson import ObjectId
from fiftyone.core.collections import SampleCollection

from odquality.bridge.read.reader import Reader, SampleChunk
from odquality.bridge.run.settings import RunSettings
from odquality.bridge.run.tally import Tally
from odquality.bridge.store.claims import Claim
from odquality.bridge.store.database import all_samples, dataset_of, filtered_fields
from odquality.bridge.write.suggestions import ChunkIssues
from odquality.bridge.write.writer import Writer
from odquality.methods.interface import Scorer

# Samples that were modified during the run are read again so many at a time.
_AGAIN_AT_ONCE = 1000


class Scoring:
    """Scores and writes the samples of a run for as long as the run is in these hands."""

    def __init__(
        self,
        samples: SampleCollection,
        settings: RunSettings,
        scorer: Scorer,
        claim: Claim,
        *,
        reader: Reader,
        tally: Tally,
    ) -> None:
        """Begins.

        Args:
            samples: of the run.
            settings: of the run.
            scorer: that has learnt from all of them.
            claim: of the run, once its fields are declared.
            reader: that has read all of them; what cannot be scored is added to its counts.
            tally: to which everything else is added.
        """
        self._samples = samples
        self._settings = settings
        self._gives_issues = settings.fields().method.gives_issues
        self._scorer = scorer
        self._claim = claim
        self._reader = reader
        self._tally = tally
        self._writer = Writer(dataset_of(samples), settings.fields())

    def score(self, chunk: SampleChunk) -> list[ObjectId]:
        """Scores and writes samples; gives those that were modified since they were read."""
        with self._tally.clock("score"):
            scores = self._scorer.score(chunk.scenes)
            issues = None
            if self._gives_issues:
                least = self._settings.method_settings()["min_probability"]
                names = self._reader.codes.names
                issues = ChunkIssues(chunk, scores, least, names)
        with self._tally.clock("write"):
            self._claim.renew()
            lost = self._writer.write(chunk, scores, issues)
        self._tally.add(chunk, scores, issues, without=lost)
        return lost

    def score_again(self, modified: list[ObjectId]) -> Iterator[ObjectId]:
        """Reads and scores samples again; gives those that were modified once more."""
        # A reader of its own, for the boxes that need special treatment were counted before.
        reader = Reader(self._reader.source, self._reader.codes)
        for start in range(0, len(modified), _AGAIN_AT_ONCE):
            ids = modified[start : start + _AGAIN_AT_ONCE]
            num_scored, num_unscored = self._tally.num_scored, reader.unscored.total()
            lost = []
            for _, chunk in reader.read(self._as_they_are(ids)):
                lost += self.score(chunk)
            yield from lost
            told = self._tally.num_scored - num_scored + reader.unscored.total() - num_unscored
            if gone := len(ids) - told - len(lost):
                self._reader.unscored["modified or removed while the run went on"] += gone
        self._reader.unscored.update(reader.unscored)

    def _as_they_are(self, ids: list[ObjectId]) -> SampleCollection:
        """Some samples as they are now, with the boxes that the view shows."""
        names = [str(sample_id) for sample_id in ids]
        if isinstance(self._samples, fo.DatasetView) and filtered_fields(self._samples):
            return self._samples.select(names)
        # A view may be defined by scores that are cleared by now.
        return all_samples(dataset_of(self._samples)).select(names)
