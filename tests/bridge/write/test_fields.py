"""Names of what a run writes."""

from __future__ import annotations

from odquality.bridge.run.settings import RunSettings


def test_every_path_begins_with_the_key() -> None:
    fields = RunSettings(method="objectlab", key="lq", gt_field="gt", pred_field="model").fields()
    assert fields.sidebar_paths == ["lq", "lq_overlooked", "lq_swap", "lq_badloc"]
    assert fields.paths() == [
        *fields.sidebar_paths,
        "gt.detections.lq_swap",
        "gt.detections.lq_badloc",
        "model.detections.lq_overlooked",
    ]


def test_descriptions_say_whose_score_it_is_and_how_to_read_it() -> None:
    specs = RunSettings(method="objectlab", key="lq").fields().specs()
    described = {spec.path: spec.description for spec in specs}
    assert described["lq"].startswith("Image: how likely the labels are right;")
    assert described["ground_truth.detections.lq_swap"].startswith("Label: how likely the class")
    assert all(text.endswith("lower = more likely mislabelled") for text in described.values())
