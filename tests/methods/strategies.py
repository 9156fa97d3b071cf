"""Scenes for property-based tests: few places and confidences, so that much comes repeatedly."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from odquality.core.scenes import AnyBoxes, Boxes, FloatArray, IntArray, Predictions, Scenes

CONFIDENCES = (0.0, 0.25, 0.5, 0.9, 0.96, 1.0)
SIDES = (0, 5, 10, 20, 40)


@st.composite
def small_scenes(draw: st.DrawFn) -> Scenes:
    """Up to 12 images, or 24 some of which are the same; some boxes too, crowds and empty images.

    Coordinates are integers up to 100, or near integers. Classes are 0 to 4; predictions may hold
    other ones for possible, up to 5.
    """
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    num_images = draw(st.integers(0, 12))
    num_places, num_classes = draw(st.integers(1, 40)), draw(st.integers(1, 5))
    corner = rng.integers(0, 60, (num_places, 2)).astype(float)
    places = np.hstack([corner, corner + rng.choice(SIDES, (num_places, 2))])
    if draw(st.booleans()):
        places += rng.random((num_places, 1))

    def boxes(most: int) -> Boxes:
        counts = rng.integers(0, most + 1, num_images)
        total = int(counts.sum())
        rows = rng.integers(num_places, size=total)
        return Boxes(places[rows], rng.integers(num_classes, size=total), counts)

    labels, found, ignored = (boxes(draw(st.integers(0, most))) for most in (6, 8, 2))
    confidence = rng.choice(CONFIDENCES, len(found))
    if draw(st.booleans()):
        confidence = rng.random(len(found))
    width = draw(st.integers(0, 3))
    predictions = Predictions(
        found.xyxy,
        found.classes,
        found.counts,
        confidence,
        *_alternatives(rng, num_classes, (len(found), width)),
    )
    scenes = Scenes(labels, predictions, ignored)
    if num_images and draw(st.booleans()):
        return scenes.of_images(rng.integers(num_images, size=2 * num_images))
    return scenes


def _alternatives(
    rng: np.random.Generator, num_classes: int, shape: tuple[int, int]
) -> tuple[IntArray, FloatArray]:
    """Other classes that predictions may be of, one of which no box is of; and how confident."""
    classes = np.argsort(rng.random((shape[0], num_classes + 1)), axis=1)[:, : shape[1]]
    return classes, rng.choice((0.0, 0.0, 0.1, 0.25, 0.5), classes.shape)


def shuffled(boxes: AnyBoxes, rng: np.random.Generator) -> tuple[AnyBoxes, IntArray]:
    """The boxes of each image in another order, and the rows that they come from."""
    rows = np.lexsort((rng.random(len(boxes)), boxes.image))
    return boxes.take(rows), rows


def split(scenes: Scenes, data: st.DataObject) -> tuple[list[Scenes], IntArray]:
    """The images in another order, cut into chunks, some of them empty; and that order."""
    order = np.array(data.draw(st.permutations(range(len(scenes)))), np.int64)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(scenes)), max_size=6)))
    return [scenes.of_images(part) for part in np.split(order, cuts)], order
