"""Records are made, handed over and ended in single steps; the database decides between two."""

from __future__ import annotations

from typing import Any

import fiftyone as fo
import fiftyone.core.odm as foo
import pytest
from bson import ObjectId

from odquality.bridge.run.settings import RUN_CONFIG_CLASS
from odquality.bridge.store import handover, owner, records, results
from odquality.bridge.store.claim import Claim, RunLostError
from odquality.bridge.store.records import RunRecord

CONFIG = {"cls": RUN_CONFIG_CLASS, "type": "run", "method": records.RUN_METHOD, "key": "lq"}


def claim(dataset: fo.Dataset, previous: RunRecord | None = None, **changes: Any) -> Claim:
    arguments: dict[str, Any] = {
        "paths": ["lq", "ground_truth.detections.lq"],
        "to_clear": ["lq_old"],
        "score_field": "lq",
        "view_stages": None,
    }
    return handover.claim(dataset, "lq", CONFIG, previous=previous, **arguments | changes)


def find(dataset: fo.Dataset) -> RunRecord:
    record = records.find(dataset, "lq")
    assert record is not None
    return record


def test_a_record_in_the_hands_of_this_process(dataset: fo.Dataset) -> None:
    held = claim(dataset)
    record = find(dataset)
    assert record.state == "running"
    assert record.is_in_progress
    assert not record.is_complete
    assert record.paths == ("lq", "ground_truth.detections.lq", "lq_old")
    assert "in progress in process" in record.describe()
    held.give_up()


def test_fiftyone_knows_the_run(dataset: fo.Dataset) -> None:
    held = claim(dataset)
    records.refresh(dataset, "lq")
    assert dataset.list_runs() == ["lq"]
    assert dataset.get_run_info("lq").config.state == "running"
    assert dataset.load_run_results("lq") is None
    shown, final = ObjectId(), ObjectId()
    results.save_report(shown, {"state": "incomplete"})
    held.show(shown)
    records.refresh(dataset, "lq")
    assert dataset.load_run_results("lq").report == {"state": "incomplete"}
    results.save_report(final, {"state": "complete"})
    held.end(records.COMPLETE, results=final)
    records.refresh(dataset, "lq")
    assert dataset.get_run_info("lq").config.state == "complete"
    assert dataset.load_run_results("lq").report == {"state": "complete"}


def test_a_run_that_ended(dataset: fo.Dataset) -> None:
    held = claim(dataset)
    held.note({"to_clear": []})
    held.end(records.COMPLETE, results=ObjectId(), more=3)
    record = find(dataset)
    assert record.is_complete
    assert not record.is_in_progress
    assert record.owner == {}
    assert record.config["more"] == 3
    assert record.paths == ("lq", "ground_truth.detections.lq")


def test_a_run_that_was_given_up(dataset: fo.Dataset) -> None:
    assert not claim(dataset).give_up()
    record = find(dataset)
    assert record.state == "incomplete"
    assert "run it again under the same key" in record.describe().lower()
    assert "dataset.delete_run('lq')" in record.describe()


def test_two_runs_cannot_take_one_key(dataset: fo.Dataset) -> None:
    held = claim(dataset)
    with pytest.raises(ValueError, match="another run has just been started"):
        claim(dataset)
    held.renew()
    runs = foo.get_db_conn().runs.count_documents({"_dataset_id": dataset._doc.id})
    assert runs == 1
    held.give_up()


def test_two_runs_cannot_replace_the_same_run(dataset: fo.Dataset) -> None:
    claim(dataset).give_up()
    previous = find(dataset)
    second = claim(dataset, previous)
    with pytest.raises(ValueError, match="another run has just been started"):
        claim(dataset, previous)
    second.renew()
    assert find(dataset).id == previous.id
    second.give_up()


def test_who_lost_the_run_is_told(dataset: fo.Dataset) -> None:
    first = claim(dataset)
    second = handover.take_over(dataset, find(dataset), records.DELETING)
    with pytest.raises(RunLostError, match="deleted or taken over"):
        first.renew()
    with pytest.raises(RunLostError):
        first.end(records.COMPLETE, results=ObjectId())
    assert second.has_predecessor()
    first.give_up()
    assert not second.has_predecessor()
    assert find(dataset).state == "deleting"
    second.renew()
    second.give_up()


