"""The sample: bounded, random, the same whatever the order."""

from __future__ import annotations

import numpy as np

from odquality.methods.calibrated.draws import image_keys
from odquality.methods.calibrated.sample import sample_images


def _chunks(scenes, permute, order, size):
    return [permute(scenes, order[at : at + size]) for at in range(0, len(order), size)]


def test_the_sample_does_not_depend_on_order_or_chunks(clean, permute):
    expected, keys = sample_images([clean], 40, seed=3)
    order = np.random.default_rng(1).permutation(len(clean))

    for size in (7, 60, 1000):
        sample, sampled_keys = sample_images(_chunks(clean, permute, order, size), 40, seed=3)
        np.testing.assert_array_equal(sampled_keys, keys)
        for name in ("labels", "predictions"):
            for part in ("xyxy", "classes", "counts"):
                np.testing.assert_array_equal(
                    getattr(getattr(sample, name), part), getattr(getattr(expected, name), part)
                )
        np.testing.assert_array_equal(
            sample.predictions.confidence, expected.predictions.confidence
        )


def test_the_sample_holds_whole_images(clean):
    sample, keys = sample_images([clean], 40, seed=3)
    assert len(sample) == 40
    np.testing.assert_array_equal(image_keys(sample, seed=3), keys)


def test_few_images_are_all_sampled_and_other_seeds_sample_others(clean):
    assert len(sample_images([clean], 1000, seed=3)[0]) == len(clean)
    others = sample_images([clean], 40, seed=4)[0]
    assert (
        others.labels.counts.tolist()
        != sample_images([clean], 40, seed=3)[0].labels.counts.tolist()
    )


def test_no_images_give_an_empty_sample():
    sample, keys = sample_images([], 40, seed=3)
    assert len(sample) == len(keys) == 0
