"""What a run must know of all samples before it scores any."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from odquality.bridge.read.reader import SampleChunk
from odquality.bridge.read.reading import Reading
from odquality.bridge.run.settings import RunSettings
from odquality.bridge.run.tally import Amounts, Seconds
from odquality.core.scenes import NO_SCENES
from odquality.methods.interface import Scorer
from odquality.methods.registry import method_info


@dataclass(frozen=True)
class Observation:
    """What was observed of some samples; observations of different samples merge.

    In any order and grouping, with the same result to the last bit.

    Attributes:
        reading: what was found while they were read.
        statistics: what the scoring method learns from, `MethodStatistics`; classes have the
            numbers of the reading.
        seconds: spent per part of the run.
    """

    reading: Reading
    statistics: Any
    seconds: Amounts = field(default_factory=Amounts)

    def merge(self, other: Observation) -> Observation:
        """What was observed of the samples of both, which stay as they are."""
        reading, numbers = self.reading.merge(other.reading)
        statistics = self.statistics.merge(other.statistics.renumbered(numbers))
        return Observation(reading, statistics, self.seconds + other.seconds)

    def settled(self) -> Observation:
        """The observation of all samples, with classes numbered by their names.

        Raises:
            ValueError: nothing sensible can come of the data, beyond doubt.
        """
        reading, numbers = self.reading.settled()
        return Observation(reading, self.statistics.renumbered(numbers), self.seconds)


class Observer:
    """Observes samples chunk by chunk, as one reader reads them.

    Args:
        settings: of the run, whose method is to learn.
        reading: of the reader.
        seconds: to which the time is added.
    """

    def __init__(self, settings: RunSettings, reading: Reading, seconds: Seconds) -> None:
        self._method = settings.make_method()
        self._of_annotators = method_info(settings.method).learns_from_annotators
        self._reading = reading
        self._seconds = seconds
        self._statistics = self._method.observe(NO_SCENES)

    def add(self, chunk: SampleChunk) -> None:
        """Observes the next samples that can be scored."""
        with self._seconds.clock("score"):
            scenes = chunk.annotated if self._of_annotators else chunk.scenes
            self._statistics = self._statistics.merge(self._method.observe(scenes))

    @property
    def observation(self) -> Observation:
        """What was observed so far."""
        return Observation(self._reading, self._statistics, self._seconds)


@dataclass(frozen=True)
class Fitted:
    """What scoring needs to know of all samples: small, and made to be pickled.

    Attributes:
        scorer: that has learnt from them.
        class_names: name of each class number.
    """

    scorer: Scorer
    class_names: tuple[str, ...]
