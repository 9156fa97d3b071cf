"""A database that can be set back, and what runs give there when nothing disturbs them."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pymongo

from benchmarks.faults import deeds, scene
from benchmarks.faults.invariants import Evidence, Rerun, Undisturbed
from benchmarks.faults.run_values import Names
from benchmarks.faults.snapshot import AnyDatabase, Snapshot
from devtools.forked_process import RETURNED, ForkedProcess, Outcome
from devtools.private_database import PrivateDatabase, running_database
from odquality.methods.registry import METHODS

# Long enough for a server that restarts, short enough for the many runs that lose theirs.
SEARCH_MILLISECONDS = 1000
# Longer than anything here takes.
PATIENCE_SECONDS = 120.0


@dataclass(frozen=True)
class Call:
    """Something that a process does.

    Attributes:
        function: of the module `deeds`.
        arguments: of the function.
        named: arguments of the function.
    """

    function: Callable[..., Any]
    arguments: tuple[Any, ...] = ()
    named: Mapping[str, Any] | None = None

    def start(self, process: ForkedProcess, **more: Any) -> None:
        """Has a process do it."""
        process.start(self.function, *self.arguments, **{**(self.named or {}), **more})


class Laboratory:
    """Runs, what befalls them, and what is left.

    Args:
        database: a server that is used for nothing else.
        num_samples: of the dataset.

    Attributes:
        original: the database without any run.
        names: under which runs write.
    """

    def __init__(self, database: PrivateDatabase, num_samples: int) -> None:
        self._database = database
        self._connect()
        with self.process() as process:
            process.call(scene.make_dataset, num_samples)
        self.original = self.snapshot()
        self._after: dict[tuple[str, str], Snapshot] = {}
        self.names = Names.added(self.original, [self.after_run(method) for method in METHODS])

    def process(self) -> ForkedProcess:
        """A new process, which knows nothing of the dataset yet."""
        return ForkedProcess(deeds.prepare, self._database.uri, self._database.process_id)

    def snapshot(self) -> Snapshot:
        """The database as it is."""
        return Snapshot.take(self._mongo)

    def restore(self, snapshot: Snapshot) -> None:
        """Sets the database back."""
        snapshot.restore(self._mongo)

    def after_run(self, method: str | None, view: str = deeds.ALL) -> Snapshot:
        """The database after an undisturbed run, or without any run if the method is None."""
        if method is None:
            return self.original
        if (method, view) not in self._after:
            self.restore(self.original)
            with self.process() as process:
                process.call(deeds.compute, method, view=view)
            self._after[method, view] = self.snapshot()
        return self._after[method, view]

    def undisturbed(self, method: str, view: str = deeds.ALL) -> Undisturbed:
        """What a run writes when nothing disturbs it."""
        return Undisturbed(method, self.names.values(self.after_run(method, view)))

    def count_writes(self, before: Snapshot, call: Call) -> int:
        """How many writing commands a call sends."""
        self.restore(before)
        with self.process() as process:
            call.start(process)
            sent: list[str] = process.answer().get()
        return len(sent)

    def wait(self, process: ForkedProcess) -> Any:
        """What a process says next; the server is started again when it is gone."""
        waited = 0.0
        while not process.has_answer(0.05):
            self.revive()
            waited += 0.05
            if waited > PATIENCE_SECONDS:
                process.kill()
                return Outcome("hung")
        answer = process.answer()
        self.revive()
        return answer

    def revive(self) -> None:
        """Starts the server again if it was killed."""
        if not self._database.is_running():
            self._database.start()
            self._connect()

    def examine(
        self,
        before: Snapshot,
        outcomes: Sequence[Outcome],
        whole: Mapping[str, Sequence[Undisturbed]],
        *,
        rerun_methods: Sequence[str],
        view: str = deeds.ALL,
        succeeded: Collection[str] = (),
    ) -> Evidence:
        """Gathers all that can be known of the database as it is now.

        Args:
            before: the database before the fault.
            outcomes: of the calls.
            whole: the runs that there may be, by key.
            rerun_methods: of further runs.
            view: what further runs run on.
            succeeded: keys of the runs that were said to have ended well.
        """
        after = self.snapshot()
        sight = self._look()
        keys = list(sight.value.records) if sight.kind == RETURNED else [scene.KEY]
        reruns = [
            self._run_again(after, key, method, view)
            for method in rerun_methods
            for key in keys or [scene.KEY]
        ]
        self.restore(after)
        deletions = []
        for key in keys:
            with self.process() as process:
                process.start(deeds.delete, key)
                deletions.append(self.wait(process))
        return Evidence(
            names=self.names,
            original=self.original,
            before=before,
            after=after,
            outcomes=outcomes,
            whole=whole,
            sight=sight,
            succeeded=succeeded,
            reruns=reruns,
            deletions=deletions,
            removed=self.snapshot(),
        )

    def _run_again(self, after: Snapshot, key: str, method: str, view: str) -> Rerun:
        expected = self.undisturbed(method, view)
        self.restore(after)
        with self.process() as process:
            process.start(deeds.compute, method, key=key, view=view)
            outcome = self.wait(process)
        return Rerun(key, outcome, expected, self._look(), self.snapshot())

    def _look(self) -> Outcome:
        with self.process() as process:
            process.start(deeds.look)
            outcome: Outcome = self.wait(process)
            return outcome

    def _connect(self) -> None:
        name = self._database.environment["FIFTYONE_DATABASE_NAME"]
        self._mongo: AnyDatabase = pymongo.MongoClient(self._database.uri)[name]

@contextmanager
def open_laboratory(num_samples: int) -> Iterator[Laboratory]:
    """A laboratory with a server of its own."""
    with running_database(search_milliseconds=SEARCH_MILLISECONDS) as database:
        os.environ.update(database.environment)
        yield Laboratory(database, num_samples)