def test_a_record_that_is_gone(dataset: fo.Dataset) -> None:
    held = claim(dataset)
    foo.get_db_conn().runs.delete_many({"_dataset_id": dataset._doc.id})
    with pytest.raises(RunLostError):
        held.renew()
    assert held.give_up()
    assert records.find(dataset, "lq") is None


def test_a_process_that_died(dataset: fo.Dataset) -> None:
    held = claim(dataset)
    owner.retire(held._token)
    record = find(dataset)
    assert record.state == "running"
    assert not record.is_in_progress
    assert "incomplete" in record.describe()
    claim(dataset, record).give_up()


@pytest.mark.parametrize(("method", "attributes"), [("objectlab", 7), ("calibrated", 16)])
def test_records_of_the_first_version(dataset: fo.Dataset, method: str, attributes: int) -> None:
    config = {**CONFIG, "scoring_method": method, "gt_field": "gt", "pred_field": "pr"}
    record = RunRecord(ObjectId(), "lq", config)
    assert record.is_complete
    assert record.score_field == "lq"
    assert len(record.paths) == attributes
    assert {"lq", "lq_swap", "gt.detections.lq_badloc", "pr.detections.lq_overlooked"} <= set(
        record.paths
    )


@pytest.mark.parametrize("paths", [None, "lq", 3, [1, None], {"a": 1}])
def test_records_of_unknown_versions(dataset: fo.Dataset, paths: object) -> None:
    config = {**CONFIG, "format": 99, "paths": paths, "state": "dancing", "owner": 5}
    record = RunRecord(ObjectId(), "lq", config)
    assert record.paths == ()
    assert not record.is_complete
    assert not record.is_in_progress
    assert "incomplete" in record.describe()


def test_runs_of_others_are_not_this_plugin_s(dataset: fo.Dataset) -> None:
    dataset.register_run("foreign", dataset.init_run(method="foreign"))
    assert records.find(dataset, "foreign") is None
    assert records.has_other_run(dataset, "foreign")
    assert not records.has_other_run(dataset, "absent")
    claim(dataset).give_up()
    assert records.list_keys(dataset) == ["lq"]
    assert not records.has_other_run(dataset, "lq")


def test_a_run_that_is_forgotten(dataset: fo.Dataset) -> None:
    held = claim(dataset)
    held.forget(dataset)
    assert records.find(dataset, "lq") is None
    records.refresh(dataset, "lq")
    assert dataset.list_runs() == []
    claim(dataset).give_up()


def test_a_record_whose_document_was_lost_does_not_block_its_key(dataset: fo.Dataset) -> None:
    claim(dataset).give_up()
    foo.get_db_conn().runs.delete_many({"_dataset_id": dataset._doc.id})
    assert records.find(dataset, "lq") is None
    held = claim(dataset)
    assert find(dataset).is_in_progress
    held.give_up()


def test_records_that_the_dataset_does_not_know_are_swept_away(dataset: fo.Dataset) -> None:
    claim(dataset).give_up()
    kept = find(dataset)
    file = ObjectId()
    lost = {"_id": ObjectId(), "_dataset_id": dataset._doc.id, "key": "x", "results": file}
    runs = foo.get_db_conn().runs
    runs.insert_one({**lost, "config": {"method": records.RUN_METHOD}})
    foreign = {**lost, "_id": ObjectId(), "config": {"method": "foreign"}}
    runs.insert_one(foreign)
    in_progress = {**lost, "_id": ObjectId()}
    config = {"method": records.RUN_METHOD, "owner": owner.new_owner()}
    runs.insert_one({**in_progress, "config": config})
    assert handover.sweep(dataset) == [file]
    left = {one["_id"] for one in runs.find({"_dataset_id": dataset._doc.id})}
    assert left == {kept.id, foreign["_id"], in_progress["_id"]}


def test_a_record_under_another_key_than_its_document_says(dataset: fo.Dataset) -> None:
    """As FiftyOne leaves it when it is cut off while it renames a run."""
    claim(dataset).give_up()
    foo.get_db_conn().runs.update_one({"_id": find(dataset).id}, {"$set": {"key": "final"}})
    held = claim(dataset, find(dataset))
    assert foo.get_db_conn().runs.find_one({"_id": find(dataset).id})["key"] == "lq"
    held.give_up()
