"""The public functions that score a dataset: choose the method, run it over the data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, overload

from numpy.typing import ArrayLike

from odquality.arrays.image_lists import ImageLists, Labels, PredictionArrays
from odquality.arrays.issues import issues_from_scores, list_all_issues
from odquality.arrays.quality import LabelQuality, score_all, score_images
from odquality.core.parameters import NOT_GIVEN, NotGiven, boolean
from odquality.core.scenes import BoolArray, FloatArray, IntArray
from odquality.methods.interface import learn
from odquality.methods.issues import Issue
from odquality.methods.objectlab.flagging import flag_images
from odquality.methods.objectlab.scorer import ObjectLab
from odquality.methods.registry import make_method, method_info, method_settings


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
            which a prediction is no missing label. Words such as ``"true"`` and ``"0"`` count too,
            and what is missing (None, NaN) means no.
        predictions: N arrays, one per image: (P, K + 5) columns ``x1, y1, x2, y2, confidence,
            p(class 0), ..., p(class K - 1)``; the predicted class is the most probable one. Or N
            sequences of K arrays (M, 5) ``x1, y1, x2, y2, confidence``, one array per class.
            Images without predictions may be empty in any form; so may be the boxes, classes and
            marks of images without labels. Rows ``x1, y1, x2, y2, confidence, class`` are refused.
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
        The detector sees class 0 where the second image has a label of class 1:

        >>> import numpy as np
        >>> boxes = np.array([[10, 10, 60, 60], [200, 10, 240, 60]])
        >>> labels = [
        ...     {"bboxes": boxes, "labels": np.array([0, 1])},
        ...     {"bboxes": boxes[:1], "labels": np.array([1])},
        ... ]
        >>> found = np.array([
        ...     [10, 10, 60, 60, 0.99, 0.98, 0.02],
        ...     [200, 10, 240, 60, 0.9, 0.1, 0.9],
        ... ])
        >>> get_label_quality_scores(labels, [found, found[:1]], verbose=False).round(3)
        array([1.   , 0.001])
    """
    verbose = boolean("verbose", verbose)
    method = make_method(
        "objectlab",
        aggregation_weights=aggregation_weights,
        overlapping_label_check=overlapping_label_check,
    )
    data = ImageLists(labels, predictions)
    scores = score_images(learn(method, data.scenes()), data)["quality"]
    if verbose:
        lowest = f", the lowest score is {scores.min():.4f}" if len(scores) else ""
        print(f"odquality: scored {len(scores):,} images by ObjectLab{lowest}")
    return scores


def score_labels(
    labels: Labels,
    predictions: PredictionArrays,
    *,
    method: str = "objectlab",
    image_sizes: ArrayLike | None = None,
    aggregation_weights: Mapping[str, float] | None = None,
    overlapping_label_check: bool | NotGiven = NOT_GIVEN,
    seed: int | NotGiven = NOT_GIVEN,
) -> LabelQuality:
    """Scores every image, label and prediction, by kind of error.

    Args:
        labels: N dicts, as `get_label_quality_scores` takes them.
        predictions: N arrays, as `get_label_quality_scores` takes them.
        method: ``objectlab``, which needs boxes in pixels; or ``calibrated``, which takes any
            unit and knows five kinds of error.
        image_sizes: (N, 2) width and height of each image in the unit of the boxes, for methods
            that need it; neither of these does.
        aggregation_weights: of ObjectLab alone, as in `get_label_quality_scores`.
        overlapping_label_check: of ObjectLab alone, as in `get_label_quality_scores`.
        seed: of the calibrated method alone, an integer from 0 to 2**64 - 1, 51 unless given; the
            same images with the same seed give the same scores.

    Returns:
        The scores of the images and boxes, with warnings where labels and predictions do not seem
        to fit together.

    Raises:
        ValueError: an unknown method, a setting that is not the method's, or malformed input;
            names the argument, image and box.
    """
    chosen = make_method(
        method,
        aggregation_weights=aggregation_weights,
        overlapping_label_check=overlapping_label_check,
        seed=seed,
    )
    data = ImageLists(
        labels,
        predictions,
        image_sizes=image_sizes,
        alternatives=method_info(method).uses_alternatives,
        compare=True,
    )
    return score_all(learn(chosen, data.scenes()), data, method)


@overload
def find_label_issues(
    labels: Labels,
    predictions: PredictionArrays,
    *,
    method: Literal["objectlab"] = "objectlab",
    return_indices_ranked_by_score: bool | NotGiven = NOT_GIVEN,
    overlapping_label_check: bool | NotGiven = NOT_GIVEN,
) -> BoolArray | IntArray: ...


@overload
def find_label_issues(
    labels: Labels,
    predictions: PredictionArrays,
    *,
    method: Literal["calibrated"],
    min_probability: float | NotGiven = NOT_GIVEN,
    seed: int | NotGiven = NOT_GIVEN,
) -> list[Issue]: ...


def find_label_issues(
    labels: Labels,
    predictions: PredictionArrays,
    *,
    method: str = "objectlab",
    return_indices_ranked_by_score: bool | NotGiven = NOT_GIVEN,
    overlapping_label_check: bool | NotGiven = NOT_GIVEN,
    min_probability: float | NotGiven = NOT_GIVEN,
    seed: int | NotGiven = NOT_GIVEN,
) -> BoolArray | IntArray | list[Issue]:
    """Finds the images that have a label error, or the errors themselves.

    By ``objectlab``, the reference method, an image is an issue if any of its boxes is: a label's
    swap or badloc score, or a prediction's overlooked score, is at most a fifth of the average
    precision that the detector reaches in the box's class (mean over IoU .5, .55, ..., .95).
    Classes whose average precision is 0 are held to the mean of the others. Takes sixteen bytes of
    memory per prediction that matches a label, ten at most per label.

    By ``calibrated``, each error is an issue of its own, with its probability and the correction
    that would mend it.

    Args:
        labels: N dicts, as `get_label_quality_scores` takes them.
        predictions: N arrays, as `get_label_quality_scores` takes them.
        method: ``objectlab`` or ``calibrated``.
        return_indices_ranked_by_score: of ObjectLab alone: what to return.
        overlapping_label_check: of ObjectLab alone, as in `get_label_quality_scores`.
        min_probability: of the calibrated method alone: least probability of an issue, in [0, 1],
            .3 unless given.
        seed: of the calibrated method alone, as in `score_labels`.

    Returns:
        By ObjectLab: (N,) bool, true for an issue; or, if ranked, (n,) int64 indices of the issues,
        the lowest label quality score first. By the calibrated method: a list of `Issue`, the
        likeliest first.

    Raises:
        ValueError: an unknown method, a setting that is not the method's, or malformed input;
            names the argument, image and box.
    """
    settings = method_settings(
        method,
        return_indices_ranked_by_score=return_indices_ranked_by_score,
        overlapping_label_check=overlapping_label_check,
        min_probability=min_probability,
        seed=seed,
    )
    chosen = method_info(method).make(settings)
    data = ImageLists(labels, predictions, alternatives=method_info(method).uses_alternatives)
    if not isinstance(chosen, ObjectLab):
        return list_all_issues(learn(chosen, data.scenes()), data, settings["min_probability"])
    flagged = flag_images(chosen, data.scenes)
    if not settings["return_indices_ranked_by_score"]:
        return flagged.is_issue
    ranked = issues_from_scores(flagged.quality, threshold=1.0)
    return ranked[flagged.is_issue[ranked]]
