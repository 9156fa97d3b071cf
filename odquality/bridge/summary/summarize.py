"""A summary of a run."""

from __future__ import annotations

from dataclasses import dataclass

from fiftyone.core.collections import SampleCollection

from odquality.bridge.store.waiting import waiting_for
from odquality.bridge.summary import parts
from odquality.bridge.summary.counts import RunCounts
from odquality.summaries.class_matrix import ClassMatrix
from odquality.summaries.class_table import ClassTable
from odquality.summaries.histogram import Histogram


@dataclass(frozen=True)
class RunSummary:
    """What a run found where; print it.

    Attributes:
        key: of the run.
        dataset: name of the dataset.
        is_complete: whether the run is; of one that was cut off or still goes on, some is missing.
        images: how many images it scored.
        classes: labels, predictions, mean label quality and suspected errors of each class.
        swaps: how many labels of each class are suspected to be of which other one.
        label_sizes: areas of the labels of each class, as shares of the image's.
        error_sizes: areas of the boxes that suspected errors suggest, by kind.
        boxes_per_image: how many labels and predictions images have.
        scores: how many images have which score; lower = more likely mislabelled.
    """

    key: str
    dataset: str
    is_complete: bool
    images: int
    classes: ClassTable
    swaps: ClassMatrix
    label_sizes: Histogram
    error_sizes: Histogram
    boxes_per_image: Histogram
    scores: Histogram

    def __str__(self) -> str:
        shown = [self.classes, self.swaps, self.label_sizes]
        # Runs that suspect nothing in particular have no sizes of it.
        shown += [self.error_sizes] if self.error_sizes.counts else []
        shown += [self.boxes_per_image, self.scores]
        head = f"Label quality {self.key!r} of dataset {self.dataset!r}: {self.images:,} images"
        head += "" if self.is_complete else " (the run is incomplete)"
        return "\n\n".join([head, *map(str, shown)])


def summarize_run(samples: SampleCollection, key: str) -> RunSummary:
    """What a run found where: by class, by size, by number of boxes and by score.

    The database counts; no sample is read. Suspected errors are the suggestions that are there, so
    a run of a method that makes none has none.

    Args:
        samples: a dataset or view; of a view, what it shows is counted.
        key: of the run.

    Returns:
        The summary of the images that the run scored.

    Raises:
        ValueError: there is no such run, or what it wrote was deleted or is hidden by the view.
    """
    counts = RunCounts(samples, key)
    with waiting_for(f"Counting the labels and predictions of {counts.images:,} images"):
        return RunSummary(
            key=counts.key,
            dataset=counts.dataset_name,
            is_complete=counts.is_complete,
            images=counts.images,
            classes=parts.class_table(counts),
            swaps=parts.class_matrix(counts),
            label_sizes=parts.label_sizes(counts),
            error_sizes=parts.error_sizes(counts),
            boxes_per_image=parts.boxes_per_image(counts),
            scores=parts.image_scores(counts),
        )
