"""The App shows a run's fields in a group of their own and leaves the rest as it is."""

from __future__ import annotations

from itertools import chain

import fiftyone as fo
import pytest

from odquality.bridge.store.app_config import GROUP, forget_paths, show_fields


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
