"""Counts what a run does and how long it takes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from datetime import datetime
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


class Amounts(dict[str, float]):
    """Numbers by name; those of two add up."""

    def __add__(self, other: Mapping[str, float]) -> Amounts:
        names = dict.fromkeys([*self, *other])
        return Amounts({name: self.get(name, 0.0) + other.get(name, 0.0) for name in names})


class Seconds(Amounts):
    """Seconds spent, by part of a run."""

    @contextmanager
    def clock(self, part: str) -> Iterator[None]:
        """Adds the time that its block takes to a part of the run."""
        start = perf_counter()
        try:
            yield
        finally:
            self[part] = self.get(part, 0.0) + perf_counter() - start


@dataclass
class Tally:
    """What was scored; tallies of different samples add up.

    Attributes:
        num_scored: images that were scored.
        num_labels: labels that were scored.
        num_predictions: predictions they were compared with.
        unscored: number of samples that could not be scored, by reason.
        issues: how many there are of each kind.
        expected_errors: how many errors there are of each kind, in expectation.
        errors_above: how many suspected errors each threshold shows.
        spectrum: how many boxes have which probability of an error, where the method tells.
        qualities: scores of the images, in parts.
        stamps: when the images show as modified, each time once.
        seconds: spent per part of the run.
    """

    num_scored: int = 0
    num_labels: int = 0
    num_predictions: int = 0
    unscored: Counter[str] = field(default_factory=Counter)
    issues: Counter[str] = field(default_factory=Counter)
    expected_errors: Amounts = field(default_factory=Amounts)
    errors_above: ErrorsAbove = field(default_factory=ErrorsAbove)
    spectrum: Spectrum = field(default_factory=lambda: Spectrum.of({}))
    qualities: tuple[FloatArray, ...] = ()
    stamps: tuple[datetime, ...] = ()
    seconds: Amounts = field(default_factory=Amounts)

    @classmethod
    def of(
        cls,
        chunk: SampleChunk,
        scores: Scores,
        issues: ChunkIssues | None,
        *,
        without: Collection[ObjectId],
    ) -> Tally:
        """The tally of the images of a chunk but for some of them."""
        quality, scenes = scores.images["quality"], chunk.scenes
        kept = np.ones(len(quality), bool)
        if without:
            kept = np.array([sample_id not in without for sample_id in chunk.sample_ids], bool)
        tally = cls(
            num_scored=int(kept.sum()),
            num_labels=int(scenes.labels.counts[kept].sum()),
            num_predictions=int(scenes.predictions.counts[kept].sum()),
            expected_errors=Amounts(
                (kind, float(expected[kept].sum()))
                for kind, expected in scores.expected_errors.items()
            ),
            qualities=(quality[kept],),
        )
        if issues is not None:
            for image in np.flatnonzero(kept).tolist():
                tally.issues.update(issue.kind for issue in issues.of(image))
            tally.spectrum = _spectrum(scenes, scores, kept)
            tally.errors_above.add(scenes, scores, kept)
        return tally

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))

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
            self.spectrum -= Spectrum.of({kind: likely})
            # The other label of a duplicate, which is about as likely one, goes with it.
            others = np.repeat(likely, BY_NAME[kind].boxes - 1)
            self.spectrum = self.spectrum.without(kind, others)

    @property
    def quality(self) -> FloatArray:
        """Scores of all images, (n,)."""
        return np.concatenate([np.empty(0), *self.qualities])


def _spectrum(scenes: Scenes, scores: Scores, kept: BoolArray) -> Spectrum:
    """Probabilities of the boxes of some images; scores are 1 - a probability."""
    labels, predictions = kept[scenes.labels.image], kept[scenes.predictions.image]
    probabilities = {kind: 1.0 - scores.labels[kind][labels] for kind in LABEL_KINDS}
    missing = 1.0 - scores.predictions[OVERLOOKED][predictions]
    return Spectrum.of({**probabilities, OVERLOOKED: missing})
