"""Where a run's two passes over the samples go: on this machine, or on many.

An engine is asked for two things. *Observe* all samples: read them, and merge what was found with
what the scoring method learns from. *Score* them with the fitted method, and write. All else of a
run, its checks, its record, its fit and its report, is the same on every engine.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Protocol

from fiftyone.core.collections import SampleCollection

from odquality.bridge.run.observation import Fitted, Observation
from odquality.bridge.run.progress import Progress
from odquality.bridge.run.settings import RunSettings
from odquality.bridge.run.tally import Tally
from odquality.bridge.store.claim import Claim
from odquality.core.parameters import shown


class EngineError(RuntimeError):
    """What ran elsewhere failed there."""


@dataclass(frozen=True)
class Job:
    """What is to be scored, and how.

    Attributes:
        samples: a dataset or view.
        settings: of the run.
    """

    samples: SampleCollection
    settings: RunSettings


class Passes(Protocol):
    """The two passes of one run, one after the other."""

    def observe(self) -> Generator[Progress, None, Observation]:
        """Reads and observes all samples, and writes nothing.

        Raises:
            ValueError: the samples cannot be read.
            EngineError: something failed elsewhere.
        """
        ...

    def score(self, fitted: Fitted, claim: Claim) -> Generator[Progress, None, Tally]:
        """Scores and writes all samples, and once more those that were modified meanwhile.

        Args:
            fitted: the method, fitted to what `observe` gave.
            claim: of the run, whose fields are declared: whoever writes a chunk of samples makes
                sure before that the run is still in these hands.

        Returns:
            What was scored, and all that was not.

        Raises:
            RunLostError: the run is no longer in these hands.
            EngineError: something failed elsewhere.
        """
        ...

    def close(self) -> None:
        """Ends whatever still goes on; nothing writes any more then."""
        ...


class Engine(Protocol):
    """Where runs are computed."""

    def begin(self, job: Job) -> Passes:
        """Gets ready for a run; nothing is read yet.

        Raises:
            ValueError: the engine cannot do this.
        """
        ...


def check_engine(given: object) -> None:
    """Checks that something is an engine.

    Raises:
        ValueError: it is none, or a class of engines.
    """
    if isinstance(given, type) or not callable(getattr(given, "begin", None)):
        raise ValueError(
            f"engine is {shown(given)}; expected an engine, such as odquality.BeamEngine(), or "
            "None for this process"
        )
