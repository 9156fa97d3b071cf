"""What users have set for the App is as it was, byte for byte, when the runs are gone."""

from __future__ import annotations

from typing import Any

import fiftyone as fo
import fiftyone.operators as foo
import pytest

import odquality
from odquality.app.names import COMPUTE

GROUPS = [
    fo.SidebarGroupDocument(name="mine", paths=["ground_truth"], expanded=False),
    fo.SidebarGroupDocument(name="tags", paths=["tags"]),
]
CONFIGS = [
    {},
    {"sidebar_groups": GROUPS, "active_fields": fo.ActiveFields(paths=["predictions"])},
    {"active_fields": fo.ActiveFields(paths=["ground_truth", "predictions"])},
    {"active_fields": fo.ActiveFields(exclude=True, paths=["ground_truth"])},
    {"sidebar_groups": [], "color_scheme": fo.ColorScheme(color_pool=["#ff0000"])},
]


def set_up(dataset: fo.Dataset, config: dict[str, Any]) -> None:
    for name, value in config.items():
        setattr(dataset.app_config, name, value)
    dataset.save()


def stored(dataset: fo.Dataset) -> dict[str, Any]:
    """The App's configuration of a dataset as the database holds it."""
    datasets = dataset._sample_collection.database["datasets"]
    document = datasets.find_one({"_id": dataset._doc.id})
    return dict(document["app_config"])


def score(dataset: fo.Dataset, key: str, **settings: Any) -> None:
    foo.get_operator(COMPUTE)(dataset, key=key, **settings)


@pytest.mark.parametrize("config", CONFIGS)
@pytest.mark.parametrize("method", ["calibrated", "objectlab"])
def test_a_run_leaves_as_it_came(dataset: fo.Dataset, config: dict[str, Any], method: str) -> None:
    set_up(dataset, config)
    before = stored(dataset)
    score(dataset, "one", method=method)
    assert stored(dataset) != before
    dataset.rename_run("one", "renamed")
    dataset.delete_run("renamed")
    assert stored(dataset) == before


@pytest.mark.parametrize("config", CONFIGS)
def test_several_runs_leave_as_they_came(dataset: fo.Dataset, config: dict[str, Any]) -> None:
    set_up(dataset, config)
    before = stored(dataset)
    for key in ("one", "two", "one"):
        score(dataset, key)
    dataset.delete_run("one")
    assert "two" in dataset.app_config.active_fields.paths or config.get("active_fields")
    dataset.delete_run("two")
    assert stored(dataset) == before


def test_what_the_user_changed_meanwhile_stays(dataset: fo.Dataset) -> None:
    score(dataset, "one")
    groups = dataset.app_config.sidebar_groups
    groups.append(fo.SidebarGroupDocument(name="mine", paths=[]))
    dataset.app_config.sidebar_groups = groups
    dataset.app_config.active_fields = fo.ActiveFields(paths=["predictions", "one"])
    dataset.save()
    score(dataset, "two")
    for key in ("one", "two"):
        dataset.delete_run(key)
    assert "mine" in [group.name for group in dataset.app_config.sidebar_groups]
    assert dataset.app_config.active_fields.paths == ["predictions"]


def test_decisions_stay_undrawn_when_the_run_is_gone(dataset: fo.Dataset) -> None:
    score(dataset, "one")
    odquality.dismiss(dataset, "one", odquality.list_issues(dataset, "one", limit=1))
    dataset.delete_run("one")
    assert sorted(dataset.app_config.active_fields.paths) == ["ground_truth", "predictions"]
    odquality.delete_decisions(dataset, gt_field="ground_truth")
    assert dataset.app_config.active_fields is None
    assert dataset.app_config.sidebar_groups is None
