"""A random sample of a dataset's images, which merges with those of other images."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from odquality.core.scenes import Scenes
from odquality.methods.calibrated.draws import Keys, image_keys


@dataclass(frozen=True)
class Sample:
    """At most ``size`` images, drawn at random; which ones does not depend on their order.

    Attributes:
        scenes: the images.
        keys: (n,) their keys, ascending.
        size: how many there are at most.
    """

    scenes: Scenes
    keys: Keys
    size: int

    @classmethod
    def draw(cls, scenes: Scenes, size: int, seed: int) -> Sample:
        """Draws from some images."""
        keys = image_keys(scenes, seed)
        order = np.argsort(keys, kind="stable")[:size]
        return cls(scenes.of_images(order), keys[order], size)

    def merge(self, other: Sample) -> Sample:
        """A sample of the images of which both are samples."""
        keys = np.concatenate([self.keys, other.keys])
        order = np.argsort(keys, kind="stable")[: self.size]
        scenes = Scenes.join([self.scenes, other.scenes])
        return Sample(scenes.of_images(order), keys[order], self.size)
