"""The App shows a run's fields in a group of their own and leaves the rest as it is."""

from __future__ import annotations

from itertools import chain

import fiftyone as fo
import pytest

from odquality.bridge.store.app_config import (
    GROUP,
    forget_paths,
    hide_decisions,
    rename_paths,
    show_fields,
    show_suggestions,
)
from odquality.bridge.store.marks import make_decisions_mark


@pytest.fixture
def config(dataset: fo.Dataset) -> fo.DatasetAppConfig:
    for name in ("a", "b"):
        dataset.add_sample_field(name, fo.FloatField)
    return dataset.app_config


def groups(dataset: fo.Dataset) -> dict[str, list[str]]:
    return {group.name: list(group.paths) for group in dataset.app_config.sidebar_groups}


def test_fields_get_a_group_below_the_tags(dataset: fo.Dataset, config: object) -> None:
    show_fields(dataset, ["a", "b"], ["a"])
    assert list(groups(dataset))[:2] == ["tags", GROUP]
    assert groups(dataset)[GROUP] == ["a", "b"]
    assert "rank" in chain(*groups(dataset).values())
    assert dataset.app_config.active_fields.paths == ["a"]


def test_fields_are_shown_where_the_user_lists_those_that_are_not(
    dataset: fo.Dataset, config: fo.DatasetAppConfig
) -> None:
    config.active_fields = fo.ActiveFields(exclude=True, paths=["rank", "a"])
    dataset.save()
    show_fields(dataset, ["a", "b"], ["a"])
    assert dataset.app_config.active_fields.exclude
    assert dataset.app_config.active_fields.paths == ["rank"]


def test_each_path_stands_once(dataset: fo.Dataset, config: object) -> None:
    for _ in range(2):
        show_fields(dataset, ["a"], ["a"])
        show_fields(dataset, ["b"], ["b"])
    everywhere = list(chain(*groups(dataset).values()))
    assert len(everywhere) == len(set(everywhere))
    assert dataset.app_config.active_fields.paths == ["a", "b"]


def test_groups_of_the_user_stay(dataset: fo.Dataset, config: fo.DatasetAppConfig) -> None:
    mine = fo.SidebarGroupDocument(name="mine", paths=["rank", "a"])
    config.sidebar_groups = [mine]
    config.active_fields = fo.ActiveFields(paths=["rank"])
    dataset.save()
    show_fields(dataset, ["a"], ["a"])
    assert groups(dataset) == {GROUP: ["a"], "mine": ["rank"]}
    forget_paths(dataset, ["a"])
    assert groups(dataset) == {"mine": ["rank"]}
    assert dataset.app_config.active_fields.paths == ["rank"]


def test_forgetting_what_was_never_shown(dataset: fo.Dataset) -> None:
    forget_paths(dataset, ["a"])
    assert dataset.app_config.sidebar_groups is None


def test_the_configuration_is_saved(dataset: fo.Dataset, config: object) -> None:
    show_fields(dataset, ["a"], ["a"])
    dataset.reload()
    assert groups(dataset)[GROUP] == ["a"]


@pytest.fixture
def labels(dataset: fo.Dataset) -> set[str]:
    """The fields that are drawn without a list; those with decisions are another one."""
    shown = set(fo.DatasetAppConfig.default_active_fields(dataset).paths)
    dataset.add_sample_field(
        "decisions",
        fo.EmbeddedDocumentField,
        embedded_doc_type=fo.Detections,
        info=make_decisions_mark("ground_truth", "decisions", []),
    )
    return shown


def test_decisions_are_not_drawn_and_all_other_labels_are(
    dataset: fo.Dataset, labels: set[str]
) -> None:
    hide_decisions(dataset)
    assert set(dataset.app_config.active_fields.paths) == labels
    assert not dataset.app_config.active_fields.exclude
    hide_decisions(dataset)
    assert set(dataset.app_config.active_fields.paths) == labels


def test_decisions_join_those_that_the_user_hides(dataset: fo.Dataset, labels: set[str]) -> None:
    dataset.app_config.active_fields = fo.ActiveFields(exclude=True, paths=["rank"])
    for _ in range(2):
        hide_decisions(dataset)
    assert dataset.app_config.active_fields.exclude
    assert dataset.app_config.active_fields.paths == ["rank", "decisions"]
    forget_paths(dataset, ["decisions"])
    assert dataset.app_config.active_fields.paths == ["rank"]


@pytest.mark.parametrize("mine", [["rank"], ["rank", "decisions"]])
def test_what_the_user_lists_stays(dataset: fo.Dataset, labels: set[str], mine: list[str]) -> None:
    dataset.app_config.active_fields = fo.ActiveFields(paths=mine)
    hide_decisions(dataset)
    show_suggestions(dataset, "others")
    assert dataset.app_config.active_fields.paths == mine


def test_new_suggestions_are_drawn_beside_all_others(dataset: fo.Dataset, labels: set[str]) -> None:
    hide_decisions(dataset)
    dataset.add_sample_field("others", fo.EmbeddedDocumentField, embedded_doc_type=fo.Detections)
    for _ in range(2):
        show_suggestions(dataset, "others")
    dataset.reload()
    assert sorted(dataset.app_config.active_fields.paths) == sorted([*labels, "others"])


def test_without_decisions_the_app_chooses_again(dataset: fo.Dataset, labels: set[str]) -> None:
    hide_decisions(dataset)
    dataset.delete_sample_field("decisions")
    forget_paths(dataset, ["decisions"])
    dataset.reload()
    assert dataset.app_config.active_fields is None


@pytest.fixture
def loaded_meanwhile(dataset: fo.Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whenever a list of fields is made, the dataset is loaded anew, as by another call.

    In the App's server that forgets what was not saved; elsewhere FiftyOne saves it first.
    """
    monkeypatch.setenv("FIFTYONE_SERVER", "true")
    make = fo.ActiveFields

    def loading(**values: object) -> fo.ActiveFields:
        fo.load_dataset(dataset.name, reload=True)
        return make(**values)

    monkeypatch.setattr(fo, "ActiveFields", loading)


def in_database(dataset: fo.Dataset) -> fo.DatasetAppConfig:
    dataset.reload()
    return dataset.app_config


def test_what_is_shown_outlasts_other_calls_of_operators(
    dataset: fo.Dataset, config: object, loaded_meanwhile: None
) -> None:
    document = dataset._doc
    show_fields(dataset, ["a", "b"], ["a"])
    assert dataset._doc is not document
    assert groups(dataset)[GROUP] == ["a", "b"]
    assert dataset.app_config.active_fields.paths == ["a"]
    assert in_database(dataset).active_fields.paths == ["a"]
    assert groups(dataset)[GROUP] == ["a", "b"]


def test_what_goes_is_gone_after_other_calls_of_operators(
    dataset: fo.Dataset, config: object, loaded_meanwhile: None
) -> None:
    show_fields(dataset, ["a", "b"], ["a", "b"])
    rename_paths(dataset, {"a": "c"})
    assert in_database(dataset).active_fields.paths == ["c", "b"]
    assert groups(dataset)[GROUP] == ["c", "b"]
    forget_paths(dataset, ["b"])
    assert in_database(dataset).active_fields.paths == ["c"]
    assert groups(dataset)[GROUP] == ["c"]
