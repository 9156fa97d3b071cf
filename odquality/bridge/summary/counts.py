"""What the database counts of a run, once for all parts of a summary."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import fiftyone as fo
from fiftyone.core.collections import SampleCollection

from odquality.bridge.run.lookup import find_run
from odquality.bridge.run.open_issues import IssueGroup, groups_of, open_issues
from odquality.bridge.run.run_paths import RunPaths
from odquality.bridge.store.aggregation import (
    area_of,
    bin_number,
    count_bins,
    group,
    list_at,
    text_of,
)
from odquality.bridge.store.samples import all_samples, dataset_of, once
from odquality.kinds import BY_NAME
from odquality.summaries.histogram import AREA_EDGES, SCORE_EDGES

_NAME = text_of("$element.label")
_SIZE = bin_number(area_of("$element.bounding_box"), AREA_EDGES)


@dataclass(frozen=True)
class LabelGroup:
    """Labels of one class and about one size.

    Attributes:
        name: of the class.
        size: bin of the area as a share of the image's, among `AREA_EDGES`; None for labels
            without a box.
        number: how many there are.
        scored: how many of them have a score.
        quality: sum of their scores.
    """

    name: str
    size: int | None
    number: int
    scored: int
    quality: float


class RunCounts:
    """Counts of the samples that a run scored; each is made when it is first asked for.

    Args:
        samples: a dataset or view; of a view, what it shows is counted.
        key: of a run.

    Attributes:
        key: of the run.
        dataset_name: of the dataset that the run is on.
        is_complete: whether the run is.

    Raises:
        ValueError: there is no such run, or what it wrote was deleted or is hidden by the view.
    """

    def __init__(self, samples: SampleCollection, key: str) -> None:
        record = find_run(samples, key)
        dataset = dataset_of(samples)
        self.key = key
        self.dataset_name: str = dataset.name
        self.is_complete = record.is_complete
        self._samples, self._record = once(all_samples(samples)), record
        self._paths = RunPaths.of(dataset, record)
        self._paths.check_shown(samples)

    @cached_property
    def images(self) -> int:
        """How many images there are."""
        return sum(group["number"] for group in self.scores)

    @cached_property
    def scores(self) -> list[dict[str, int]]:
        """``number`` of images by ``bin`` of their scores among `SCORE_EDGES`."""
        score = self._paths.image_score
        if isinstance(self._samples, fo.DatasetView):
            return self._groups(by={"bin": bin_number(f"${score}", SCORE_EDGES)})
        numbers = count_bins(self._samples, score, SCORE_EDGES)
        return [{"bin": place, "number": number} for place, number in enumerate(numbers)]

    @cached_property
    def box_numbers(self) -> list[dict[str, int]]:
        """``number`` of images by their numbers of ``labels`` and ``predictions``.

        Predictions that were deleted are none.
        """
        lists = {"labels": self._paths.labels, "predictions": self._paths.predictions}
        numbers = {
            name: {"$size": list_at(path)} if path else {"$literal": 0}
            for name, path in lists.items()
        }
        return self._groups(by=numbers)

    @cached_property
    def predictions(self) -> dict[str, int]:
        """How many predictions there are of each class; none if they were deleted."""
        if self._paths.predictions is None:
            return {}
        groups = self._groups(elements=self._paths.predictions, by={"name": _NAME})
        return {one["name"]: one["number"] for one in groups if one["name"] is not None}

    @cached_property
    def labels(self) -> list[LabelGroup]:
        """The labels by class and size; those without a class are left out."""
        quality = f"$element.{self._paths.label_quality}" if self._paths.label_quality else None
        groups = self._groups(
            elements=self._paths.labels,
            by={"name": _NAME, "size": _SIZE},
            sums={"scored": {"$toInt": {"$isNumber": quality}}, "quality": quality},
        )
        return [LabelGroup(**one) for one in groups if one["name"] is not None]

    @cached_property
    def errors(self) -> Mapping[IssueGroup, int]:
        """How many suspected errors there are in each group; those without a class are left out."""
        if self._paths.suggestions is None:
            return {}
        if isinstance(self._samples, fo.DatasetView):
            groups = self._groups(
                elements=self._paths.suggestions,
                beside=self._paths.labels,
                by=groups_of("element", "beside"),
            )
            counted = {
                IssueGroup(*map(one.get, IssueGroup._fields)): one["number"] for one in groups
            }
        else:
            counted = open_issues(self._samples, self._record)
        return {
            group: number
            for group, number in counted.items()
            if group.kind in BY_NAME and group.suggested is not None
        }

    def _groups(self, **arguments: Any) -> list[dict[str, Any]]:
        having = self._paths.image_score
        return group(self._samples, having=having, of_most=self._is_of_most, **arguments)

    @cached_property
    def _is_of_most(self) -> bool:
        """Whether all of a dataset is counted, and most of its images have scores."""
        is_all = not isinstance(self._samples, fo.DatasetView)
        return is_all and 2 * self.images > len(self._samples)
