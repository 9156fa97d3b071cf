"""The sample: bounded, random, the same whatever the order."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from odquality.core.scenes import NO_SCENES, Scenes
from odquality.methods.calibrated.sample import Sample


def _drawn(chunks: list[Scenes], size: int, seed: int = 3) -> Sample:
    sample = Sample.draw(NO_SCENES, size, seed)
    for chunk in chunks:
        sample = sample.merge(Sample.draw(chunk, size, seed))
    return sample


def test_the_sample_does_not_depend_on_order_or_chunks(clean, permute):
    expected = _drawn([clean], 40)
    order = np.random.default_rng(1).permutation(len(clean))

    for size in (7, 60, 1000):
        sample = _drawn([permute(clean, order[at : at + size]) for at in range(0, 300, size)], 40)
        # In whatever order.
        assert sorted(sample.keys.tolist()) == sorted(expected.keys.tolist())
        assert sample.limit == expected.limit
        assert sorted(_images(sample.scenes)) == sorted(_images(expected.scenes))


def _images(scenes: Scenes) -> list[list[float]]:
    """The numbers of each image."""
    return [
        np.concatenate([np.hstack(of.labels.columns), np.hstack(of.predictions.columns)]).tolist()
        for of in (scenes.of_images(np.array([image])) for image in range(len(scenes)))
    ]


def test_the_sample_holds_whole_images(clean):
    sample = _drawn([clean], 40)
    assert len(sample.scenes) == 40
    again = Sample.draw(sample.scenes, 40, seed=3)
    np.testing.assert_array_equal(again.keys, sample.keys)


def test_few_images_are_all_sampled_and_other_seeds_sample_others(clean):
    assert len(_drawn([clean], 1000).scenes) == len(clean)
    counts = [_drawn([clean], 40, seed).scenes.labels.counts.tolist() for seed in (3, 4)]
    assert counts[0] != counts[1]


def test_images_without_boxes_are_left_out(clean, make_scenes):
    nothing = make_scenes([], [])
    sample = _drawn([nothing, clean, nothing], 1000)
    assert len(sample.scenes) == len(clean)
    assert len(_drawn([nothing], 40).scenes) == 0


def test_no_images_give_an_empty_sample():
    sample = _drawn([], 40)
    assert len(sample.scenes) == len(sample.keys) == 0


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 8, 40])
@pytest.mark.parametrize("chunk", [1, 4, 100])
def test_of_images_with_the_same_boxes_all_are_drawn_or_none(clean, size, chunk):
    images = np.repeat(np.arange(8), [1, 5, 2, 3, 1, 4, 2, 1])
    images = np.random.default_rng(size).permutation(images)
    parts = [clean.of_images(images[at : at + chunk]) for at in range(0, len(images), chunk)]
    keys = np.sort(_drawn([clean.of_images(images)], 1000).keys)
    # The largest number of smallest keys that cuts none apart.
    ends = np.flatnonzero(np.diff(keys, append=0)) + 1
    most = max(end for end in (0, *ends.tolist()) if end <= size)
    np.testing.assert_array_equal(np.sort(_drawn(parts, size).keys), keys[:most])


def test_a_pickle_holds_the_drawn_images_alone(clean, permute):
    order = np.random.default_rng(1).permutation(len(clean))
    sample = _drawn([permute(clean, order[at : at + 30]) for at in range(0, 300, 30)], 40)
    assert sum(map(len, sample.pools)) > 40
    read = pickle.loads(pickle.dumps(sample))
    assert sum(map(len, read.pools)) == 40
    assert _images(read.scenes) == _images(sample.scenes)
    assert read.keys.tolist() == sample.keys.tolist()
    assert (read.limit, read.size) == (sample.limit, sample.size)
    merged = read.merge(Sample.draw(clean, 40, seed=3))
    assert merged.limit <= sample.limit


@pytest.mark.parametrize("size", [10, 40])
def test_merging_holds_at_most_twice_as_many_images(clean, size):
    sample = Sample.draw(NO_SCENES, size, 3)
    for image in range(len(clean)):
        sample = sample.merge(Sample.draw(clean.of_images(np.array([image])), size, 3))
        assert sum(map(len, sample.pools)) <= 2 * size
    assert len(sample.scenes) == size
