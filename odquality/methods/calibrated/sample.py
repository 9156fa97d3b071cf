"""A random sample of a dataset's images, which merges with those of other images."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from odquality.core.scenes import IntArray, Scenes
from odquality.methods.calibrated.contents import describe, exact_places
from odquality.methods.calibrated.draws import Keys, mix


@dataclass(frozen=True)
class Sample:
    """At most ``size`` images, drawn at random; which ones does not depend on their order.

    Images without any box, which tell nothing, are left out.

    Attributes:
        scenes: the images, in no particular order.
        keys: (3, n) their keys: those with the smallest first keys are drawn. The second and third
            settle which of several images with the same boxes is, and differ by unit and class.
        size: how many there are at most.
    """

    scenes: Scenes
    keys: Keys
    size: int

    @classmethod
    def draw(cls, scenes: Scenes, size: int, seed: int) -> Sample:
        """Draws from some images."""
        keys = np.stack([mix(describe(scenes).image_keys, seed), *exact_places(scenes)])
        num_boxes = scenes.labels.counts + scenes.predictions.counts + scenes.ignored.counts
        images = np.flatnonzero(num_boxes)
        images = images[_smallest(keys[:, images], size)]
        return cls(scenes.of_images(images), keys[:, images], size)

    def merge(self, other: Sample) -> Sample:
        """A sample of the images of which both are samples."""
        drawn = _smallest(np.hstack([self.keys, other.keys]), self.size)
        own = len(self.scenes)
        parts = [
            Sample(of.scenes.of_images(images), of.keys[:, images], self.size)
            for of, images in ((self, drawn[drawn < own]), (other, drawn[drawn >= own] - own))
        ]
        scenes = Scenes.join([part.scenes for part in parts])
        return Sample(scenes, np.hstack([part.keys for part in parts]), self.size)


def _smallest(keys: Keys, size: int) -> IntArray:
    """The columns of the ``size`` smallest keys, or of all, ascending."""
    if keys.shape[1] <= size:
        return np.arange(keys.shape[1])
    return np.sort(np.lexsort(keys[::-1])[:size])
