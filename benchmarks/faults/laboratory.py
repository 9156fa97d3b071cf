"""A database that can be set back, and what runs give there when nothing disturbs them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pymongo
from pymongo.errors import ConnectionFailure

from benchmarks.faults import deeds, scene
from benchmarks.faults.invariants import Undisturbed
from benchmarks.faults.run_values import Names
from benchmarks.faults.snapshot import AnyDatabase, Snapshot
from devtools.forked_process import ForkedProcess, Outcome
from devtools.private_database import PrivateDatabase, running_database
from odquality.methods.registry import METHODS

# Long enough for a server that restarts, short enough for the many runs that lose theirs.
SEARCH_MILLISECONDS = 1000
# Longer than anything here takes.
PATIENCE_SECONDS = 300.0
HUNG = "hung"
_PLUGINS = str(Path(__file__).parents[2])


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

    @property
    def is_own(self) -> bool:
        """Whether the plugin's function is called, not one of FiftyOne."""
        return self.function in (deeds.compute, deeds.stream)

    def start(self, process: ForkedProcess, **more: Any) -> None:
        """Has a process do it."""
        process.start(self.function, *self.arguments, **{**(self.named or {}), **more})


@dataclass
class World:
    """A database without runs, and what runs give there when nothing disturbs them.

    Attributes:
        laboratory: where it is.
        snapshot: the database.
        gt_field: name of the labels.
    """

    laboratory: Laboratory
    snapshot: Snapshot
    gt_field: str = "ground_truth"
    _after: dict[tuple[str, str], Snapshot] = field(default_factory=dict)

    def after_run(self, method: str | None, view: str = deeds.ALL) -> Snapshot:
        """The database after an undisturbed run, or without any run if the method is None."""
        if method is None:
            return self.snapshot
        if (method, view) not in self._after:
            self.laboratory.restore(self.snapshot)
            self.laboratory.do(self.run(method, view=view)).get()
            self._after[method, view] = self.laboratory.snapshot()
        return self._after[method, view]

    def undisturbed(self, method: str, view: str = deeds.ALL) -> Undisturbed:
        """What a run writes when nothing disturbs it."""
        values = self.laboratory.names.values(self.after_run(method, view))
        return Undisturbed(method, values)

    def run(self, method: str, **named: Any) -> Call:
        """A run in this world."""
        return Call(deeds.compute, (method,), {"gt_field": self.gt_field, **named})


class Laboratory:
    """Processes and a database that can be set back.

    Args:
        database: a server that is used for nothing else.
        num_samples: of the dataset.
        num_found: predictions on each sample beside a few.
        methods: of the runs.

    Attributes:
        original: the world in which nothing has happened.
        names: under which runs write.
        mongo: the database.
    """

    def __init__(
        self,
        database: PrivateDatabase,
        num_samples: int,
        num_found: int = 0,
        methods: Sequence[str] = tuple(METHODS),
    ) -> None:
        self._database = database
        self._counts: dict[tuple[int, str], int] = {}
        self._connect()
        with self.process() as process:
            process.call(scene.make_dataset, num_samples, num_found)
        self.original = World(self, self.snapshot())
        runs = [self.original.after_run(method) for method in methods]
        self.names = Names.added(self.original.snapshot, runs)

    def process(self) -> ForkedProcess:
        """A new process, which knows nothing of the dataset yet."""
        return ForkedProcess(deeds.prepare, self._database.uri, self.server)

    @property
    def server(self) -> int:
        """Process id of the database server."""
        return self._database.process_id

    def snapshot(self) -> Snapshot:
        """The database as it is."""
        return Snapshot.take(self.mongo)

    def restore(self, snapshot: Snapshot) -> None:
        """Sets the database back."""
        snapshot.restore(self.mongo)

    def count_writes(self, before: Snapshot, call: Call) -> int:
        """How many writing commands a call sends when nothing disturbs it."""
        key = (id(before), repr(call))
        if key not in self._counts:
            self.restore(before)
            self._counts[key] = len(self.do(call).get())
        return self._counts[key]

    def do(self, call: Call, **more: Any) -> Outcome:
        """Has a process of its own do something."""
        with self.process() as process:
            call.start(process, **more)
            outcome: Outcome = self.wait(process)
            return outcome

    @cached_property
    def edited(self) -> World:
        """The world after people have edited it."""
        return self._changed(Call(deeds.edit))

    @cached_property
    def renamed(self) -> World:
        """The world after the labels got another name."""
        return self._changed(Call(deeds.rename_label_field), gt_field="labels")

    def _changed(self, call: Call, gt_field: str = World.gt_field) -> World:
        self.restore(self.original.snapshot)
        self.do(call).get()
        return World(self, self.snapshot(), gt_field)

    def wait(self, process: ForkedProcess) -> Any:
        """What a process says next; the server is started again when it is gone."""
        end = time.monotonic() + PATIENCE_SECONDS
        while not process.has_answer(0.05):
            self.revive()
            if time.monotonic() > end:
                process.kill()
                return Outcome(HUNG)
        answer = process.answer()
        self.revive()
        return answer

    def revive(self) -> None:
        """Starts the server again if it was killed."""
        # One that was killed just now may still be listed among the processes.
        while self._database.is_running():
            try:
                self.mongo.client.admin.command("ping")
                return
            except ConnectionFailure:
                time.sleep(0.01)
        self._database.start()
        self._connect()

    def _connect(self) -> None:
        name = self._database.environment["FIFTYONE_DATABASE_NAME"]
        self.mongo: AnyDatabase = pymongo.MongoClient(self._database.uri)[name]


@contextmanager
def open_laboratory(
    num_samples: int, num_found: int = 0, methods: Sequence[str] = tuple(METHODS)
) -> Iterator[Laboratory]:
    """A laboratory with a server of its own."""
    with running_database(search_milliseconds=SEARCH_MILLISECONDS) as database:
        # Processes get the address of this server itself; the rest is the same for all.
        for name, value in {**database.environment, "FIFTYONE_PLUGINS_DIR": _PLUGINS}.items():
            os.environ.setdefault(name, value)
        yield Laboratory(database, num_samples, num_found, methods)
