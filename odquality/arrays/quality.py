"""Scores of a dataset that is given as one dict and one array per image."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from odquality.arrays.image_lists import ImageChunk, ImageLists
from odquality.core.scenes import FloatArray, IntArray
from odquality.kinds import DUPLICATE, with_total
from odquality.methods.interface import Scorer, Scores

ScoresByImage = Mapping[str, list[FloatArray]]


@dataclass(frozen=True)
class LabelQuality:
    """Label quality of N images; all scores in [0, 1], lower = more likely mislabelled.

    Attributes:
        method: name of the method.
        scores: (N,) float64 per name: ``quality``, and one entry per kind of error.
        label_scores: per kind of error, N arrays (L_i,) in the order of the labels; NaN for
            regions to ignore.
        prediction_scores: per kind of error, N arrays (P_i,) in the order of the predictions
            (class by class in the per-class layout); NaN where a prediction is no candidate.
        expected_errors: per kind of error, (N,) float64: how many errors an image has, in
            expectation, missing labels that no prediction shows among them; ``any`` is their sum.
            Reviewing the images with the most of them first finds the most errors per image opened.
            Empty for methods that give no probabilities.
        warnings: sentences about labels and predictions that do not seem to fit together, such as
            classes that mean something else on either side, or that fit together better than a
            detector does that was not trained on them; empty where all is well.
        maybe_in_sample: whether the detector may have been trained on these labels, as one of the
            warnings asks. Numbers of expected errors mean nothing then.
        repeats: N arrays (L_i,) int64 in the order of the labels: which other label of the image
            each may be a duplicate of, -1 for none. Empty for methods that do not tell.
        clustering: how many labels are wrong in an image that has a wrong one, in expectation; the
            power to which an image's ``quality`` combines its other scores.
    """

    method: str
    scores: Mapping[str, FloatArray]
    label_scores: ScoresByImage
    prediction_scores: ScoresByImage
    expected_errors: Mapping[str, FloatArray] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    maybe_in_sample: bool = False
    repeats: list[IntArray] = field(default_factory=list)
    clustering: float = 1.0


def score_images(scorer: Scorer, data: ImageLists) -> dict[str, FloatArray]:
    """Scores of the images alone, (N,) per name; keeps nothing of the boxes."""
    parts = [scorer.score(chunk.scenes).images for chunk in data]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def score_all(scorer: Scorer, data: ImageLists, method: str) -> LabelQuality:
    """Scores of the images and of all their boxes."""
    images: dict[str, list[FloatArray]] = {}
    labels: dict[str, list[FloatArray]] = {}
    predictions: dict[str, list[FloatArray]] = {}
    expected: dict[str, list[FloatArray]] = {}
    repeats: list[IntArray] = []
    clustering = 1.0
    for chunk in data:
        scores = scorer.score(chunk.scenes)
        clustering = scores.clustering
        for name, values in scores.images.items():
            images.setdefault(name, []).append(values)
        for kind, values in scores.expected_errors.items():
            expected.setdefault(kind, []).append(values)
        _extend(labels, label_scores(chunk, scores), chunk.label_counts)
        _extend(predictions, scores.predictions, chunk.scenes.predictions.counts)
        if DUPLICATE in scores.evidence:
            ends = np.cumsum(chunk.label_counts)
            repeats += np.split(_repeated(chunk, scores), ends)[: len(ends)]
    question = data.question()
    return LabelQuality(
        method,
        {name: np.concatenate(parts) for name, parts in images.items()},
        labels,
        predictions,
        with_total({kind: np.concatenate(parts) for kind, parts in expected.items()}),
        (*data.findings(), *([question] if question else ())),
        maybe_in_sample=question is not None,
        repeats=repeats,
        clustering=clustering,
    )


def label_scores(chunk: ImageChunk, scores: Scores) -> dict[str, FloatArray]:
    """Scores of the labels as they were given, NaN for the regions to ignore among them."""
    num_labels = int(chunk.label_counts.sum())
    given = {}
    for name, values in scores.labels.items():
        given[name] = np.full(num_labels, np.nan)
        given[name][chunk.label_rows] = values
    return given


def _repeated(chunk: ImageChunk, scores: Scores) -> IntArray:
    """The label of its image that each label as it was given may repeat, -1 for none."""
    counts, rows, others = chunk.label_counts, chunk.label_rows, scores.evidence[DUPLICATE]
    first = np.repeat(np.cumsum(counts) - counts, counts)
    given = np.full(len(first), -1)
    shown = rows[others >= 0]
    given[shown] = rows[others[others >= 0]] - first[shown]
    return given


def _extend(
    lists: dict[str, list[FloatArray]], scores: Mapping[str, FloatArray], counts: IntArray
) -> None:
    """Appends one array per image to the list of each score."""
    ends = np.cumsum(counts).tolist()
    starts = [0, *ends][: len(ends)]
    for name, values in scores.items():
        lists.setdefault(name, []).extend(
            values[start:end] for start, end in zip(starts, ends, strict=True)
        )
