"""The scores equal those of cleanlab, where it is installed, on random and on real data."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import odquality
from devtools.real_data import VOC
from odquality.arrays.image_lists import ImageLists
from odquality.methods.objectlab.average_precision import AveragePrecision
from tests.arrays.scenes import Labels, PerClass, labels_of, random_scenes, to_rows

rank = pytest.importorskip("cleanlab.object_detection.rank")
filter_ = pytest.importorskip("cleanlab.object_detection.filter")

# Images, predictions at most, classes.
SIZES = [(1, 5, 1), (2, 100, 3), (25, 8, 5), (60, 30, 4), (500, 3, 3), (40, 0, 2)]


@pytest.fixture(params=SIZES, ids=str)
def scenes(request: pytest.FixtureRequest) -> tuple[Labels, PerClass]:
    num_images, max_predictions, num_classes = request.param
    return random_scenes(
        num_images, num_images, num_classes=num_classes, max_predictions=max_predictions
    )


@pytest.fixture(scope="module")
def agreeing() -> tuple[Labels, PerClass]:
    """Scenes whose detector has found something of every class."""
    return random_scenes(7, 50)


@pytest.fixture(scope="module")
def voc() -> tuple[Labels, PerClass]:
    if not VOC.is_file():
        pytest.skip("the real data (voc2007test_yolov2.npz) is not there")
    arrays = dict(np.load(VOC))
    num_images, num_classes = len(arrays["img_id"]), len(arrays["class_names"])
    found = np.column_stack([arrays["pr_xyxy"], arrays["pr_score"]]).astype(np.float64)
    labels, predictions = [], []
    for image in range(num_images):
        of_image = arrays["gt_img"] == image
        labels.append(
            {
                "bboxes": arrays["gt_xyxy"][of_image].astype(np.float64),
                "labels": arrays["gt_cls"][of_image],
            }
        )
        rows, classes = found[arrays["pr_img"] == image], arrays["pr_cls"]
        classes = classes[arrays["pr_img"] == image]
        predictions.append([rows[classes == number] for number in range(num_classes)])
    return labels, predictions


def assert_close(found: Any, expected: Any) -> None:
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)


def assert_all_close(found: list[Any], expected: list[Any]) -> None:
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        assert_close(one, other)


def average_precision_by_class(labels: Any, predictions: Any) -> Any:
    collected = AveragePrecision()
    for scenes in ImageLists(labels, predictions).scenes():
        collected = collected.merge(AveragePrecision.observe(scenes))
    return collected.per_class()


def average_precision(labels: Any, predictions: Any) -> Any:
    return average_precision_by_class(labels, predictions)[1]


def without_ties(predictions: PerClass) -> PerClass:
    """The predictions with confidences that all differ, by a hair if need be."""
    number = 0
    for image in predictions:
        for rows in image:
            rows[:, 4] = rows[:, 4] * (1 - 1e-4) + 1e-9 * (number + np.arange(len(rows)))
            number += len(rows)
    return predictions


def on_grid(labels: Labels, predictions: PerClass, step: float) -> tuple[Labels, PerClass]:
    """Boxes with corners on a grid: many an IoU is exactly a threshold or equal to another."""

    def snapped(corners: Any) -> Any:
        corners = step * np.round(corners / step)
        return np.hstack([corners[:, :2], np.maximum(corners[:, 2:], corners[:, :2] + step)])

    return (
        [{**label, "bboxes": snapped(label["bboxes"])} for label in labels],
        [[np.column_stack([snapped(rows[:, :4]), rows[:, 4]]) for rows in p] for p in predictions],
    )


def expected_average_precision(labels: Labels, predictions: PerClass) -> Any:
    scaled = filter_._get_per_class_ap(labels, predictions)
    return np.array(list(scaled.values()), float) / filter_.AP_SCALE_FACTOR


@pytest.mark.parametrize("overlapping_label_check", [True, False])
@pytest.mark.parametrize("weights", [None, {"overlooked": 0.7, "swap": 0.3, "badloc": 0.0}])
@pytest.mark.parametrize("layout", [list, to_rows])
def test_quality(
    scenes: tuple[Labels, PerClass], layout: Any, weights: Any, overlapping_label_check: bool
) -> None:
    labels, predictions = scenes
    settings = {
        "aggregation_weights": weights,
        "overlapping_label_check": overlapping_label_check,
        "verbose": False,
    }
    found = odquality.get_label_quality_scores(labels, layout(predictions), **settings)
    assert_close(found, rank.get_label_quality_scores(labels, predictions, **settings))


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("compute_overlooked_box_scores", {}),
        ("compute_overlooked_box_scores", {"alpha": 0.4, "high_probability_threshold": 0.6}),
        ("compute_badloc_box_scores", {}),
        ("compute_badloc_box_scores", {"alpha": 0.4, "low_probability_threshold": 0.2}),
        ("compute_swap_box_scores", {}),
        ("compute_swap_box_scores", {"overlapping_label_check": False}),
        ("compute_swap_box_scores", {"alpha": 0.4, "high_probability_threshold": 0.6}),
        ("compute_swap_box_scores", {"alpha": 1.0}),
        ("compute_badloc_box_scores", {"alpha": 0.0}),
    ],
)
def test_box_scores(scenes: tuple[Labels, PerClass], name: str, settings: dict[str, Any]) -> None:
    labels, predictions = scenes
    found = getattr(odquality, name)(labels, predictions, **settings)
    expected = getattr(rank, name)(labels=labels, predictions=predictions, **settings)
    assert_all_close(found, expected)


@pytest.mark.parametrize("temperature", [0.01, 0.1, 0.99])
def test_pooling(temperature: float) -> None:
    rng = np.random.default_rng(3)
    scores = [rng.random(number) for number in (1, 7, 40)]
    scores[1][::2] = np.nan
    scores += [np.array([]), np.array([np.nan])]
    found = odquality.pool_box_scores_per_image(scores, temperature=temperature)
    assert_close(found, rank.pool_box_scores_per_image(scores, temperature=temperature))


@pytest.mark.parametrize("threshold", [0.0, 0.1, 0.55, 1.0])
def test_issues_from_scores(threshold: float) -> None:
    scores = np.random.default_rng(4).permutation(np.linspace(0, 1, 201))
    found = odquality.issues_from_scores(scores, threshold=threshold)
    assert found.tolist() == rank.issues_from_scores(scores, threshold=threshold).tolist()


def test_average_precision(agreeing: tuple[Labels, PerClass]) -> None:
    # The reference keeps float32 values.
    found = average_precision(*agreeing)
    assert (found > 0).all()
    np.testing.assert_allclose(found, expected_average_precision(*agreeing), rtol=0, atol=1e-6)


@pytest.mark.parametrize("overlapping_label_check", [True, False])
def test_flagged_images(agreeing: tuple[Labels, PerClass], overlapping_label_check: bool) -> None:
    settings = {"overlapping_label_check": overlapping_label_check}
    found = odquality.find_label_issues(*agreeing, **settings)
    assert 0 < found.sum() < len(found)
    assert found.tolist() == filter_.find_label_issues(*agreeing, **settings).tolist()


# Datasets of one image, which the reference computes quickly, and some larger ones.
@pytest.mark.parametrize(("num_images", "seeds"), [(1, range(150)), (12, range(3))])
@pytest.mark.parametrize("step", [None, 10.0])
def test_flags_differ_for_no_other_reason(
    num_images: int, seeds: range, step: float | None
) -> None:
    """Without ties and classes of average precision 0 all flags are the same, on a grid too."""
    compared = flagged = 0
    for seed in seeds:
        labels, predictions = random_scenes(seed, num_images, num_classes=2)
        if step:
            labels, predictions = on_grid(labels, predictions, step)
        predictions = without_ties(predictions)
        expected = expected_average_precision(labels, predictions)
        found = np.zeros(2)
        classes, values = average_precision_by_class(labels, predictions)
        found[classes] = values
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-6)
        if (expected == 0).any():
            continue
        flags = odquality.find_label_issues(labels, predictions)
        assert flags.tolist() == filter_.find_label_issues(labels, predictions).tolist()
        compared += len(flags)
        flagged += flags.sum()
    assert compared > 20
    assert flagged > 0


def test_equal_confidences_count_as_if_true_positives_came_first() -> None:
    def scene(wrong: float, right: float) -> tuple[Labels, PerClass]:
        label = labels_of([([0.0, 0, 50, 50], 0), ([200.0, 200, 300, 300], 0)])
        rows = [[90.0, 90, 130, 130, wrong], [0, 0, 50, 50, right], [200, 200, 300, 280, right]]
        return label, [[np.array(rows)]]

    tied = average_precision(*scene(0.9, 0.9))
    np.testing.assert_allclose(tied, expected_average_precision(*scene(0.9, 0.9 + 1e-6)), atol=1e-6)
    assert tied[0] > expected_average_precision(*scene(0.9 + 1e-6, 0.9))[0] + 0.1


def test_a_class_of_average_precision_0_is_held_to_the_others() -> None:
    # Nothing of class 1 is found, and a confident prediction contradicts its label.
    labels = labels_of([([0.0, 0, 50, 50], 0), ([100.0, 100, 160, 160], 1)])
    predictions = [
        [
            np.array([[0.0, 0, 50, 50, 0.9], [100, 100, 160, 160, 0.99]]),
            np.array([[300.0, 300, 310, 310, 0.1]]),
        ]
    ]
    assert expected_average_precision(labels, predictions)[1] == 0
    assert odquality.find_label_issues(labels, predictions).tolist() == [True]
    assert filter_.find_label_issues(labels, predictions).tolist() == [False]


def test_flagged_images_of_the_rows_layout(agreeing: tuple[Labels, PerClass]) -> None:
    labels, predictions = agreeing
    found = odquality.find_label_issues(labels, to_rows(predictions))
    assert found.tolist() == odquality.find_label_issues(labels, predictions).tolist()


def test_ranked_issues(agreeing: tuple[Labels, PerClass], monkeypatch: pytest.MonkeyPatch) -> None:
    # The reference calls what numpy 2.4 has no more. Its ranking ignores the check of overlaps.
    monkeypatch.setattr(np, "in1d", np.isin, raising=False)
    found = odquality.find_label_issues(*agreeing, return_indices_ranked_by_score=True)
    expected = filter_.find_label_issues(*agreeing, return_indices_ranked_by_score=True)
    quality = odquality.get_label_quality_scores(*agreeing, verbose=False)
    assert sorted(found) == sorted(expected)
    # Equal scores may come in any order there.
    assert quality[found].tolist() == quality[expected].tolist()


def test_quality_of_real_detections(voc: tuple[Labels, PerClass]) -> None:
    labels, predictions = voc
    expected = rank.get_label_quality_scores(labels, predictions, verbose=False)
    assert_close(odquality.get_label_quality_scores(labels, predictions, verbose=False), expected)
    found = odquality.get_label_quality_scores(labels, to_rows(predictions), verbose=False)
    assert_close(found, expected)


def test_issues_in_real_detections(voc: tuple[Labels, PerClass]) -> None:
    labels, predictions = (part[:500] for part in voc)
    assert (average_precision(labels, predictions) > 0).all()
    is_issue = odquality.find_label_issues(labels, predictions)
    assert is_issue.tolist() == filter_.find_label_issues(labels, predictions).tolist()
