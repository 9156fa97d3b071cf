"""Runs that another machine takes up: the same database, and a home and a plugin of its own."""

from __future__ import annotations

import tests.fiftyone_environment  # noqa: F401

# isort: split
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import fiftyone as fo
import fiftyone.operators as foo
import pytest
from bson import ObjectId
from fiftyone.operators.delegated import DelegatedOperationService
from fiftyone.operators.executor import ExecutionRunState

import odquality

ROOT = Path(__file__).parents[3]
PLUGIN = ("__init__.py", "fiftyone.yml", "odquality", "dist")
URI = "@odquality/label-quality/compute_label_quality"
SECONDS = 120


@contextmanager
def another_machine(folder: Path) -> Iterator[None]:
    """A process that takes up what is queued, and sees nothing of this one but the database."""
    plugin = folder / "plugins" / "label-quality"
    plugin.mkdir(parents=True)
    for name in PLUGIN:
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, plugin / name)
    kept = ("FIFTYONE_DATABASE_URI", "FIFTYONE_DATABASE_NAME", "FIFTYONE_DATABASE_VALIDATION")
    environment = {name: os.environ[name] for name in ("PATH", *kept)}
    environment |= {"HOME": str(folder), "FIFTYONE_PLUGINS_DIR": str(plugin.parent)}
    command = [str(Path(sys.executable).with_name("fiftyone")), "delegated", "launch"]
    with (folder / "log.txt").open("w") as log:
        launcher = subprocess.Popen(
            [*command, "--monitor", "--monitor-interval", "1"],
            cwd=folder,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            yield
        finally:
            launcher.terminate()
            launcher.wait()


def queue(dataset: fo.Dataset, **settings: Any) -> str:
    """Queues a run; returns the operation's id."""
    queued = foo.get_operator(URI)(dataset, delegate=True, **settings)
    assert queued.delegated
    return str(queued.result["id"])


def wait_for(operation_id: str, state: str, folder: Path) -> Any:
    """Waits until an operation is in a state; returns it."""
    operation, deadline = None, time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        operation = DelegatedOperationService().get(doc_id=ObjectId(operation_id))
        if operation.run_state == state:
            return operation
        time.sleep(0.2)
    log = (folder / "log.txt").read_text()
    pytest.fail(f"{operation} is not {state} within {SECONDS} s: {log}")


def test_another_machine_scores_and_keeps_the_report(dataset: fo.Dataset, tmp_path: Path) -> None:
    operation_id = queue(dataset)
    with another_machine(tmp_path):
        operation = wait_for(operation_id, ExecutionRunState.COMPLETED, tmp_path)
    assert operation.result.result["num_scored"] == 3
    assert operation.status.progress == 1
    dataset.reload()
    assert odquality.worst_first(dataset, "label_quality").count() == 3
    issues = odquality.list_issues(dataset, "label_quality", status="any")
    assert odquality.review_progress(dataset, "label_quality").num_open == len(issues)


def test_what_went_wrong_there_is_told(dataset: fo.Dataset, tmp_path: Path) -> None:
    operation_id = queue(dataset)
    dataset.delete_sample_field("predictions")
    with another_machine(tmp_path):
        operation = wait_for(operation_id, ExecutionRunState.FAILED, tmp_path)
    assert "labels and predictions; it has ground_truth" in operation.result.error
    assert not dataset.has_run("label_quality")


def test_a_run_that_is_cancelled_ends_and_can_be_made_again(
    dataset: fo.Dataset, tmp_path: Path
) -> None:
    # Whoever looks for the size of this image waits for its first byte.
    pipe = tmp_path / "slow.jpg"
    os.mkfifo(pipe)
    sample = dataset.first()
    size, sample.metadata, sample.filepath = sample.metadata, None, str(pipe)
    sample.save()
    operation_id = queue(dataset, method="objectlab")
    with another_machine(tmp_path):
        wait_for(operation_id, ExecutionRunState.RUNNING, tmp_path)
        DelegatedOperationService().set_failed(ObjectId(operation_id))
        deadline = time.monotonic() + SECONDS
        log = tmp_path / "log.txt"
        while "Terminating process tree" not in log.read_text():
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.2)
    dataset.reload()
    assert not dataset.has_run("label_quality")
    sample.metadata = size
    sample.save()
    assert odquality.compute_label_quality(dataset, method="objectlab").num_scored == 3
