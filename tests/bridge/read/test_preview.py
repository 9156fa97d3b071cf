"""A look at the first samples says what a run would say."""

from __future__ import annotations

from typing import Any

import fiftyone as fo
import pytest

import odquality
from odquality.bridge.read.preview import Preview, preview
from odquality.bridge.run.settings import RunSettings
from tests.bridge.datasets import BOX, detection, sample


def samples(label: str, found: str, number: int = 5, **attributes: Any) -> list[fo.Sample]:
    attributes.setdefault("confidence", 0.9)
    return [
        sample([detection(label, BOX)], [detection(found, BOX, **attributes)])
        for _ in range(number)
    ]


def test_good_data(dataset: fo.Dataset) -> None:
    assert preview(dataset, RunSettings()) == Preview()


@pytest.mark.parametrize("method", ["calibrated", "objectlab"])
def test_warnings_are_those_of_a_run(make_dataset: Any, method: str) -> None:
    dataset = make_dataset(samples("Cat", "cat"))
    found = preview(dataset, RunSettings(method=method))
    assert "pass class_map={'cat': 'Cat'}" in found.warnings[0]
    report = odquality.compute_label_quality(dataset, method=method)
    assert list(found.warnings) == list(report.warnings)


def test_a_refusal(make_dataset: Any) -> None:
    dataset = make_dataset(samples("cat", "cat"))
    swapped = RunSettings(gt_field="predictions", pred_field="ground_truth")
    assert "seem to be swapped" in str(preview(dataset, swapped).refusal)


def test_samples_without_ground_truth(make_dataset: Any) -> None:
    dataset = make_dataset([*samples("cat", "cat"), sample(None, [])])
    assert preview(dataset, RunSettings()).has_unannotated
    assert not preview(dataset.limit(5), RunSettings()).has_unannotated


@pytest.mark.parametrize(
    "settings",
    [
        RunSettings(gt_field="missing"),
        RunSettings(gt_field=None),  # type: ignore[arg-type]
        RunSettings(method="best"),
        RunSettings(classes="cat"),
        RunSettings(iscrowd="$x"),
    ],
)
def test_whatever_is_entered_a_preview_fails_silently(dataset: Any, settings: Any) -> None:
    assert isinstance(preview(dataset, settings), Preview)
    assert isinstance(preview(dataset.to_patches("ground_truth"), settings), Preview)


def test_a_detector_that_repeats_the_labels_is_asked_about(make_dataset: Any) -> None:
    boxes = [[x, 40, 50, 50] for x in range(0, 500, 60)]
    labels = [detection("cat", box) for box in boxes]
    found = [detection("cat", box, confidence=0.9) for box in boxes]
    asked = preview(make_dataset([sample(labels, found)] * 60), RunSettings())
    assert "was the detector trained on these labels?" in str(asked.question)
    assert asked.warnings == ()
    assert preview(make_dataset([sample(labels, found)] * 20), RunSettings()) == Preview()
