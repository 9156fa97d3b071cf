"""Runs on Apache Beam, in several processes: their results are those of one process."""

from __future__ import annotations

import tests.fiftyone_environment  # noqa: F401

# isort: split
import os
import signal
from collections.abc import Callable, Iterator
from typing import Any

import fiftyone as fo
import psutil
import pytest
from fiftyone import ViewField as F

import odquality
from odquality.bridge.run.compute import iter_label_quality
from odquality.bridge.run.settings import RunSettings
from odquality.bridge.store import exchange, records
from tests.bridge.datasets import finish, random_samples
from tests.bridge.engines.processes import do
from tests.bridge.engines.runs import KEY, METHODS, all_of, contents, outcome, told
from tests.bridge.engines.test_parts import CLASSES, crowds, other_names, probabilities

pytest.importorskip("apache_beam", reason='needs Apache Beam: pip install ".[beam]"')
distributed = pytest.importorskip("dask.distributed", reason='needs Dask: pip install ".[beam]"')

DIRECT = ["--runner=DirectRunner", "--direct_running_mode=multi_processing"]
DASK = "--runner=apache_beam.runners.dask.dask_runner.DaskRunner"


def nothing(samples: Any) -> None:
    """Leaves samples as they are."""


CASES: dict[str, tuple[Any, Callable[[fo.Dataset], Any], dict[str, Any]]] = {
    "dataset": (nothing, all_of, {}),
    "view": (crowds, lambda dataset: dataset.match(F("rank") % 3 != 0).shuffle(seed=51), {}),
    "hidden labels": (
        crowds,
        lambda dataset: dataset.filter_labels("ground_truth", F("label") != "dog"),
        {},
    ),
    "other class names": (other_names, all_of, {"class_map": {"CAT": "cat", "puppy": "bird"}}),
    "class probabilities": (probabilities, all_of, {"classes": CLASSES}),
}


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """Two worker processes, each of which is started again when it dies."""
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:
        yield cluster


def on_dask(cluster: Any, *options: str, images_per_part: int = 1) -> odquality.BeamEngine:
    flags = [DASK, f"--dask_client_address={cluster.scheduler_address}", *options]
    return odquality.BeamEngine(flags, images_per_part=images_per_part)


@pytest.fixture
def dataset(make_dataset: Any) -> fo.Dataset:
    """Nine chunks of samples."""
    return make_dataset(random_samples(60))


@pytest.mark.parametrize(
    ("method", "workers", "images"), [("calibrated", 2, 1), ("objectlab", 2, 20)]
)
def test_processes_on_this_machine(
    dataset: fo.Dataset, method: str, workers: int, images: int
) -> None:
    expected = outcome(dataset, method=method)
    options = [*DIRECT, f"--direct_num_workers={workers}"]
    engine = odquality.BeamEngine(options, images_per_part=images)
    assert outcome(dataset, method=method, engine=engine) == expected
    assert exchange._pieces().count_documents({}) == 0


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("method", METHODS)
def test_a_cluster_of_processes(make_dataset: Any, cluster: Any, method: str, case: str) -> None:
    change, view, settings = CASES[case]
    samples = random_samples(60)
    change(samples)
    dataset = make_dataset(samples)
    expected = outcome(dataset, view, method=method, **settings)
    assert outcome(dataset, view, method=method, engine=on_dask(cluster), **settings) == expected


@pytest.mark.parametrize(
    ("images", "options"),
    [(1, ["--dask_npartitions=2"]), (1, ["--dask_partition_size=4"]), (20, []), (1000, [])],
)
def test_any_number_of_parts_and_pieces_of_work(
    dataset: fo.Dataset, cluster: Any, images: int, options: list[str]
) -> None:
    engine = on_dask(cluster, *options, images_per_part=images)
    assert outcome(dataset, engine=engine) == outcome(dataset)


@pytest.mark.parametrize("where", ["this machine", "a cluster"])
def test_several_processes_share_the_work(cluster: Any, where: str) -> None:
    engine = on_dask(cluster)
    if where == "this machine":
        engine = odquality.BeamEngine([*DIRECT, "--direct_num_workers=2"])
    done: Any = engine.gather(do, "a side input", range(20))  # type: ignore[arg-type]
    assert done.parts == set(range(20))
    assert done.shared == {"a side input"}
    assert len(done.processes - {os.getpid()}) == 2


def test_a_worker_that_is_killed_changes_nothing(make_dataset: Any, cluster: Any) -> None:
    dataset = make_dataset(random_samples(1000))
    expected = outcome(dataset)
    written = {KEY: {"$exists": True}}
    count = dataset._sample_collection.count_documents
    steps = iter_label_quality(dataset, RunSettings(key=KEY), on_dask(cluster))
    with distributed.Client(cluster) as client:
        victim = next(iter(client.run(os.getpid).values()))
        while not count(written):
            next(steps)
        os.kill(victim, signal.SIGKILL)
        assert count(written) < 1000
        report = finish(steps)
        assert victim not in client.run(os.getpid).values()
    assert contents(dataset) == expected[0]
    assert told(report) == expected[1]
    _assert_recorded_once(dataset)


def test_workers_of_this_machine_that_are_killed(make_dataset: Any) -> None:
    """Beam's own runner starts none again: the run fails, and can be run once more."""
    dataset = make_dataset(random_samples(300))
    expected, before = outcome(dataset), contents(dataset)
    count = dataset._sample_collection.count_documents
    engine = odquality.BeamEngine([*DIRECT, "--direct_num_workers=2"], images_per_part=1)
    steps = iter_label_quality(dataset, RunSettings(key=KEY), engine)
    while not count({KEY: {"$exists": True}}):
        next(steps)
    for process in psutil.Process().children(recursive=True):
        if "sdk_worker_main" in " ".join(process.cmdline()):
            process.kill()
    with pytest.raises(RuntimeError, match=r"BeamEngine failed.*Run 'lq' is incomplete"):
        finish(steps)
    assert count({KEY: {"$exists": True}}) < 300
    assert records.find(dataset, KEY).state == "incomplete"
    report = odquality.compute_label_quality(dataset, key=KEY)
    assert (contents(dataset), told(report)) == expected[:2]
    _assert_recorded_once(dataset)
    dataset.delete_run(KEY)
    assert contents(dataset) == before


def _assert_recorded_once(dataset: fo.Dataset) -> None:
    (record,) = records.find_all(dataset)
    assert record.is_complete
    database = fo.core.odm.get_db_conn()
    files = [one["_id"] for one in database["fs.files"].find({"_id": {"$in": record.files}})]
    assert files == [record.results]
    assert database.runs.count_documents({"_dataset_id": dataset._doc.id}) == 1
    assert exchange._pieces().count_documents({}) == 0
