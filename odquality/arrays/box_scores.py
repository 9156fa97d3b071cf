"""The public functions that score boxes by ObjectLab, kind by kind, and pool such scores."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike

from odquality.arrays import checks
from odquality.arrays.flattening import Names, as_float64, stack
from odquality.arrays.image_lists import ImageLists, Labels, PredictionArrays
from odquality.arrays.quality import LabelQuality, score_all
from odquality.arrays.sequences import one_per_image
from odquality.core.parameters import boolean, number
from odquality.core.scenes import FloatArray
from odquality.core.segments import segment_softmin
from odquality.kinds import BADLOC, OVERLOOKED, SWAP
from odquality.methods.interface import learn
from odquality.methods.objectlab.scorer import ObjectLab


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
        high_probability_threshold: least confidence of a candidate, in [0, 1].

    Returns:
        N arrays (P_i,) in [0, 1], lower = more likely missing; NaN for no candidate.

    Raises:
        ValueError: malformed input; names the argument, the image and the box.
    """
    method = ObjectLab(
        alpha=number("alpha", alpha, 0, 1),
        high_probability=number("high_probability_threshold", high_probability_threshold, 0, 1),
    )
    return _box_scores(method, labels, predictions).prediction_scores[OVERLOOKED]


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
        low_probability_threshold: predictions above this confidence, in [0, 1], count.

    Returns:
        N arrays (L_i,) in [0, 1], lower = more likely badly located.

    Raises:
        ValueError: malformed input; names the argument, the image and the box.
    """
    method = ObjectLab(
        alpha=number("alpha", alpha, 0, 1),
        low_probability=number("low_probability_threshold", low_probability_threshold, 0, 1),
    )
    return _box_scores(method, labels, predictions).label_scores[BADLOC]


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
        high_probability_threshold: predictions above this confidence, in [0, 1], count.
        overlapping_label_check: whether two labels of different classes on the same box count as
            swapped.

    Returns:
        N arrays (L_i,) in [0, 1], lower = more likely of another class.

    Raises:
        ValueError: malformed input; names the argument, the image and the box.
    """
    method = ObjectLab(
        alpha=number("alpha", alpha, 0, 1),
        high_probability=number("high_probability_threshold", high_probability_threshold, 0, 1),
        overlapping_label_check=boolean("overlapping_label_check", overlapping_label_check),
    )
    return _box_scores(method, labels, predictions).label_scores[SWAP]


def pool_box_scores_per_image(
    box_scores: Iterable[ArrayLike], *, temperature: float = ObjectLab.temperature
) -> FloatArray:
    """Pools the scores of each image's boxes by a softmin, which follows the lowest of them.

    Args:
        box_scores: N arrays (B_i,) of scores in [0, 1]; NaN counts as absent.
        temperature: > 0; towards 0 the softmin becomes the minimum.

    Returns:
        (N,) float64; 1.0 for an image without scores.

    Raises:
        ValueError: an image's scores are not one-dimensional or not in [0, 1], or the temperature
            is not positive.

    Example:
        >>> pool_box_scores_per_image([[0.9, 0.2, 1.0], []]).round(2)
        array([0.2, 1. ])
    """
    temperature = number("temperature", temperature, 0, open_low=True)
    images = one_per_image("box_scores", box_scores)
    scores, counts = stack(images, (), Names("box_scores[{}]"), "one score per box")
    checks.scores(scores, checks.RowNames("box_scores[{image}][{box}]", counts))
    image = np.repeat(np.arange(len(counts)), counts)
    return segment_softmin(as_float64(scores), image, len(counts), temperature=temperature)


def _box_scores(method: ObjectLab, labels: Labels, predictions: PredictionArrays) -> LabelQuality:
    data = ImageLists(labels, predictions)
    return score_all(learn(method, data.scenes()), data, "objectlab")
