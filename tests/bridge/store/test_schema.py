"""Declarations of fields are changed in the database, whatever other processes do meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

import fiftyone as fo
import fiftyone.core.odm as foo
import pytest

from odquality.bridge.store import schema
from odquality.bridge.store.marks import is_own, marked_key
from odquality.bridge.store.schema import FieldExistsError, FieldSpec

LABELS = "ground_truth.detections"


def floats(*paths: str) -> list[FieldSpec]:
    return [FieldSpec(path, f"About {path}", {"ftype": fo.FloatField}) for path in paths]


def stored(dataset: fo.Dataset) -> list[dict[str, object]]:
    return foo.get_db_conn().datasets.find_one({"_id": dataset._doc.id})["sample_fields"]


def store(dataset: fo.Dataset, fields: list[dict[str, object]]) -> None:
    """What another process would write."""
    query = {"_id": dataset._doc.id}
    foo.get_db_conn().datasets.update_one(query, {"$set": {"sample_fields": fields}})


def test_fields_are_as_fiftyone_declares_them(dataset: fo.Dataset, make_dataset) -> None:
    other = make_dataset()
    other.add_sample_field("ground_truth", fo.EmbeddedDocumentField, fo.Detections)
    for path in ("score", f"{LABELS}.score"):
        other.add_sample_field(path, fo.FloatField, description=f"About {path}")
    schema.change(dataset, key="score", add=floats("score", f"{LABELS}.score"))
    found, expected = schema.declared(dataset), schema.declared(other)
    for path in ("score", f"{LABELS}.score"):
        changing = ("created_at", "info")
        assert found[path].keys() == expected[path].keys()
        assert all(
            found[path][part] == value
            for part, value in expected[path].items()
            if part not in changing
        )
        assert marked_key(found[path]["info"], path) == "score"
    assert is_own(dataset.get_field("score"))


def test_the_process_sees_them_in_views_made_before(dataset: fo.Dataset) -> None:
    view = dataset.limit(1)
    one = view.first()
    schema.change(dataset, key="k", add=floats("score", f"{LABELS}.score"))
    dataset.set_values("score", [0.5] * len(dataset))
    assert view.first().score == 0.5
    assert view.values("score") == [0.5]
    assert view.has_field(f"{LABELS}.score")
    assert one.id == view.first().id


def test_what_exists_is_refused_unless_it_is_owned(dataset: fo.Dataset) -> None:
    dataset.add_sample_field("mine", fo.StringField)
    before = stored(dataset)
    with pytest.raises(FieldExistsError, match="'mine' exists"):
        schema.change(dataset, key="k", add=floats("other", "mine"))
    assert stored(dataset) == before
    schema.change(dataset, key="k", add=floats("other", "mine"), owned=["mine"])
    assert isinstance(dataset.get_field("mine"), fo.StringField)
    assert dataset.has_field("other")


def test_a_field_without_its_parent_is_refused(dataset: fo.Dataset) -> None:
    with pytest.raises(ValueError, match=r"'nothing.detections' does not exist any more"):
        schema.change(dataset, key="k", add=floats("nothing.detections.score"))


def test_removing_leaves_all_others(dataset: fo.Dataset) -> None:
    before = stored(dataset)
    schema.change(dataset, key="k", add=floats("score", f"{LABELS}.score"))
    schema.remove(dataset, ["score", f"{LABELS}.score", "absent", "absent.detections.score"])
    assert stored(dataset) == before
    assert not dataset.has_field("score")
    assert not dataset.has_field(f"{LABELS}.score")
    assert not hasattr(dataset.first(), "score")


def test_copies_have_the_type_and_a_new_mark(dataset: fo.Dataset) -> None:
    embedded = FieldSpec(
        "a_boxes",
        "Boxes",
        {"ftype": fo.EmbeddedDocumentField, "embedded_doc_type": fo.Detections},
    )
    part = FieldSpec("a_boxes.detections.kind", "Kind", {"ftype": fo.StringField}, is_part=True)
    schema.change(dataset, key="a", add=[embedded, part, *floats("a")])
    schema.change(dataset, key="b", copy={"a_boxes": "b_boxes", "a": "b", "absent": "c"})
    declared = schema.declared(dataset)
    assert isinstance(dataset.get_field("b_boxes.detections.kind"), fo.StringField)
    for path in ("b", "b_boxes"):
        assert marked_key(declared[path]["info"], path) == "b"
    assert declared["b_boxes.detections.kind"]["info"] is None
    assert "c" not in declared


def test_declarations_of_other_processes_are_kept(dataset: fo.Dataset) -> None:
    # This process still sees the fields as they were when the other one added one.
    other = floats("others")[0]
    store(dataset, [*stored(dataset), schema._declaration(other, "others")])
    assert not dataset.has_field("others")
    schema.change(dataset, key="k", add=floats("score"))
    assert {"others", "score"} <= set(schema.declared(dataset))
    assert dataset.has_field("others")


def test_declarations_that_another_process_removed_are_made_again(dataset: fo.Dataset) -> None:
    before = stored(dataset)
    schema.change(dataset, key="k", add=floats("score"))
    store(dataset, before)
    assert dataset.has_field("score")
    schema.change(dataset, key="k", add=floats("score"))
    assert "score" in schema.declared(dataset)


def test_changes_at_the_same_time_are_all_made(dataset: fo.Dataset) -> None:
    def declare(number: int) -> None:
        schema._edit(
            dataset,
            lambda fields: schema._add(
                fields,
                f"score_{number}",
                schema._declaration(floats(f"score_{number}")[0], "k"),
                (),
            ),
        )

    threads = [threading.Thread(target=declare, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {f"score_{number}" for number in range(8)} <= set(schema.declared(dataset))


def test_what_depends_on_the_declarations_is_decided_by_those_that_are_changed(
    dataset: fo.Dataset,
) -> None:
    seen: list[bool] = []

    def wanted(declared: Mapping[str, Any]) -> list[FieldSpec]:
        seen.append("theirs" in declared)
        if len(seen) == 1:
            dataset.add_sample_field("theirs", fo.StringField)
        return [] if "theirs" in declared else floats("ours")

    schema.change(dataset, key="k", add=wanted)
    assert seen == [False, True]
    assert "ours" not in schema.declared(dataset)


def test_a_deleted_dataset_is_told(make_dataset) -> None:
    dataset = fo.Dataset()
    foo.get_db_conn().datasets.delete_one({"_id": dataset._doc.id})
    for look in (schema.declared, schema.refresh):
        with pytest.raises(ValueError, match="was deleted"):
            look(dataset)


def test_what_is_shown_already_is_not_loaded_again(
    dataset: fo.Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[str] = []
    load = schema.reload

    def reload(dataset: fo.Dataset) -> None:
        loaded.append(dataset.name)
        load(dataset)

    monkeypatch.setattr(schema, "reload", reload)
    schema.refresh(dataset)
    del loaded[:]
    schema.refresh(dataset)
    assert loaded == []
    store(dataset, [one for one in stored(dataset) if one["name"] != "predictions"])
    schema.refresh(dataset)
    assert not dataset.has_field("predictions")
    schema.refresh(dataset)
    assert loaded == [dataset.name]


def test_what_another_process_changes_of_a_run_is_shown(dataset: fo.Dataset) -> None:
    dataset.register_run("run", fo.RunConfig(method="one"))
    schema.refresh(dataset)
    documents = foo.get_db_conn().runs
    documents.update_one({"_id": dataset._doc.runs["run"].id}, {"$set": {"config.method": "two"}})
    schema.refresh(dataset)
    assert dataset.get_run_info("run").config.method == "two"


def test_a_dataset_that_was_loaded_anew_is_refreshed(dataset: fo.Dataset) -> None:
    schema.refresh(dataset)
    before = dataset._doc
    dataset._reload(hard=True)
    assert dataset._doc is not before
    schema.change(dataset, key="k", add=floats("score"))
    assert dataset.has_field("score")
