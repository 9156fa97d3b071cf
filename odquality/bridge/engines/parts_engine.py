"""Both passes of a run as one kind of work: do it on every part, and merge what comes back.

Whoever can do that on many machines is an engine: a class with a single method.
"""

from __future__ import annotations

import logging
import re
import threading
from abc import ABC, abstractmethod
from collections.abc import Generator, Sequence
from concurrent.futures import Future, wait
from typing import Any, Protocol, TypeVar

from pymongo.errors import PyMongoError

from odquality.bridge.engines.parts import Assignment, ObservePart, Part, ScorePart, cut_into_parts
from odquality.bridge.run.engine import EngineError, Job
from odquality.bridge.run.observation import Fitted, Observation
from odquality.bridge.run.ownership import field_names
from odquality.bridge.run.progress import Progress
from odquality.bridge.run.tally import Tally
from odquality.bridge.store import exchange
from odquality.bridge.store.claim import Claim
from odquality.bridge.store.samples import alters_documents, view_stages
from odquality.core.parameters import integer

logger = logging.getLogger(__name__)

IMAGES_PER_PART = 10_000

# How often the process that started a run says that it lives, and sees whether it is told to stop.
_SECONDS = 1.0

Found = TypeVar("Found", bound="Mergeable")


class Mergeable(Protocol):
    """What is found in parts, small enough for one machine; made to be pickled."""

    def merge(self: Found, other: Found) -> Found:
        """What is found in the parts of both, which stay as they are; in any order the same."""
        ...


class Work(Protocol):
    """What is done with a part; made to be pickled."""

    def __call__(self, part: Part, shared: Any, /) -> Any:
        """What is found in the part, `Mergeable`. Once or twice makes no difference.

        Args:
            part: the part.
            shared: what the work on all parts needs, likewise made to be pickled.
        """
        ...


class PartsEngine(ABC):
    """An engine that computes a run part by part, anywhere and in any order.

    Attributes:
        images_per_part: number of images in a part, rounded up to whole thousands.
    """

    images_per_part: int = IMAGES_PER_PART

    @abstractmethod
    def gather(self, work: Work, shared: Any, parts: Sequence[Part]) -> Any:
        """Does some work on every part and merges what is found.

        A part that failed, as when its machine was lost, may be done again, and by two at a time.

        Args:
            work: called with each part and ``shared``.
            shared: what the work on all parts needs.
            parts: at least one.

        Returns:
            What was found in all parts, merged by its own `merge` in any order.

        Raises:
            Exception: some part cannot be done.
        """

    def begin(self, job: Job) -> PartsPasses:
        """Gets ready for a run.

        Args:
            job: what is to be scored, and how.

        Returns:
            The two passes of the run, of which none has begun.

        Raises:
            ValueError: the view would show something else while the run goes on, or
                ``images_per_part`` is no positive integer.
        """
        integer("images_per_part", self.images_per_part, 1, 2**63 - 1)
        _check_view(job)
        return PartsPasses(self, job)


class PartsPasses:
    """The two passes of a run on a `PartsEngine`."""

    def __init__(self, engine: PartsEngine, job: Job) -> None:
        self._engine = engine
        self._job = job
        self._run = Assignment.of(job)
        self._parts: Sequence[Part] = ()
        self._thread: threading.Thread | None = None
        self._claim: Claim | None = None

    def observe(self) -> Generator[Progress, None, Observation]:
        """Observes all parts."""
        yield Progress("Listing the images", 0.0)
        self._parts = cut_into_parts(self._job.samples, self._engine.images_per_part)
        found: Observation = yield from self._gather("Read", 0.0, ObservePart(self._run), None)
        return found

    def score(self, fitted: Fitted, claim: Claim) -> Generator[Progress, None, Tally]:
        """Scores all parts."""
        self._claim = claim
        found = yield from self._gather("Scored", 0.5, ScorePart(self._run, claim), fitted)
        total: Tally = found.total(Tally())
        return total

    def close(self) -> None:
        """Stops whoever writes, and waits for that; who only reads may do so."""
        if self._claim is None or self._thread is None or not self._thread.is_alive():
            return
        try:
            self._claim.recall()
        except PyMongoError as error:
            # Whoever runs this again takes the run from them.
            logger.warning("The workers were not told to stop: %s", error)
        else:
            self._thread.join()

    def _gather(
        self, what: str, start: float, work: ObservePart | ScorePart, shared: Any
    ) -> Generator[Progress, None, Any]:
        """Has the work done in a thread, so that this one can say that it lives, and be stopped."""
        number = sum(stretch.size for part in self._parts for stretch in part.stretches)
        future: Future[Any] = Future()
        self._thread = threading.Thread(
            target=_settle, args=(future, self._engine, work, shared, self._parts), daemon=True
        )
        self._thread.start()
        try:
            while not wait([future], _SECONDS).done:
                if self._claim is not None:
                    self._claim.renew()
                yield Progress.of_images(what, exchange.counted(work.done), number, start)
            # One that would end this program too, as whoever reads a command line raises.
            error = future.exception()
            if error is None:
                return future.result()
            # Whoever lost the run is told so, and not that the others have noticed.
            if self._claim is not None:
                self._claim.renew()
            raise EngineError(f"{type(self._engine).__name__} failed: {_brief(error)}") from error
        finally:
            exchange.empty([work.done])


def _settle(
    future: Future[Any], engine: PartsEngine, work: Work, shared: Any, parts: Sequence[Part]
) -> None:
    try:
        future.set_result(engine.gather(work, shared, parts))
    except BaseException as error:
        future.set_exception(error)


def _brief(error: BaseException) -> str:
    """The last line of an error: what came from elsewhere is told with all of its traceback."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return f"{type(error).__name__}: {lines[-1] if lines else 'no message'}"


def _check_view(job: Job) -> None:
    """Checks that a view shows the same while the scores of an earlier run are cleared away.

    Raises:
        ValueError: it may not.
    """
    if not alters_documents(job.samples):
        return
    stages = " ".join(view_stages(job.samples) or ())
    key = job.settings.key
    found = [name for name in field_names(key) if re.search(rf"\b{re.escape(name)}\b", stages)]
    if found:
        raise ValueError(
            f"samples is a view that depends on {found}, which the run itself replaces while "
            "others still read: choose another key, or score dataset.select(view.values('id'))"
        )
