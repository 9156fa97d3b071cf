"""A random sample of a dataset's images, which merges with those of other images."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from odquality.core.scenes import IntArray, Scenes
from odquality.methods.calibrated.contents import describe
from odquality.methods.calibrated.draws import Keys, mix

# No image has a key of this or above.
_NO_LIMIT = 2**64 - 1


@dataclass(frozen=True)
class Sample:
    """The images of the smallest keys, which are random: as many as can be, but at most ``size``.

    Of images with the same key, which have the same boxes, all are drawn or none: so it matters
    neither in which order they came nor what their classes are called. Images without any box,
    which tell nothing, are never drawn.

    Attributes:
        pools: scenes that the images are among, of at most twice as many images.
        images: (n,) int64 which they are, counted through the pools, in no particular order.
        keys: (n,) their keys.
        limit: all images of smaller keys are drawn, and no others.
        size: how many there are at most.
    """

    pools: tuple[Scenes, ...]
    images: IntArray
    keys: Keys
    limit: int
    size: int

    @classmethod
    def draw(cls, scenes: Scenes, size: int, seed: int) -> Sample:
        """Draws from some images."""
        keys = mix(describe(scenes).image_keys, seed)
        num_boxes = scenes.labels.counts + scenes.predictions.counts + scenes.ignored.counts
        images = np.flatnonzero(num_boxes)
        drawn, limit = _smallest(keys[images], _NO_LIMIT, size)
        images = images[drawn]
        keys = keys[images]
        if len(images) < len(scenes):
            scenes, images = scenes.of_images(images), np.arange(len(images))
        return cls((scenes,), images, keys, limit, size)

    def __getstate__(self) -> dict[str, Any]:
        # A pickle holds no image that is not drawn.
        return {**self.__dict__, "pools": (self.scenes,), "images": np.arange(len(self.images))}

    @property
    def scenes(self) -> Scenes:
        """The images themselves, as many as there are keys and in their order."""
        return Scenes.join(self.pools).of_images(self.images)

    def merge(self, other: Sample) -> Sample:
        """A sample of the images of which both are samples."""
        keys = np.concatenate([self.keys, other.keys])
        drawn, limit = _smallest(keys, min(self.limit, other.limit), self.size)
        own, new = drawn[drawn < len(self.keys)], drawn[drawn >= len(self.keys)] - len(self.keys)
        pools, images = self.pools, self.images[own]
        # Of many others only few are drawn: to copy all images with them each time takes long.
        if sum(map(len, pools)) + len(new) > 2 * self.size:
            pools, images = (Scenes.join(pools).of_images(images),), np.arange(len(images))
        if len(new):
            found = Scenes.join(other.pools).of_images(other.images[new])
            images = np.append(images, sum(map(len, pools)) + np.arange(len(new)))
            pools = (*pools, found)
        return Sample(pools, images, keys[drawn], limit, self.size)

    def renumbered(self, numbers: IntArray) -> Sample:
        """The same sample, ``numbers[c]`` instead of class c."""
        return replace(self, pools=tuple(pool.renumbered(numbers) for pool in self.pools))


def _smallest(keys: Keys, limit: int, size: int) -> tuple[IntArray, int]:
    """Rows of the keys below the largest possible limit, which is at most ``limit``; and that."""
    drawn = np.flatnonzero(keys < np.uint64(limit))
    if len(drawn) > size:
        limit = int(np.partition(keys[drawn], size)[size])
        drawn = drawn[keys[drawn] < np.uint64(limit)]
    return drawn, limit
