"""Runs are renamed and deleted with what they wrote, and with nothing else."""

from __future__ import annotations

from typing import Any

import fiftyone as fo
import fiftyone.core.odm as foo
import pytest

import odquality
from odquality.bridge.run.upkeep import list_fields
from odquality.bridge.store import records
from odquality.bridge.store.field_names import FieldNames
from tests.bridge.datasets import assert_scored, compute, documents, expected_quality, set_all


def own_fields(dataset: fo.Dataset, key: str) -> list[str]:
    schema = dataset.get_field_schema(flat=True)
    return [path for path in schema if path.rpartition(".")[2].startswith(key)]


def test_renaming_onto_a_field_of_the_user_keeps_both(dataset: fo.Dataset) -> None:
    set_all(dataset, "review", 10)
    compute(dataset, key="lq")
    scores = dataset.values("lq")
    dataset.rename_run("lq", "review")
    assert dataset.values("review") == [10] * len(dataset)
    assert dataset.values("lq") == scores
    assert odquality.worst_first(dataset, "review").values("lq") == sorted(scores)
    with pytest.raises(ValueError, match="would overwrite"):
        compute(dataset, key="review")
    with pytest.raises(ValueError, match="would overwrite"):
        compute(dataset, key="lq")
    assert dataset.values("lq") == scores
    dataset.delete_run("review")
    assert dataset.values("review") == [10] * len(dataset)
    assert own_fields(dataset, "lq") == []


def test_a_run_whose_fields_kept_their_names_gets_its_old_key_back(
    dataset: fo.Dataset, caplog: pytest.LogCaptureFixture
) -> None:
    set_all(dataset, "review", 10)
    compute(dataset, key="lq")
    before = documents(dataset)
    dataset.rename_run("lq", "review")
    caplog.clear()
    dataset.rename_run("review", "lq")
    assert caplog.messages == []
    assert documents(dataset) == before
    compute(dataset, key="lq")


@pytest.mark.parametrize(
    "taken",
    [
        "final_swap",
        "ground_truth.detections.final_badloc",
        "predictions.detections.final_overlooked",
    ],
)
def test_renaming_onto_any_name_that_is_taken(dataset: fo.Dataset, taken: str) -> None:
    compute(dataset, key="lq")
    dataset.add_sample_field(taken, fo.FloatField)
    before = documents(dataset)
    dataset.rename_run("lq", "final")
    assert documents(dataset) == before
    assert len(own_fields(dataset, "lq")) == 7
    dataset.delete_run("final")
    assert own_fields(dataset, "lq") == []
    assert dataset.has_field(taken)


def test_renaming_onto_values_that_nobody_declared(dataset: fo.Dataset) -> None:
    compute(dataset, key="lq")
    dataset._sample_collection.update_one({"rank": 3}, {"$set": {"final_swap": "mine"}})
    dataset.rename_run("lq", "final")
    assert dataset._sample_collection.find_one({"rank": 3})["final_swap"] == "mine"
    assert dataset.count("lq_swap") == len(dataset)


@pytest.mark.parametrize("new_key", ["clean", "to_dict", "detections", "filepath"])
def test_renaming_onto_a_reserved_name(dataset: fo.Dataset, new_key: str) -> None:
    compute(dataset, key="lq")
    dataset.rename_run("lq", new_key)
    assert dataset.first().lq is not None
    dataset.delete_run(new_key)
    assert own_fields(dataset, "lq") == []


def test_everything_is_under_the_new_key(dataset: fo.Dataset) -> None:
    odquality.compute_label_quality(dataset, key="lq")
    dataset.rename_run("lq", "final")
    assert own_fields(dataset, "lq") == []
    assert len(own_fields(dataset, "final")) >= 16
    assert dataset.get_run_info("final").config.key == "final"
    assert dataset.get_run_info("final").config.state == "complete"
    assert dataset.load_run_results("final").report["key"] == "final"
    assert "final" in dataset.list_indexes()
    assert set(list_fields(dataset, "final")) > {"final", "ground_truth", "predictions"}
    assert odquality.worst_first(dataset, "final").count() == len(dataset)
    odquality.compute_label_quality(dataset, key="lq")
    assert dataset.values("lq") == dataset.values("final")


