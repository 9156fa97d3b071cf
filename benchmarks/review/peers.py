"""Reviews along the orders of ObjectLab, of FiftyOne Brain and of none."""

from __future__ import annotations

import numpy as np

from benchmarks.accuracy.brain_peer import score_by_brain, with_marks
from benchmarks.accuracy.comparison import Rules, compare
from benchmarks.accuracy.data import DetectionData
from benchmarks.accuracy.suspicion import score_by_odquality
from benchmarks.review.course import Course, follow, mean_of
from benchmarks.review.looks import Looks, PerfectReviewer
from odquality.kinds import ANY


def review_by_peers(
    data: DetectionData, corrected: DetectionData, rules: Rules, seeds: int
) -> dict[str, Course]:
    """The course of a review by each peer, by its name.

    Args:
        data: images with the original labels.
        corrected: the same with the labels as they should be.
        rules: what counts as an error.
        seeds: number of random orders.
    """
    reviewer = PerfectReviewer(data, corrected, compare(data, corrected, rules))
    objectlab, brain = score_by_odquality(data, "objectlab"), score_by_brain(data)
    expected = score_by_odquality(data, "calibrated").expected
    assert expected is not None
    random = [np.random.default_rng(seed).random(len(data)) for seed in range(seeds)]

    def course(looks: Looks) -> Course:
        return follow(looks, data, corrected, rules)

    return {
        "ObjectLab, boxes": course(reviewer.single_boxes(objectlab)),
        "Brain, boxes": course(reviewer.single_boxes(brain)),
        "odquality's expected errors, whole images": course(reviewer.whole_images(expected[ANY])),
        "ObjectLab, whole images": course(reviewer.whole_images(objectlab.images[ANY])),
        "Brain, whole images": course(reviewer.whole_images(with_marks(brain).images[ANY])),
        "random, whole images": mean_of([course(reviewer.whole_images(each)) for each in random]),
    }
