"""Labels and predictions that do not fit together: the report says so, or the run is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import fiftyone as fo
import numpy as np
import pytest

import odquality
from tests.bridge.datasets import BOX, HEIGHT, WIDTH, detection, far_sample, random_samples, sample

METHODS = ["calibrated", "objectlab"]
FIELDS = {"gt_field": "ground_truth", "pred_field": "predictions"}


def run(dataset: fo.Dataset, method: str, **arguments: Any) -> odquality.LabelQualityReport:
    return odquality.compute_label_quality(dataset, method=method, **{**FIELDS, **arguments})


def make(label: str, found: str, **attributes: Any) -> list[fo.Sample]:
    return [
        sample([detection(label, BOX)], [detection(found, BOX, confidence=0.97, **attributes)])
        for _ in range(5)
    ]


@pytest.mark.parametrize("method", METHODS)
def test_predicted_classes_may_be_mapped(make_dataset: Any, method: str) -> None:
    samples = [*make("vehicle", "car"), *make("vehicle", "bus"), *make("dog", "dog")]
    dataset = make_dataset(samples)
    before = run(dataset, method).warnings
    assert "of classes that" in before[0]
    mapped = run(dataset, method, class_map={"car": "vehicle", "bus": "vehicle", "van": "vehicle"})
    assert mapped.warnings == ["class_map names classes that 'predictions' has not: 'van'"]
    assert min(dataset.values("label_quality_swap")) > 0.9
    stored = dataset.get_run_info("label_quality").config.class_map
    assert stored == {"car": "vehicle", "bus": "vehicle", "van": "vehicle"}


@pytest.mark.parametrize("method", METHODS)
def test_a_class_map_that_leads_to_no_label(make_dataset: Any, method: str) -> None:
    dataset = make_dataset([*make("vehicle", "car"), *make("dog", "dog")])
    (warning,) = run(dataset, method, class_map={"car": "vehicel"}).warnings[-1:]
    assert warning == "class_map leads to classes that no label of 'ground_truth' has: 'vehicel'"
    assert run(dataset, method, class_map={"car": "vehicle"}).warnings == []


@pytest.mark.parametrize("classes", [["cat", "dog"], ["dog", "cat"]])
def test_equal_probabilities_leave_the_label(make_dataset: Any, classes: Any) -> None:
    samples = [*make("cat", "cat", probs=[1.0, 1.0]), *make("dog", "dog", probs=[1.0, 1.0])]
    dataset = make_dataset(samples)
    assert run(dataset, "calibrated", classes=classes).warnings == []
    assert min(dataset.values("label_quality_swap")) > 0.9


@pytest.mark.parametrize("setting", ["probs_attr", "iscrowd"])
def test_an_attribute_that_was_named_and_is_nowhere(make_dataset: Any, setting: str) -> None:
    dataset = make_dataset(make("cat", "cat"))
    (warning,) = run(dataset, "calibrated", **{setting: "prob"}).warnings
    assert warning.startswith(f"{setting} is 'prob', which is no attribute of any detection that")
    one = dataset.first()
    for label in (*one.ground_truth.detections, *one.predictions.detections):
        label["prob"] = None if setting == "iscrowd" and label.confidence else 0.0
    one.save()
    assert run(dataset, "calibrated", iscrowd="prob").warnings == []
    assert run(dataset, "calibrated").warnings == []


def test_a_list_of_classes_that_nobody_needs_is_not_looked_at(make_dataset: Any) -> None:
    dataset = make_dataset(make("cat", "cat"))
    dataset.default_classes = ["cat", "cat"]
    with pytest.raises(ValueError, match=r"^dataset\.default_classes names \['cat'\] more than"):
        run(dataset, "calibrated")
    assert run(dataset, "calibrated", probs_attr=None).num_scored == 5
    assert run(dataset, "calibrated", classes=["cat"]).num_scored == 5


@pytest.mark.parametrize("method", METHODS)
def test_classes_that_mean_something_else(make_dataset: Any, method: str) -> None:
    pairs = [("1", "0"), ("2", "1"), ("3", "2")] * 2
    dataset = make_dataset([one for label, found in pairs for one in make(label, found)])
    (warning,) = run(dataset, method).warnings
    assert warning.startswith("only 0% of the compared boxes of 'ground_truth' that have a box of")
    right = {"0": "1", "1": "2", "2": "3"}
    assert run(dataset, method, class_map=right).warnings == []


@pytest.mark.parametrize("method", METHODS)
def test_boxes_that_begin_with_the_centre(make_dataset: Any, method: str) -> None:
    samples = [one for _ in range(5) for one in make("cat", "cat")]
    for one in samples:
        x, y, width, height = one.predictions.detections[0].bounding_box
        one.predictions.detections[0].bounding_box = [x + width / 2, y + height / 2, width, height]
    (warning,) = run(make_dataset(samples), method).warnings
    assert "neither begins with the centre nor puts y before x" in warning


def test_probabilities_of_mapped_classes_add_up(make_dataset: Any) -> None:
    # The one far from its label makes the smallest similarity.
    dataset = make_dataset([far_sample(), *make("vehicle", "dog", probs=[0.3, 0.3, 0.4])])
    arguments = {
        "classes": ["car", "bus", "dog"],
        "class_map": {"car": "vehicle", "bus": "vehicle"},
    }
    run(dataset, "objectlab", **arguments)
    assert min(dataset.values("label_quality_swap")) == pytest.approx(1.0)
    run(dataset, "objectlab", classes=arguments["classes"])
    assert max(dataset.values("label_quality_swap")[1:]) < 0.1


@pytest.mark.parametrize("method", METHODS)
def test_swapped_fields_are_refused_and_nothing_is_written(
    dataset: fo.Dataset, method: str
) -> None:
    schema = list(dataset.get_field_schema(flat=True))
    with pytest.raises(ValueError, match=r"pred_field 'ground_truth' has no confidences while gt_"):
        run(dataset, method, gt_field="predictions", pred_field="ground_truth")
    assert dataset.list_runs() == []
    assert list(dataset.get_field_schema(flat=True)) == schema


def test_what_the_first_samples_hide_is_refused_at_the_end(make_dataset: Any) -> None:
    plain = [sample([], [], filepath=f"/nowhere/{row}.jpg") for row in range(120)]
    dataset = make_dataset([*plain, *make("cat", "cat")])
    with pytest.raises(ValueError, match="seem to be swapped"):
        run(dataset, "calibrated", gt_field="predictions", pred_field="ground_truth")
    assert dataset.list_runs() == []
    assert not dataset.has_field("label_quality")


@pytest.mark.parametrize("method", METHODS)
def test_confidences_in_percent_are_refused(make_dataset: Any, method: str) -> None:
    samples = make("cat", "cat")
    for one in samples:
        one.predictions.detections[0].confidence = 97.0
    with pytest.raises(ValueError, match=r"confidences of pred_field 'predictions' go up to 97"):
        run(make_dataset(samples), method)


@pytest.mark.parametrize(
    ("confidence", "treated"),
    [
        (1.0, {}),
        (1.0000001192092896, {}),
        (1.3333333, {"predictions with a confidence above 1: taken for 1": 1}),
    ],
)
def test_the_surest_prediction_counts(make_dataset: Any, confidence: float, treated: Any) -> None:
    samples = [one for _ in range(4) for one in make("cat", "cat")]
    samples[0].predictions.detections[0].confidence = confidence
    dataset = make_dataset(samples)
    report = run(dataset, "calibrated")
    assert report.treated == treated
    assert dataset.first().label_quality_spurious > 0.9


UNITS = {
    "pixels": lambda x, y, w, h: [x * WIDTH, y * HEIGHT, w * WIDTH, h * HEIGHT],
    "percent": lambda x, y, w, h: [100 * x, 100 * y, 100 * w, 100 * h],
    "corners": lambda x, y, w, h: [x, y, x + w, y + h],
}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("fields", [["predictions"], ["ground_truth", "predictions"]], ids=len)
def test_boxes_in_another_unit_or_form(
    make_dataset: Any, method: str, unit: str, fields: list[str]
) -> None:
    samples = random_samples(20)
    for one in samples:
        for field in fields:
            for box in one[field].detections:
                box.bounding_box = UNITS[unit](*box.bounding_box)
    warnings = run(make_dataset(samples), method).warnings
    for field in fields:
        assert any(f"of the boxes of {field!r} reach outside their" in text for text in warnings)


@pytest.mark.parametrize(
    "classes", [["dog", "cat"], {0: "dog", 1: "cat"}, np.array(["dog", "cat"])]
)
def test_classes_in_another_order_than_the_probabilities(make_dataset: Any, classes: Any) -> None:
    dataset = make_dataset([*make("cat", "cat", probs=[0.9, 0.1])])
    (warning,) = run(dataset, "calibrated", classes=classes).warnings[-1:]
    assert "the class probabilities of 100% of 'predictions'" in warning
    assert dataset.get_run_info("label_quality").config.classes == ["dog", "cat"]
    in_order = classes[::-1] if not isinstance(classes, dict) else {0: "cat", 1: "dog"}
    assert run(dataset, "calibrated", classes=in_order).warnings == []


@pytest.mark.parametrize("method", METHODS)
def test_images_without_annotation(make_dataset: Any, method: str) -> None:
    found = [detection("cat", BOX, confidence=0.99)]
    dataset = make_dataset([*make("cat", "cat"), sample(None, found), sample([], found)])
    report = run(dataset, method)
    assert report.unscored == {"no value in 'ground_truth'": 1}
    assert "here 1: if an annotator" in report.warnings[-1]
    assert "score_unannotated=True" in report.warnings[-1]
    report = run(dataset, method, score_unannotated=True)
    assert report.unscored == {}
    what = "samples without a value in 'ground_truth': scored as images without labels"
    assert report.treated == {what: 1}
    assert report.warnings == []
    as_none, as_empty = dataset.values("label_quality")[-2:]
    assert as_none == as_empty is not None
    assert dataset.values("ground_truth")[-2] is None


FLAGS: list[tuple[Any, bool]] = [
    (1, True),
    ("1", True),
    ("True", True),
    ("yes", True),
    ("0", False),
    ("false", False),
    ("no", False),
    (float("nan"), False),
    (None, False),
]


@pytest.mark.parametrize("legacy", [False, True])
@pytest.mark.parametrize(("flag", "crowd"), FLAGS, ids=repr)
def test_crowds(make_dataset: Any, legacy: bool, flag: Any, crowd: bool) -> None:
    mark = {"attributes": {"iscrowd": fo.Attribute(value=flag)}} if legacy else {"iscrowd": flag}
    label = detection("cat", BOX, **mark)
    report = run(make_dataset([sample([label], []), *make("cat", "cat")]), "calibrated")
    assert report.num_labels == (5 if crowd else 6)
    assert len(report.treated) == crowd


def test_a_mark_that_says_neither_yes_nor_no(make_dataset: Any) -> None:
    label = detection("cat", BOX, iscrowd="perhaps")
    report = run(make_dataset([sample([label], [])]), "calibrated")
    assert report.treated == {"ground_truth whose 'iscrowd' says neither yes nor no: reviewed": 1}


@pytest.mark.parametrize("method", METHODS)
def test_scores_do_not_depend_on_the_order_of_samples_or_classes(
    make_dataset: Any, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    dataset = make_dataset(random_samples(30))

    def scores(samples: Any, **arguments: Any) -> list[Any]:
        run(samples, method, key="lq", **arguments)
        paths = ["lq", "ground_truth.detections.lq_swap", "predictions.detections.lq_overlooked"]
        return list(dataset.values(paths))

    expected = scores(dataset)
    assert scores(dataset.sort_by("rank", reverse=True)) == expected
    assert scores(dataset.shuffle(seed=51), classes=["dog", "zebra", "bird", "cat"]) == expected
    monkeypatch.setattr("odquality.bridge.read.reader.SAMPLES_PER_CHUNK", 7)
    assert scores(dataset.shuffle(seed=52)) == expected


def learnt(number: int, *, unlabelled: bool = False, **fields: Any) -> list[fo.Sample]:
    """Samples on which a detector confidently finds all labels, and something else besides."""
    labels = [detection("cat", [x, 40, 50, 50]) for x in range(0, 500, 60)]
    found = [detection("cat", [x, 41, 50, 50], confidence=0.9) for x in range(0, 500, 60)]
    more = [detection("cat", [300, 300, 50, 50], confidence=0.9)] * unlabelled
    return [sample(labels, [*found, *more], **fields) for _ in range(number)]


@pytest.mark.parametrize("method", METHODS)
def test_a_detector_that_repeats_the_labels_is_asked_about(make_dataset: Any, method: str) -> None:
    report = run(make_dataset(learnt(80)), method)
    assert report.maybe_in_sample
    (warning,) = report.warnings
    assert "have a label of their class in 'ground_truth'" in warning
    assert "was the detector trained on these labels?" in warning
    again = odquality.LabelQualityReport.from_dict(report.to_dict())
    assert again.maybe_in_sample
    assert warning in str(again)
    assert (report.expected_errors, report.errors_above) == ({}, {})
    if method == "calibrated":
        counted = odquality.LabelQualityReport(num_scored=1, issues={"swap": 2})
        assert "cannot be known" not in str(counted)
        assert "2 Wrong class (swap) (how many there are cannot be known" in str(
            replace(counted, maybe_in_sample=True)
        )


@pytest.mark.parametrize("method", METHODS)
def test_labels_that_a_review_took_over_make_no_detector_look_trained(
    make_dataset: Any, method: str
) -> None:
    samples = learnt(80, unlabelled=True)
    for one in samples:
        missing = one.predictions.detections[-1]
        adopted = fo.Detection(label=missing.label, bounding_box=missing.bounding_box)
        one.ground_truth.detections.append(adopted)
    assert run(make_dataset(samples), method).maybe_in_sample
    for one in samples:
        one.ground_truth.detections[-1]["odquality_source"] = "prediction"
    dataset = make_dataset(samples)
    dataset.add_dynamic_sample_fields()
    assert not run(dataset, method).maybe_in_sample


def test_few_images_are_not_asked_about(make_dataset: Any) -> None:
    report = run(make_dataset(learnt(40)), "calibrated")
    assert report.warnings == []
    assert not report.maybe_in_sample


@pytest.mark.parametrize("mark", ["tags", "split", "classification"])
def test_samples_that_name_their_split_are_compared(make_dataset: Any, mark: str) -> None:
    marks: Any = {
        "tags": lambda word: {"tags": ["mine", word]},
        "split": lambda word: {"split": word},
        "classification": lambda word: {"split": fo.Classification(label=word)},
    }[mark]
    held_out = learnt(20, **marks("val")) + learnt(40, unlabelled=True, **marks("Validation"))
    report = run(make_dataset(learnt(60, **marks("train")) + held_out), "calibrated")
    (warning,) = report.warnings
    assert "on images marked as training" in warning
    assert report.maybe_in_sample
    unmarked = run(make_dataset(learnt(80) + learnt(40, unlabelled=True)), "calibrated")
    assert not unmarked.maybe_in_sample