def test_a_renamed_run_can_be_run_again(dataset: fo.Dataset) -> None:
    compute(dataset, key="lq")
    dataset.rename_run("lq", "final")
    compute(dataset, key="final")
    assert_scored(dataset, expected_quality(dataset), key="final")
    assert dataset.list_runs() == ["final"]


@pytest.mark.parametrize("method", ["objectlab", "calibrated"])
def test_records_of_the_first_version_are_deleted_cleanly(dataset: fo.Dataset, method: str) -> None:
    before = documents(dataset)
    odquality.compute_label_quality(dataset, key="lq", method=method)
    _make_old(dataset, "lq")
    assert dataset.list_runs(method="odquality") == ["lq"]
    assert odquality.worst_first(dataset, "lq").count() == len(dataset)
    dataset.delete_run("lq")
    assert own_fields(dataset, "lq") == []
    assert documents(dataset) == before


def test_runs_of_the_first_version_are_renamed(dataset: fo.Dataset) -> None:
    compute(dataset, key="lq")
    scores = dataset.values("lq")
    _make_old(dataset, "lq")
    dataset.rename_run("lq", "final")
    assert dataset.values("final") == scores
    dataset.delete_run("final")
    assert own_fields(dataset, "lq") == own_fields(dataset, "final") == []


def test_runs_of_the_first_version_are_not_renamed_onto_the_user_s_fields(
    dataset: fo.Dataset,
) -> None:
    compute(dataset, key="lq")
    _make_old(dataset, "lq")
    set_all(dataset, "review", 10)
    dataset.rename_run("lq", "review")
    dataset.delete_run("review")
    assert dataset.values("review") == [10] * len(dataset)
    assert own_fields(dataset, "lq") == []


def test_runs_that_the_first_version_renamed_are_deleted_cleanly(dataset: fo.Dataset) -> None:
    """It renamed the fields, but not the key that it had noted."""
    compute(dataset, key="final")
    _make_old(dataset, "final")
    query = {"_dataset_id": dataset._doc.id}
    foo.get_db_conn().runs.update_one(query, {"$set": {"config.key": "lq"}})
    set_all(dataset, "lq", 10)
    dataset.delete_run("final")
    assert dataset.values("lq") == [10] * len(dataset)
    assert own_fields(dataset, "final") == []


def test_records_of_the_first_version_can_be_replaced(dataset: fo.Dataset) -> None:
    odquality.compute_label_quality(dataset, key="lq")
    _make_old(dataset, "lq")
    compute(dataset, key="lq")
    assert_scored(dataset, expected_quality(dataset), key="lq")
    assert len(own_fields(dataset, "lq")) == 7


def test_records_of_unknown_versions_are_listed_and_deleted(dataset: fo.Dataset) -> None:
    compute(dataset, key="lq")
    runs = foo.get_db_conn().runs
    strange = {"config.format": 99, "config.paths": 5, "config.new": {"a": [1]}, "config.state": 1}
    runs.update_one({"_dataset_id": dataset._doc.id}, {"$set": strange})
    dataset.reload()
    assert dataset.list_runs(method="odquality") == ["lq"]
    with pytest.warns(UserWarning, match="incomplete"):
        odquality.worst_first(dataset, "lq")
    dataset.delete_run("lq")
    assert dataset.list_runs() == []
    # The marks on the fields say whose they are.
    assert own_fields(dataset, "lq") == []


def test_unknown_runs(dataset: fo.Dataset) -> None:
    compute(dataset, key="lq")
    dataset.register_run("foreign", dataset.init_run(method="foreign"))
    for key in ("lqq", "foreign", "", None, 3):
        with pytest.raises(ValueError, match=r"expected a label quality run: one of \['lq'\]"):
            odquality.worst_first(dataset, key)  # type: ignore[arg-type]
        with pytest.raises(ValueError, match=r"expected a label quality run: one of \['lq'\]"):
            odquality.delete_run(dataset, key)  # type: ignore[arg-type]
    assert dataset.list_runs() == ["foreign", "lq"]
    odquality.delete_run(dataset, "lq")
    for function in (odquality.worst_first, odquality.delete_run):
        with pytest.raises(ValueError, match="quality run: one, but the dataset has none"):
            function(dataset, "lq")


