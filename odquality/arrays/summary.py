"""What there is in a dataset: classes, sizes, numbers of boxes, and what was found wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from odquality.arrays.class_naming import ClassNames, ClassNaming
from odquality.arrays.given_issues import checked_issues
from odquality.arrays.image_lists import ImageLists, Labels, PredictionArrays
from odquality.arrays.quality import LabelQuality
from odquality.arrays.sequences import one_per_image
from odquality.arrays.summary_columns import IGNORED, SummaryColumns
from odquality.core.parameters import number, shown
from odquality.core.scenes import FloatArray, IntArray
from odquality.kinds import SWAP
from odquality.methods.issues import Issue
from odquality.summaries.class_matrix import ClassMatrix, swap_matrix
from odquality.summaries.class_table import ClassRow, ClassTable
from odquality.summaries.histogram import (
    AREA_EDGES,
    COUNT_EDGES,
    SCORE_EDGES,
    SQUARE_EDGES,
    Histogram,
    bin_of,
    count_bins,
    count_bins_by,
    image_numbers,
    score_histogram,
)


@dataclass(frozen=True)
class LabelSummary:
    """What there is in a dataset; print it.

    Attributes:
        classes: labels, predictions, the detector's average precision, mean label quality and
            suspected errors of each class.
        confusions: classes of labels (rows) and of the predictions that overlap them most; ``-``
            stands for no label or no prediction.
        swaps: how many labels of each class are suspected to be of which other one.
        label_sizes: areas of the labels of each class.
        prediction_sizes: areas of the predictions of each class.
        boxes_per_image: how many images have how many labels and predictions.
        scores: how many images have which score, None without scores.
        label_counts: (N,) int64 number of labels of each image, without regions to ignore.
        prediction_counts: (N,) int64 number of predictions of each image.
    """

    classes: ClassTable
    confusions: ClassMatrix
    swaps: ClassMatrix
    label_sizes: Histogram
    prediction_sizes: Histogram
    boxes_per_image: Histogram
    scores: Histogram | None
    label_counts: IntArray = field(compare=False)
    prediction_counts: IntArray = field(compare=False)

    def __str__(self) -> str:
        parts: list[Any] = [f"{len(self.label_counts):,} images", self.classes]
        parts += [matrix for matrix in (self.confusions, self.swaps) if matrix.names]
        parts += [self.label_sizes]
        parts += [self.prediction_sizes] if self.prediction_sizes.counts else []
        parts += [self.boxes_per_image] + ([] if self.scores is None else [self.scores])
        return "\n\n".join(map(str, parts))


def summarize_labels(
    labels: Labels,
    predictions: PredictionArrays | None = None,
    *,
    quality: LabelQuality | None = None,
    issues: Iterable[Issue] = (),
    class_names: ClassNames | None = None,
    image_sizes: ArrayLike | None = None,
    min_confidence: float = 0.5,
) -> LabelSummary:
    """What there is in a dataset: classes, sizes, numbers of boxes, and what was found wrong.

    Args:
        labels: N dicts, as `get_label_quality_scores` takes them. Regions to ignore are left out.
        predictions: N arrays, as `get_label_quality_scores` takes them; or None.
        quality: what `score_labels` gave for these images.
        issues: what ``find_label_issues(..., method="calibrated")`` gave for them.
        class_names: name of each class; those without one go by their number.
        image_sizes: (N, 2) width and height of each image in the unit of the boxes: areas are
            shares of the images' then, else squares of the boxes' unit.
        min_confidence: least confidence of the predictions that are counted, in [0, 1]. All count
            towards average precision.

    Returns:
        The summary.

    Raises:
        ValueError: malformed input, which the message names; or quality or issues are of other
            images.

    Example:
        >>> boxes = [[10, 10, 60, 60], [200, 10, 240, 60]]
        >>> labels = [{"bboxes": boxes, "labels": [0, 1]}, {"bboxes": boxes[:1], "labels": [1]}]
        >>> summary = summarize_labels(labels, class_names=["cat", "dog"])
        >>> print(summary.classes)
        Classes
               labels
          dog       2
          cat       1
        >>> summary.label_counts
        array([2, 1])
    """
    if not isinstance(quality, LabelQuality | None):
        raise ValueError(f"quality is {shown(quality)}; expected what score_labels gave, or None")
    entries = one_per_image("labels", labels)
    found = [[]] * len(entries) if predictions is None else predictions
    least = number("min_confidence", min_confidence, 0, 1)
    columns = SummaryColumns.of(ImageLists(entries, found, image_sizes=image_sizes), least)
    naming, has_predictions = ClassNaming(class_names), predictions is not None
    given = checked_issues(
        issues, columns.given_counts, columns.found_counts if has_predictions else None
    )
    errors, swaps = _count_issues(given, columns)
    edges, unit = (SQUARE_EDGES, "in squares of their unit")
    if image_sizes is not None:
        edges, unit = (AREA_EDGES, "as a share of the image's")

    def sizes(what: str, classes: IntArray, areas: FloatArray) -> Histogram:
        counts = count_bins_by(classes, bin_of(areas, edges), edges)
        by_name = {naming.name(number): each for number, each in counts.items()}
        return Histogram(f"{what} by area, {unit}", edges, by_name)

    return LabelSummary(
        classes=_class_table(columns, naming, errors, quality, has_predictions),
        confusions=ClassMatrix.of(
            "Labels (rows) and the predictions that overlap them most",
            naming.pairs(columns.confusions) if has_predictions else {},
        ),
        swaps=swap_matrix(naming.pairs(swaps)),
        label_sizes=sizes("Labels", columns.label_classes, columns.label_areas),
        prediction_sizes=sizes("Predictions", columns.prediction_classes, columns.prediction_areas),
        boxes_per_image=_boxes_per_image(columns, has_predictions),
        scores=None if quality is None else _score_histogram(quality, columns),
        label_counts=columns.label_counts,
        prediction_counts=columns.prediction_counts,
    )


def _count_issues(
    issues: Iterable[Issue], columns: SummaryColumns
) -> tuple[dict[int, Counter[str]], Counter[tuple[int, int]]]:
    """How many issues there are by class and kind, and by given and suggested class.

    Raises:
        ValueError: an issue is of a region to ignore.
    """
    errors: dict[int, Counter[str]] = {}
    swaps: Counter[tuple[int, int]] = Counter()
    first = np.cumsum(columns.given_counts) - columns.given_counts
    for position, issue in enumerate(issues):
        label, given = issue.label, None
        if label is not None:
            given = int(columns.given_classes[first[issue.image] + label])
        if given == IGNORED:
            raise ValueError(
                f"issues[{position}] is of image {issue.image}, label {label}, which is a region "
                "to ignore: the issues are of other labels"
            )
        code = issue.suggested_class if given is None else given
        if code is not None:
            errors.setdefault(code, Counter())[issue.kind] += 1
        if given is not None and issue.kind == SWAP and issue.suggested_class is not None:
            swaps[given, issue.suggested_class] += 1
    return errors, swaps


def _class_table(
    columns: SummaryColumns,
    naming: ClassNaming,
    errors: Mapping[int, Mapping[str, int]],
    quality: LabelQuality | None,
    has_predictions: bool,
) -> ClassTable:
    labels, predictions = (
        dict(zip(*(one.tolist() for one in np.unique(each, return_counts=True)), strict=True))
        for each in (columns.label_classes, columns.prediction_classes)
    )
    mean_quality = {} if quality is None else _mean_quality(quality, columns)
    precision = columns.average_precision if has_predictions else {}
    return ClassTable.of(
        ClassRow(
            naming.name(number),
            labels.get(number, 0),
            predictions=predictions.get(number, 0) if has_predictions else None,
            average_precision=precision.get(number),
            quality=mean_quality.get(number),
            errors=errors.get(number, {}),
        )
        for number in {*labels, *predictions, *precision, *errors}
    )


def _mean_quality(quality: LabelQuality, columns: SummaryColumns) -> dict[int, float]:
    """Mean score of the labels of each class; none where the method scores no labels as a whole.

    Raises:
        ValueError: the scores are of other labels.
    """
    lists = quality.label_scores.get("quality")
    if lists is None:
        return {}
    if [len(one) for one in lists] != columns.given_counts.tolist():
        raise ValueError(
            "quality has scores of other labels; expected what score_labels gave for these"
        )
    scores = np.concatenate([np.zeros(0), *lists])
    scored = ~np.isnan(scores)
    classes, rows = np.unique(columns.given_classes[scored], return_inverse=True)
    means = np.bincount(rows, scores[scored]) / np.bincount(rows)
    return dict(zip(classes.tolist(), means.tolist(), strict=True))


def _boxes_per_image(columns: SummaryColumns, has_predictions: bool) -> Histogram:
    sides = {"labels": columns.label_counts}
    if has_predictions:
        sides["predictions"] = columns.prediction_counts
    counts = {
        side: count_bins(bin_of(numbers.astype(np.float64), COUNT_EDGES), COUNT_EDGES)
        for side, numbers in sides.items()
    }
    return image_numbers(counts)


def _score_histogram(quality: LabelQuality, columns: SummaryColumns) -> Histogram:
    scores = quality.scores["quality"]
    if len(scores) != len(columns.label_counts):
        raise ValueError(
            f"quality has scores of {len(scores)} images; expected {len(columns.label_counts)}"
        )
    return score_histogram(count_bins(bin_of(scores, SCORE_EDGES), SCORE_EDGES))
