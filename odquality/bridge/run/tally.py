"""Counts what a run does and how long it takes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from time import perf_counter

import numpy as np
from bson import ObjectId

from odquality.bridge.read.reader import SampleChunk
from odquality.bridge.write.suggestions import ChunkIssues
from odquality.core.scenes import BoolArray, FloatArray, Scenes
from odquality.kinds import BY_NAME, LABEL_KINDS, OVERLOOKED
from odquality.learning.spectrum import Spectrum
from odquality.methods.interface import Scores
from odquality.methods.thresholds import ErrorsAbove


class Tally:
    """Running totals of a run.

    Attributes:
        num_scored: images that were scored.
        num_labels: labels that were scored.
        num_predictions: predictions they were compared with.
        issues: how many there are of each kind.
        spectrum: how many boxes have which probability of an error, where the method tells.
        expected_errors: how many errors there are of each kind, in expectation.
        errors_above: how many suspected errors each threshold shows.
        seconds: spent per part of the run.
    """

    def __init__(self) -> None:
        self.num_scored = 0
        self.num_labels = 0
        self.num_predictions = 0
        self.issues: Counter[str] = Counter()
        self.expected_errors: dict[str, float] = {}
        self.errors_above = ErrorsAbove()
        self.seconds: Counter[str] = Counter()
        self.spectrum = Spectrum.of({})
        self._quality: list[FloatArray] = [np.empty(0)]

    @contextmanager
    def clock(self, part: str) -> Iterator[None]:
        """Adds the time that its block takes to a part of the run."""
        start = perf_counter()
        try:
            yield
        finally:
            self.seconds[part] += perf_counter() - start  # type: ignore[assignment]

    def add(
        self,
        chunk: SampleChunk,
        scores: Scores,
        issues: ChunkIssues | None,
        *,
        without: Collection[ObjectId],
    ) -> None:
        """Adds the images of a chunk but for some of them."""
        quality, scenes = scores.images["quality"], chunk.scenes
        kept = np.ones(len(quality), bool)
        if without:
            kept = np.array([sample_id not in without for sample_id in chunk.sample_ids], bool)
        self._quality.append(quality[kept])
        self.num_scored += int(kept.sum())
        if issues is not None:
            for image in np.flatnonzero(kept).tolist():
                self.issues.update(issue.kind for issue in issues.of(image))
            self.spectrum += _spectrum(scenes, scores, kept)
            self.errors_above.add(scenes, scores, kept)
        self.num_labels += int(scenes.labels.counts[kept].sum())
        self.num_predictions += int(scenes.predictions.counts[kept].sum())
        for kind, expected in scores.expected_errors.items():
            total = self.expected_errors.get(kind, 0.0) + float(expected[kept].sum())
            self.expected_errors[kind] = total

    def leave_out(self, decided: Iterable[tuple[str, float]]) -> None:
        """Takes away issues that were decided on before, given by kind and probability."""
        by_kind: dict[str, list[float]] = {}
        for kind, probability in decided:
            by_kind.setdefault(kind, []).append(probability)
        for kind, listed in by_kind.items():
            likely = np.array(listed)
            self.issues -= Counter({kind: len(likely)})
            self.errors_above.leave_out(kind, likely)
            left = self.expected_errors.get(kind, 0.0) - float(likely.sum())
            self.expected_errors[kind] = max(0.0, left)
            # The other label of a duplicate, which is about as likely one, goes with it.
            self.spectrum -= Spectrum.of({kind: np.repeat(likely, BY_NAME[kind].boxes)})

    def quality(self) -> FloatArray:
        """Scores of all images that were added, (n,)."""
        return np.concatenate(self._quality)


def _spectrum(scenes: Scenes, scores: Scores, kept: BoolArray) -> Spectrum:
    """Probabilities of the boxes of some images; scores are 1 - a probability."""
    labels, predictions = kept[scenes.labels.image], kept[scenes.predictions.image]
    probabilities = {kind: 1.0 - scores.labels[kind][labels] for kind in LABEL_KINDS}
    missing = 1.0 - scores.predictions[OVERLOOKED][predictions]
    return Spectrum.of({**probabilities, OVERLOOKED: missing})
