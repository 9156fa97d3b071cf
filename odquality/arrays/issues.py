"""From scores to issues, in the form of the public functions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from odquality.arrays import checks
from odquality.arrays.flattening import as_numbers
from odquality.arrays.image_lists import ImageChunk, ImageLists
from odquality.arrays.quality import LabelQuality
from odquality.arrays.sequences import one_per_image
from odquality.core.parameters import number
from odquality.core.scenes import IntArray
from odquality.methods.interface import Scorer
from odquality.methods.issues import Issue, list_issues


def issues_from_scores(label_quality_scores: ArrayLike, *, threshold: float = 0.1) -> IntArray:
    """The images whose score is at most a threshold, the worst first.

    Args:
        label_quality_scores: N scores in [0, 1]; NaN for unscored images, which are left out.
        threshold: in [0, 1].

    Returns:
        (n,) int64 indices of images; equal scores stay in the order of the images.

    Raises:
        ValueError: the scores are not N numbers in [0, 1], or the threshold lies outside [0, 1].

    Example:
        >>> issues_from_scores([0.9, 0.05, 0.001])
        array([2, 1])
    """
    threshold = number("threshold", threshold, 0, 1)
    name, form = "label_quality_scores", "(N,): one score per image"
    if isinstance(label_quality_scores, LabelQuality):
        raise ValueError(
            f"{name} is a LabelQuality, all scores of images and labels; expected {form}, such as "
            "its scores['quality']"
        )
    entries = one_per_image(name, label_quality_scores)
    scores = as_numbers(entries, name, form)
    if scores.shape != (len(entries),):
        raise ValueError(f"{name} has shape {scores.shape}; expected {form}")
    checks.scores(scores, checks.RowNames(f"{name}[{{image}}]", np.ones(len(scores), np.int64)))
    issues = np.flatnonzero(scores <= threshold)
    return issues[np.argsort(scores[issues], kind="stable")]


def list_all_issues(scorer: Scorer, data: ImageLists, min_probability: float) -> list[Issue]:
    """The errors in a dataset, the likeliest first, numbered as the labels were given.

    Raises:
        ValueError: the probability lies outside [0, 1].
    """
    issues, first_image = [], 0
    for chunk in data:
        scores = scorer.score(chunk.scenes)
        found = list_issues(chunk.scenes, scores, min_probability=min_probability)
        issues += [_as_given(issue, chunk, first_image) for issue in found]
        first_image += len(chunk.scenes)
    return sorted(issues, key=lambda issue: -issue.probability)


def _as_given(issue: Issue, chunk: ImageChunk, first_image: int) -> Issue:
    """The issue with its image counted in the dataset and its label among ignored regions too."""
    label = issue.label
    if label is not None:
        row = chunk.label_rows[chunk.scenes.labels.offsets[issue.image] + label]
        label = int(row - chunk.label_counts[: issue.image].sum())
    return replace(issue, image=first_image + issue.image, label=label)
