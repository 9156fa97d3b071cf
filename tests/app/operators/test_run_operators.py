from __future__ import annotations

import fiftyone.operators as foo
import pytest
from fiftyone.operators.executor import ExecutionError

import odquality

PLUGIN = "@odquality/label-quality"


def test_show_worst_images_ranks_them(dataset):
    odquality.compute_label_quality(dataset, key="run")
    ids = foo.get_operator(f"{PLUGIN}/show_worst_images")(dataset, "run").result["sample_ids"]
    assert ids == dataset.sort_by("run").values("id")


def test_show_worst_images_leaves_unscored_ones_out_and_keeps_to_the_limit(dataset):
    odquality.compute_label_quality(dataset.limit(2), key="run")
    operator = foo.get_operator(f"{PLUGIN}/show_worst_images")
    assert len(operator(dataset, "run").result["sample_ids"]) == 2
    assert len(operator(dataset, "run", limit=1).result["sample_ids"]) == 1


def test_delete_removes_the_run_and_its_fields(dataset):
    before = set(dataset.get_field_schema(flat=True))
    odquality.compute_label_quality(dataset, key="run")
    foo.get_operator(f"{PLUGIN}/delete_label_quality")(dataset, "run")
    assert dataset.list_runs() == []
    assert set(dataset.get_field_schema(flat=True)) == before


@pytest.mark.parametrize("name", ["show_worst_images", "delete_label_quality"])
def test_unknown_run_is_refused(dataset, name):
    odquality.compute_label_quality(dataset, key="run")
    with pytest.raises(ExecutionError, match="Path: key"):
        foo.get_operator(f"{PLUGIN}/{name}")(dataset, "another")


def test_without_runs_the_form_says_so(dataset):
    with pytest.raises(ExecutionError, match="no label quality runs"):
        foo.get_operator(f"{PLUGIN}/delete_label_quality")(dataset, "run")
