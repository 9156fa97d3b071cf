"""A run is one of FiftyOne's, which lists, loads, renames and deletes it with its fields."""

from __future__ import annotations

import fiftyone as fo
import fiftyone.core.odm as foo
import pytest

import odquality
from odquality.bridge.runs import LabelQualityRunConfig
from odquality.bridge.store import records
from odquality.bridge.store.app_config import GROUP, show_fields
from tests.bridge.datasets import compute, documents, random_samples, set_all

FIELDS = [
    "{key}",
    "{key}_overlooked",
    "{key}_swap",
    "{key}_badloc",
    "ground_truth.detections.{key}_swap",
    "ground_truth.detections.{key}_badloc",
    "predictions.detections.{key}_overlooked",
]


def paths(key: str) -> list[str]:
    return [path.format(key=key) for path in FIELDS]


@pytest.fixture
def scored(dataset: fo.Dataset) -> fo.Dataset:
    """A dataset with a run shown in the App, another run, and a field of the user's."""
    compute(dataset, key="other")
    set_all(dataset, "quality_of_mine", 0.5)
    show_fields(dataset, ["other"], ["other"])
    compute(dataset, key="quality")
    show_fields(dataset, paths("quality")[:4], ["quality"])
    return dataset


def sidebar(dataset: fo.Dataset) -> list[str]:
    (group,) = (one for one in dataset.app_config.sidebar_groups if one.name == GROUP)
    return group.paths


def test_fields_are_declared_with_descriptions(scored: fo.Dataset) -> None:
    for path in paths("quality"):
        field = scored.get_field(path)
        assert isinstance(field, fo.FloatField)
        assert field.description.endswith("in [0, 1], lower = more likely mislabelled")


def test_the_score_is_indexed(scored: fo.Dataset) -> None:
    assert "quality" in scored.list_indexes()


def test_runs_are_listed_with_their_configuration(scored: fo.Dataset) -> None:
    assert scored.list_runs() == ["other", "quality"]
    assert scored.list_runs(method="odquality") == ["other", "quality"]
    config = scored.get_run_info("quality").config
    assert isinstance(config, LabelQualityRunConfig)
    assert (config.gt_field, config.pred_field) == ("ground_truth", "predictions")
    assert config.scoring_method == "objectlab"
    assert config.plugin_version == odquality.__version__
    assert sorted(config.paths) == sorted(paths("quality"))
    assert (config.state, config.to_clear, config.score_field) == ("complete", [], "quality")


def test_only_the_plugin_s_runs_are_its_keys(dataset: fo.Dataset) -> None:
    compute(dataset, key="quality")
    dataset.register_run("foreign", dataset.init_run(method="foreign"))
    assert records.list_keys(dataset) == ["quality"]
    assert records.find(dataset, "foreign") is None
    assert records.find(dataset, "absent") is None
    assert records.has_other_run(dataset, "foreign")


def test_results_hold_the_report(dataset: fo.Dataset) -> None:
    report = compute(dataset)
    loaded = dataset.load_run_results("label_quality", cache=False)
    assert odquality.LabelQualityReport.from_dict(loaded.report) == report


def test_a_run_knows_the_view_it_was_made_on(dataset: fo.Dataset) -> None:
    compute(dataset.limit(2))
    assert dataset.count("label_quality") == 2
    assert dataset.load_run_results("label_quality").report["num_scored"] == 2


def test_deleting_removes_what_is_the_run_s(scored: fo.Dataset) -> None:
    before = documents(scored)
    schema = set(scored.get_field_schema(flat=True))
    scored.delete_run("quality")
    assert scored.list_runs() == ["other"]
    assert schema - set(scored.get_field_schema(flat=True)) == set(paths("quality"))
    assert "quality" not in scored.list_indexes()
    assert "other" in scored.list_indexes()
    assert sidebar(scored) == ["other"]
    assert scored.app_config.active_fields.paths == ["other"]
    for document in before:
        for path in paths("quality"):
            *parents, name = path.split(".")
            owners = document[parents[0]]["detections"] if parents else [document]
            for owner in owners:
                owner.pop(name, None)
    assert documents(scored) == before


def test_deleting_the_last_run_removes_the_sidebar_group(scored: fo.Dataset) -> None:
    scored.delete_run("quality")
    assert GROUP in [group.name for group in scored.app_config.sidebar_groups]
    scored.delete_run("other")
    # It had none of its own before the first run.
    assert scored.app_config.sidebar_groups is None


def test_renaming_renames_what_is_the_run_s(scored: fo.Dataset) -> None:
    schema = set(scored.get_field_schema(flat=True))
    values = [scored.values(path) for path in paths("quality")]
    scored.rename_run("quality", "renamed")
    assert scored.list_runs() == ["other", "renamed"]
    expected = schema - set(paths("quality")) | set(paths("renamed"))
    assert set(scored.get_field_schema(flat=True)) == expected
    assert [scored.values(path) for path in paths("renamed")] == values
    assert sorted(records.find(scored, "renamed").paths) == sorted(paths("renamed"))


def test_renaming_keeps_the_index(scored: fo.Dataset) -> None:
    scored.rename_run("quality", "renamed")
    assert "renamed" in scored.list_indexes()
    assert "quality" not in scored.list_indexes()


def test_renaming_keeps_the_fields_where_the_app_shows_them(scored: fo.Dataset) -> None:
    scored.rename_run("quality", "renamed")
    assert sidebar(scored) == ["other", *paths("renamed")[:4]]
    assert scored.app_config.active_fields.paths == ["other", "renamed"]


def test_a_renamed_run_can_be_replaced_and_deleted(scored: fo.Dataset) -> None:
    scored.rename_run("quality", "renamed")
    compute(scored.limit(2), key="renamed")
    assert scored.count("renamed") == 2
    scored.delete_run("renamed")
    assert not any(scored.has_field(path) for path in paths("renamed"))


def test_a_run_without_its_fields_can_be_deleted(scored: fo.Dataset) -> None:
    scored.delete_sample_fields(["quality", "ground_truth.detections.quality_swap"])
    scored.delete_run("quality")
    assert not any(scored.has_field(path) for path in paths("quality"))


def test_a_run_without_its_detections_can_be_deleted(scored: fo.Dataset) -> None:
    scored.delete_sample_field("predictions")
    scored.delete_run("quality")
    assert scored.list_runs() == ["other"]
    assert not scored.has_field("quality")


def test_deleted_runs_leave_loaded_samples_without_scores(scored: fo.Dataset) -> None:
    one = scored.first()
    scored.delete_run("quality")
    assert not one.has_field("quality")
    assert not one.ground_truth.detections[0].has_field("quality_swap")


def test_a_dataset_that_was_deleted_elsewhere_is_told_whatever_is_asked_of_it(make_dataset) -> None:
    dataset = make_dataset(random_samples(3))
    view = dataset.limit(2)
    document = foo.get_db_conn().datasets.find_one_and_delete({"_id": dataset._doc.id})
    for call in (
        lambda: odquality.compute_label_quality(dataset),
        lambda: odquality.list_issues(dataset, "label_quality"),
        lambda: odquality.worst_first(view, "label_quality"),
        lambda: odquality.delete_run(dataset, "label_quality"),
        lambda: odquality.assign_folds(dataset, 2),
        lambda: odquality.delete_decisions(dataset, gt_field="ground_truth"),
    ):
        with pytest.raises(ValueError, match=f"dataset '{dataset.name}' was deleted"):
            call()
    foo.get_db_conn().datasets.insert_one(document)
