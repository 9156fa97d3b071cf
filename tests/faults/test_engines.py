"""A database that goes away from a run on an engine, or before any run."""

from __future__ import annotations

import os
import signal

from benchmarks.faults.cuts import CALIBRATED
from benchmarks.faults.laboratory import Laboratory
from tests.faults.busy_worker import run_twice, run_without


def test_a_worker_that_is_at_something_else_does_not_keep_the_run(laboratory: Laboratory) -> None:
    laboratory.restore(laboratory.original.snapshot)
    with laboratory.process() as process:
        process.start(run_twice, laboratory.server)
        assert process.answer() == "the database is gone"
        laboratory.revive()
        process.tell("it is there again")
        told = laboratory.wait(process).get()
    assert told.startswith("the database failed")
    assert "is incomplete: run it again under the same key" in told
    written = laboratory.names.values(laboratory.snapshot())
    assert written == laboratory.original.undisturbed(CALIBRATED).values


def test_a_database_that_is_gone_before_a_run_begins(laboratory: Laboratory) -> None:
    laboratory.restore(laboratory.original.snapshot)
    with laboratory.process() as process:
        process.start(run_without)
        assert process.answer() == "ready"
        os.kill(laboratory.server, signal.SIGKILL)
        process.tell("go on")
        told = process.answer().get()
    laboratory.revive()
    assert told.startswith("the database failed")
    assert told.endswith("Nothing was written")
