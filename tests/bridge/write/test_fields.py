"""Names of what a run writes."""

from __future__ import annotations

from odquality.bridge.run.settings import RunSettings
from odquality.kinds import BY_NAME


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
    swap = described["ground_truth.detections.lq_swap"]
    assert swap.startswith("Wrong class (swap). Label: how likely the class is right;")
    assert all(text.endswith("lower = more likely mislabelled") for text in described.values())


def test_who_reads_of_a_kind_reads_its_title() -> None:
    specs = {spec.path: spec.description for spec in RunSettings(key="lq").fields().specs()}
    for name, kind in BY_NAME.items():
        scores = [text for path, text in specs.items() if path.endswith(f"lq_{name}")]
        assert scores
        told = [*scores, specs["ground_truth.detections.lq_issue"]]
        assert all(kind.label in text for text in told)
