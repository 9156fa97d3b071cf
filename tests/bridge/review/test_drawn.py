"""What the App draws once something was decided from Python."""

from __future__ import annotations

import fiftyone as fo

import odquality

KEY = "quality"


def drawn(dataset: fo.Dataset) -> set[str]:
    """The fields of labels that the App draws when a page is loaded."""
    dataset.reload()
    config = dataset.app_config.active_fields
    return set((config or fo.DatasetAppConfig.default_active_fields(dataset)).paths)


def test_decisions_are_not_drawn_and_all_else_is_as_before(dataset: fo.Dataset) -> None:
    before = drawn(dataset)
    first = odquality.list_issues(dataset, KEY, limit=1)
    odquality.accept(dataset, KEY, first)
    assert "ground_truth_decisions" in dataset.get_field_schema()
    assert drawn(dataset) == before
    odquality.compute_label_quality(dataset, key="other")
    assert drawn(dataset) == {*before, "other_suggestions"}
    odquality.delete_run(dataset, "other")
    assert drawn(dataset) == before
    odquality.delete_decisions(dataset, KEY)
    assert drawn(dataset) == before
    assert dataset.app_config.active_fields is None


def test_users_who_want_to_see_decisions_see_them(dataset: fo.Dataset) -> None:
    one, two = odquality.list_issues(dataset, KEY, limit=2)
    odquality.accept(dataset, KEY, one)
    dataset.app_config.active_fields = fo.ActiveFields(paths=["ground_truth_decisions"])
    dataset.save()
    odquality.accept(dataset, KEY, two)
    odquality.compute_label_quality(dataset, key=KEY)
    assert drawn(dataset) == {"ground_truth_decisions"}
