"""The scorer's public functions: validate, choose the method, run it over the data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, overload

import numpy as np

from odquality.arrays.image_lists import ImageLists
from odquality.arrays.issues import issues_from_scores, list_all_issues
from odquality.arrays.quality import LabelQuality, score_all, score_images
from odquality.core.scenes import BoolArray, FloatArray, IntArray
from odquality.core.segments import segment_softmin
from odquality.methods.issues import MIN_PROBABILITY, Issue
from odquality.methods.objectlab.flagging import flag_images
from odquality.methods.objectlab.scorer import ObjectLab
from odquality.methods.objectlab.weights import AggregationWeights
from odquality.methods.registry import DEFAULT_SEED, make_method

Labels = Sequence[Mapping[str, Any]]
PredictionArrays = Sequence[Any]


def get_label_quality_scores(
    labels: Labels,
    predictions: PredictionArrays,
    *,
    aggregation_weights: Mapping[str, float] | None = None,
    overlapping_label_check: bool = True,
    verbose: bool = True,
) -> FloatArray:
    """Scores how likely each image is labelled right, by the reference method ObjectLab.

    An image's score depends on the other images only through the smallest similarity of any label
    to any prediction in the dataset: score the whole dataset in one call.

    Args:
        labels: N dicts, one per image: ``bboxes``, (L, 4) corners ``x1, y1, x2, y2`` in pixels;
            ``labels``, (L,) integer classes of at least 0 (classes that the detector lacks are
            fine); optionally ``iscrowd``, (L,), true for regions that are not reviewed and in
            which a prediction is no missing label.
        predictions: N arrays, one per image: (P, K + 5) columns ``x1, y1, x2, y2, confidence,
            p(class 0), ..., p(class K - 1)``; the predicted class is the most probable one. Or N
            sequences of K arrays (M, 5) ``x1, y1, x2, y2, confidence``, one array per class.
            Images without predictions may be empty in any form.
        aggregation_weights: weights of ``overlooked``, ``swap`` and ``badloc``, at least 0,
            adding up to 1; equal ones if None.
        overlapping_label_check: whether two labels of different classes on the same box count as
            swapped.
        verbose: whether to print a line about what was scored.

    Returns:
        (N,) float64 in [0, 1]; lower = more likely mislabelled.

    Raises:
        ValueError: malformed input; names the argument, the image and the box.

    Example:
        >>> import numpy as np
        >>> boxes = np.array([[10, 10, 60, 60], [90, 20, 150, 80]])
        >>> labels = [{"bboxes": boxes, "labels": np.array([1, 0])}]
        >>> found = [[0.99, 0.98, 0.02], [0.97, 0.95, 0.05]]  # both boxes, but of class 0
        >>> predictions = [np.hstack([boxes, found])]
        >>> get_label_quality_scores(labels, predictions, verbose=False).round(3)
        array([0.04])
    """
    method = ObjectLab(AggregationWeights(aggregation_weights), overlapping_label_check)
    data = ImageLists(labels, predictions)
    scores = score_images(method.fit(data.scenes()), data)["quality"]
    if verbose:
        lowest = f", the lowest score is {scores.min():.4f}" if len(scores) else ""
        print(f"odquality: scored {len(scores):,} images by ObjectLab{lowest}")
    return scores


def score_labels(
    labels: Labels,
    predictions: PredictionArrays,
    *,
    method: str = "objectlab",
    image_sizes: Any = None,
    aggregation_weights: Mapping[str, float] | None = None,
    overlapping_label_check: bool = True,
    seed: int = DEFAULT_SEED,
) -> LabelQuality:
    """Scores every image, label and prediction, by kind of error.

    Args:
        labels: N dicts, as `get_label_quality_scores` takes them.
        predictions: N arrays, as `get_label_quality_scores` takes them.
        method: ``objectlab``, which needs boxes in pixels; or ``calibrated``, which takes any
            unit, needs scipy and knows five kinds of error.
        image_sizes: (N, 2) width and height of each image in the unit of the boxes, for methods
            that need it; neither of these does.
        aggregation_weights: of ObjectLab, as in `get_label_quality_scores`.
        overlapping_label_check: of ObjectLab, as in `get_label_quality_scores`.
        seed: of the calibrated method; the same images with the same seed give the same scores.

    Returns:
        The scores of the images and boxes.

    Raises:
        ValueError: an unknown method, or malformed input; names the argument, image and box.
    """
    chosen = make_method(
        method,
        aggregation_weights=aggregation_weights,
        overlapping_label_check=overlapping_label_check,
        seed=seed,
    )
    data = ImageLists(labels, predictions, image_sizes=image_sizes)
    return score_all(chosen.fit(data.scenes()), data, method)


@overload
def find_label_issues(
    labels: Labels,
    predictions: PredictionArrays,
    *,
    method: Literal["objectlab"] = "objectlab",
    return_indices_ranked_by_score: bool = False,
    overlapping_label_check: bool = True,
) -> BoolArray | IntArray: ...


@overload
def find_label_issues(
    labels: Labels,
    predictions: PredictionArrays,
    *,
    method: Literal["calibrated"],
    min_probability: float = MIN_PROBABILITY,
    seed: int = DEFAULT_SEED,
) -> list[Issue]: ...


def find_label_issues(
    labels: Labels,
    predictions: PredictionArrays,
    *,
    method: str = "objectlab",
    return_indices_ranked_by_score: bool = False,
    overlapping_label_check: bool = True,
    min_probability: float = MIN_PROBABILITY,
    seed: int = DEFAULT_SEED,
) -> BoolArray | IntArray | list[Issue]:
    """Finds the images that have a label error, or the errors themselves.

    By ``objectlab``, the reference method, an image is an issue if any of its boxes is: a label's
    swap or badloc score, or a prediction's overlooked score, is at most a fifth of the average
    precision that the detector reaches in the box's class (mean over IoU .5, .55, ..., .95).
    Classes whose average precision is 0 are held to the mean of the others. Takes eight bytes of
    memory per prediction.

    By ``calibrated``, each error is an issue of its own, with its probability and the correction
    that would mend it.

    Args:
        labels: N dicts, as `get_label_quality_scores` takes them.
        predictions: N arrays, as `get_label_quality_scores` takes them.
        method: ``objectlab`` or ``calibrated``.
        return_indices_ranked_by_score: of ObjectLab: what to return.
        overlapping_label_check: of ObjectLab, as in `get_label_quality_scores`.
        min_probability: of the calibrated method: least probability of an issue, in [0, 1].
        seed: of the calibrated method, as in `score_labels`.

    Returns:
        By ObjectLab: (N,) bool, true for an issue; or, if ranked, (n,) int64 indices of the issues,
        the lowest label quality score first. By the calibrated method: a list of `Issue`, the
        likeliest first.

    Raises:
        ValueError: an unknown method, or malformed input; names the argument, image and box.
    """
    data = ImageLists(labels, predictions)
    chosen = make_method(method, overlapping_label_check=overlapping_label_check, seed=seed)
    if not isinstance(chosen, ObjectLab):
        return list_all_issues(chosen.fit(data.scenes()), data, min_probability)
    flagged = flag_images(chosen, data.scenes)
    if not return_indices_ranked_by_score:
        return flagged.is_issue
    ranked = issues_from_scores(flagged.quality, threshold=1.0)
    return ranked[flagged.is_issue[ranked]]


def compute_overlooked_box_scores(
    labels: Labels,
    predictions: PredictionArrays,
    *,
    alpha: float = ObjectLab.alpha,
    high_probability_threshold: float = ObjectLab.high_probability,
) -> list[FloatArray]:
    """Scores each confident prediction that overlaps no label: is it a missing label?

    Args:
        labels: N dicts, as `get_label_quality_scores` takes them.
        predictions: N arrays, as `get_label_quality_scores` takes them.
        alpha: weight of IoU against the distance of the centres, in [0, 1].
        high_probability_threshold: least confidence of a candidate.

    Returns:
        N arrays (P_i,) in [0, 1], lower = more likely missing; NaN for no candidate.

    Raises:
        ValueError: malformed input; names the argument, the image and the box.
    """
    method = ObjectLab(alpha=alpha, high_probability=high_probability_threshold)
    return _box_scores(method, labels, predictions).prediction_scores["overlooked"]


def compute_badloc_box_scores(
    labels: Labels,
    predictions: PredictionArrays,
    *,
    alpha: float = ObjectLab.alpha,
    low_probability_threshold: float = ObjectLab.low_probability,
) -> list[FloatArray]:
    """Scores each label's location by the overlapping predictions of its class.

    Args:
        labels: N dicts, as `get_label_quality_scores` takes them.
        predictions: N arrays, as `get_label_quality_scores` takes them.
        alpha: weight of IoU against the distance of the centres, in [0, 1].
        low_probability_threshold: predictions above this confidence count.

    Returns:
        N arrays (L_i,) in [0, 1], lower = more likely badly located.

    Raises:
        ValueError: malformed input; names the argument, the image and the box.
    """
    method = ObjectLab(alpha=alpha, low_probability=low_probability_threshold)
    return _box_scores(method, labels, predictions).label_scores["badloc"]


def compute_swap_box_scores(
    labels: Labels,
    predictions: PredictionArrays,
    *,
    alpha: float = ObjectLab.alpha,
    high_probability_threshold: float = ObjectLab.high_probability,
    overlapping_label_check: bool = True,
) -> list[FloatArray]:
    """Scores each label's class by the confident predictions of other classes.

    Args:
        labels: N dicts, as `get_label_quality_scores` takes them.
        predictions: N arrays, as `get_label_quality_scores` takes them.
        alpha: weight of IoU against the distance of the centres, in [0, 1].
        high_probability_threshold: predictions above this confidence count.
        overlapping_label_check: whether two labels of different classes on the same box count as
            swapped.

    Returns:
        N arrays (L_i,) in [0, 1], lower = more likely of another class.

    Raises:
        ValueError: malformed input; names the argument, the image and the box.
    """
    method = ObjectLab(
        alpha=alpha,
        high_probability=high_probability_threshold,
        overlapping_label_check=overlapping_label_check,
    )
    return _box_scores(method, labels, predictions).label_scores["swap"]


def pool_box_scores_per_image(
    box_scores: Sequence[Any], *, temperature: float = ObjectLab.temperature
) -> FloatArray:
    """Pools the scores of each image's boxes by a softmin, which follows the lowest of them.

    Args:
        box_scores: N arrays (B_i,); NaN counts as absent.
        temperature: > 0; towards 0 the softmin becomes the minimum.

    Returns:
        (N,) float64; 1.0 for an image without scores.

    Raises:
        ValueError: an image's scores are not one-dimensional, or the temperature is not positive.
    """
    if not temperature > 0:
        raise ValueError(f"temperature is {temperature}; expected a number above 0")
    for image, scores in enumerate(box_scores):
        if np.ndim(scores) != 1:
            raise ValueError(
                f"box_scores[{image}] has shape {np.shape(scores)}; expected one score per box"
            )
    counts = np.array([len(scores) for scores in box_scores], np.int64)
    values = np.concatenate([np.empty(0), *box_scores])
    rows = np.repeat(np.arange(len(counts)), counts)
    return segment_softmin(values, rows, len(counts), temperature=temperature)


def _box_scores(method: ObjectLab, labels: Labels, predictions: PredictionArrays) -> LabelQuality:
    data = ImageLists(labels, predictions)
    return score_all(method.fit(data.scenes()), data, "objectlab")
