"""A run cut into parts, each of which any process can observe, score and write by itself.

What is done with a part is the same whoever does it, however often and in whatever order: it reads
its samples again, and writes them under the same guards as a run in one process.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bson import ObjectId
from fiftyone.core.collections import SampleCollection

from odquality.bridge.read import reader
from odquality.bridge.read.reader import Reader, SampleChunk
from odquality.bridge.read.stretch import Stretch, cut
from odquality.bridge.run.engine import Job
from odquality.bridge.run.observation import Fitted, Observation, Observer
from odquality.bridge.run.scoring import Scoring
from odquality.bridge.run.settings import RunSettings
from odquality.bridge.run.tally import Seconds, Tally
from odquality.bridge.store import exchange
from odquality.bridge.store.claim import Claim
from odquality.bridge.store.samples import as_stored, dataset_of, id_of, load_samples, view_stages
from odquality.core.in_order import SumInOrder


@dataclass(frozen=True)
class Part:
    """Some successive chunks of samples.

    Attributes:
        stretches: the samples of each chunk.
    """

    stretches: tuple[Stretch, ...]


def cut_into_parts(samples: SampleCollection, images_per_part: int) -> list[Part]:
    """Cuts samples into parts, at least one, of whole chunks.

    What is observed of a chunk depends on the samples that are in it. So the chunks are those in
    which one process reads the samples, however many parts there are.
    """
    stretches = tuple(cut(samples, reader.SAMPLES_PER_CHUNK))
    step = max(1, -(-images_per_part // reader.SAMPLES_PER_CHUNK))
    starts = range(0, max(1, len(stretches)), step)
    return [Part(stretches[start : start + step]) for start in starts]


@dataclass(frozen=True)
class Assignment:
    """A run as a process elsewhere gets it.

    Attributes:
        dataset: name of the dataset.
        dataset_id: its id.
        view_stages: stages of the view as JSON; None for all samples.
        settings: of the run.
    """

    dataset: str
    dataset_id: ObjectId
    view_stages: Sequence[str] | None
    settings: RunSettings

    @classmethod
    def of(cls, job: Job) -> Assignment:
        """The run that a job describes."""
        dataset = dataset_of(job.samples)
        stages = view_stages(job.samples)
        return cls(dataset.name, id_of(dataset), stages, job.settings)

    def job(self) -> Job:
        """The run in this process.

        Raises:
            LookupError: the database of this process is another one.
        """
        samples = load_samples(self.dataset, self.dataset_id, self.view_stages)
        return Job(samples, self.settings)


@dataclass(frozen=True)
class ObservePart:
    """Observes parts of a run.

    Attributes:
        run: that they are of.
        done: slot of the exchange that counts the images that were observed.
    """

    run: Assignment
    done: ObjectId = field(default_factory=ObjectId)

    def __call__(self, part: Part, shared: Any = None) -> Observation:
        """What was observed; `Observation.merge` merges it with that of other parts."""
        job, seconds = self.run.job(), Seconds()
        samples, own_reader = as_stored(job.samples), _reader(job)
        observer = Observer(job.settings, own_reader.reading, seconds)
        for stretch in part.stretches:
            with seconds.clock("read"):
                _, chunk = own_reader.read_stretch(samples, stretch)
            observer.add(chunk)
            exchange.count(self.done, stretch.number, stretch.size)
        return observer.observation


@dataclass(frozen=True)
class ScorePart:
    """Scores and writes parts of a run.

    Attributes:
        run: that they are of.
        claim: of the run, in the hands of the process that started it.
        done: slot of the exchange that counts the images that were scored.
    """

    run: Assignment
    claim: Claim
    done: ObjectId = field(default_factory=ObjectId)

    def __call__(self, part: Part, fitted: Fitted) -> SumInOrder[Tally]:
        """What was scored; `SumInOrder.merge` merges it with that of other parts.

        Raises:
            RunLostError: the run is no longer in the hands of the process that started it.
        """
        job = self.run.job()
        samples, scoring = as_stored(job.samples), Scoring(job, fitted, self.claim)
        tallies: SumInOrder[Tally] = SumInOrder()
        for stretch in part.stretches:
            seconds, own_reader = Seconds(), _reader(job)
            with seconds.clock("read"):
                number, chunk = own_reader.read_stretch(samples, stretch)
            tally = _score(scoring, chunk, own_reader)
            tally.seconds += seconds
            if (gone := stretch.size - number) > 0:
                tally.unscored["modified or removed while the run went on"] += gone
            tallies = tallies.merge(SumInOrder.of(stretch.number, tally))
            exchange.count(self.done, stretch.number, stretch.size)
        return tallies


def _score(scoring: Scoring, chunk: SampleChunk, own_reader: Reader) -> Tally:
    tally, lost = scoring.score(chunk, own_reader.reading.codes)
    tally.unscored += own_reader.reading.unscored
    for again in scoring.score_again(lost):
        tally += again
    return tally


def _reader(job: Job) -> Reader:
    return Reader(job.settings.source(dataset_of(job.samples)))