@pytest.mark.parametrize("samples", ["a name", None])
def test_what_is_no_dataset_is_named(samples: Any) -> None:
    for function in (odquality.worst_first, odquality.delete_run, odquality.review_progress):
        with pytest.raises(ValueError, match="expected a FiftyOne dataset or view"):
            function(samples, "lq")
    with pytest.raises(ValueError, match="expected a FiftyOne dataset or view"):
        odquality.recalibrate_run(samples, "lq", [])


def test_scores_that_were_deleted_are_told(dataset: fo.Dataset) -> None:
    compute(dataset, key="lq")
    dataset.delete_sample_field("lq")
    with pytest.raises(ValueError, match="field 'lq', are not there any more"):
        odquality.worst_first(dataset, "lq")
    odquality.delete_run(dataset, "lq")
    assert own_fields(dataset, "lq") == []


def _make_old(dataset: fo.Dataset, key: str) -> None:
    """Makes a run look as the first version recorded it: fields without marks, a short record."""
    if dataset.has_field(FieldNames(key).expected_errors):
        dataset.delete_sample_field(FieldNames(key).expected_errors)
    database = foo.get_db_conn()
    old = ("cls", "type", "method", "gt_field", "pred_field", "key", "scoring_method")
    query = {"_dataset_id": dataset._doc.id, "key": key}
    config = database.runs.find_one(query)["config"]
    database.runs.update_one(query, {"$set": {"config": {name: config[name] for name in old}}})

    def strip(fields: list[dict[str, Any]]) -> None:
        for field in fields:
            field["info"] = None
            strip(field.get("fields") or [])

    document = database.datasets.find_one({"_id": dataset._doc.id})
    strip(document["sample_fields"])
    fields = {"$set": {"sample_fields": document["sample_fields"]}}
    database.datasets.update_one({"_id": dataset._doc.id}, fields)
    dataset.reload()
    assert records.find(dataset, key).format is None


ENTRIES = (
    "state",
    "key",
    "owner",
    "gt_field",
    "files",
    "run",
    "new_key",
    "score_field",
    "to_clear",
)


VALUES = (None, 5, "", [], [1], {}, {"a": 1}, {"token": 1}, float("nan"))


# Each value three times, in other entries.
@pytest.mark.parametrize(
    ("name", "value"),
    [
        (name, value)
        for row, name in enumerate(ENTRIES)
        for column, value in enumerate(VALUES)
        if (row + column) % 3 == 0
    ],
)
def test_a_record_that_holds_anything_does_not_block_its_key(
    dataset: fo.Dataset, name: str, value: Any
) -> None:
    entry = f"config.{name}"
    before = documents(dataset)
    compute(dataset, key="lq")
    named = {"_id": records.find(dataset, "lq").id}
    foo.get_db_conn().runs.update_one(named, {"$set": {entry: value}})
    assert set(own_fields(dataset, "lq")) <= set(list_fields(dataset, "lq"))
    compute(dataset, key="lq")
    foo.get_db_conn().runs.update_one(named, {"$set": {entry: value}})
    dataset.delete_run("lq")
    assert documents(dataset) == before
    assert dataset.list_runs() == []


@pytest.mark.parametrize("config", [None, 5, "x", [], [1], {}])
def test_a_record_without_a_configuration_blocks_nothing(dataset: fo.Dataset, config: Any) -> None:
    compute(dataset, key="lq")
    named = {"_id": records.find(dataset, "lq").id}
    foo.get_db_conn().runs.update_one(named, {"$set": {"config": config}})
    assert records.list_keys(dataset) == []
    compute(dataset, key="other")
    assert_scored(dataset, expected_quality(dataset), key="other")
