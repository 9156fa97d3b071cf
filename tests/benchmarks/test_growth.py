from __future__ import annotations

import tests.fiftyone_environment  # noqa: F401

# isort: split
import tempfile
import time

import fiftyone as fo
import pytest

from benchmarks.growth.run import bare_read_seconds, make_dataset, make_original, run
from benchmarks.growth.watch import watched
from odquality.methods.registry import METHODS


def test_files_and_traffic_are_seen() -> None:
    database = fo.core.odm.get_db_conn()
    with watched(database) as taken, tempfile.TemporaryFile() as file:
        file.write(b"0" * 3_000_000)
        file.flush()
        database.things.insert_one({"a": "b" * 2_000_000})
        assert database.things.find_one() is not None
        deadline = time.monotonic() + 30
        while taken.temporary_megabytes < 3 and time.monotonic() < deadline:
            database.things.find_one()
    database.things.drop()
    assert 3 <= taken.temporary_megabytes < 4
    assert taken.written_megabytes >= 2
    assert taken.read_megabytes >= 2


@pytest.mark.parametrize("method", METHODS)
def test_a_run_is_measured_beside_its_bare_costs(method: str) -> None:
    others = fo.list_datasets()
    name = make_original(50)
    row = run(method, name)
    assert sorted(fo.list_datasets()) == sorted([*others, name])
    fo.delete_dataset(name)
    assert (row["method"], row["images"]) == (method, 50)
    bare = row["bare read s"] + row["bare write s"]
    assert row["total / bare"] == pytest.approx(row["total s"] / bare)
    assert row["us an image"] == pytest.approx(row["total s"] / 50 * 1e6)
    assert row["MB read"] > 0.1
    assert row["peak MB"] > 100
    assert row["cores busy"] > 0


def test_datasets_are_made_and_read_part_by_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.growth.run.AT_ONCE", 7)
    dataset = make_dataset(20)
    try:
        assert len(dataset) == 20
        assert len(set(map(str, dataset.values("ground_truth.detections.bounding_box")))) == 20
        assert bare_read_seconds(dataset) > 0
    finally:
        dataset.delete()


def test_many_images_are_copies_of_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.growth.run.NUM_DISTINCT", 8)
    dataset = make_dataset(20)
    try:
        assert len(set(dataset.values("id"))) == 20
        boxes = list(map(str, dataset.values("ground_truth.detections.bounding_box")))
        assert boxes == boxes[:8] + boxes[:8] + boxes[:4]
        assert len(set(boxes)) == 8
    finally:
        dataset.delete()
