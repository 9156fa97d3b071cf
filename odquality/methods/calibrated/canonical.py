"""Scenes in an order and with class numbers that depend on what is in them alone.

Whatever is then drawn, summed or fitted row by row is the same however the images and their boxes
were listed and however their classes were numbered. Boxes that differ in nothing, and images with
the same boxes, stand in an order of no consequence.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from odquality.core.geometry import box_area
from odquality.core.scenes import AnyBoxes, IntArray, Scenes
from odquality.core.segments import place_in_run
from odquality.methods.calibrated.contents import describe, exact_places, sum_by
from odquality.methods.calibrated.draws import Keys, mix
from odquality.methods.calibrated.frames import image_frames
from odquality.methods.calibrated.units import in_any_unit


@dataclass(frozen=True)
class Canonical:
    """Scenes in canonical form.

    Attributes:
        scenes: the images, with classes from 0 on, the one with the most labels first.
        label_keys: (L,) a key of each label, which determines its fate; no two are equal.
        classes: (K,) int64 the classes' own numbers.
    """

    scenes: Scenes
    label_keys: Keys
    classes: IntArray


def canonical(scenes: Scenes, seed: int) -> Canonical:
    """Brings scenes into canonical form.

    Args:
        scenes: the images.
        seed: of the labels' keys.
    """
    contents, (exact, _) = describe(scenes), exact_places(scenes)
    image_keys = mix(contents.image_keys, seed)
    sources = (scenes.labels, scenes.predictions, scenes.ignored)
    classes = np.unique(np.concatenate([boxes.classes for boxes in sources]))
    met = np.isin(contents.group_class, classes)
    image, group_keys = contents.group_image[met], contents.group_keys[met]
    group_class = np.searchsorted(classes, contents.group_class[met])

    def class_keys(images: Keys) -> Keys:
        return sum_by(mix(group_keys, images[image]), group_class, len(classes))

    # By their boxes alone some images look alike, and so do classes. Images are told apart by the
    # classes that do not look alike, and then by these images once more the classes.
    names = class_keys(image_keys)[group_class]
    told_apart = mix(image_keys, sum_by(mix(group_keys, names), image, len(scenes)))
    labels, predictions = (
        np.bincount(np.searchsorted(classes, boxes.classes), minlength=len(classes))
        for boxes in (scenes.labels, scenes.predictions)
    )
    # Images that are alike may still be larger and smaller ones.
    size = _ranks_by_area(scenes)
    sized = mix(told_apart, size)
    class_order = np.lexsort(
        (class_keys(exact), class_keys(sized), class_keys(told_apart), -predictions, -labels)
    )
    scenes = _renumbered(scenes, classes, class_order)

    _, exact_with_classes = exact_places(scenes)
    image_order = np.lexsort((exact_with_classes, exact, size, told_apart, image_keys))
    scenes, label_keys = _ordered(scenes, contents.box_keys, image_order)
    image_keys = image_keys[image_order]
    fates = mix(image_keys, place_in_run(image_keys).astype(np.uint64))
    in_image = scenes.labels.image
    twins = place_in_run(in_image, label_keys).astype(np.uint64)
    return Canonical(scenes, mix(mix(fates[in_image], label_keys), twins), classes[class_order])


def _ranks_by_area(scenes: Scenes) -> Keys:
    """The place of each image among all by the area of its frame, (N,): in any unit the same."""
    area = box_area(image_frames(scenes))
    # An image without boxes has an infinite frame.
    largest = float(area.max(initial=0.0, where=np.isfinite(area)))
    share = in_any_unit(area / (largest or 1.0))
    return np.unique(share, return_inverse=True)[1].astype(np.uint64)


def _renumbered(scenes: Scenes, classes: IntArray, order: IntArray) -> Scenes:
    """The scenes with the places in ``order`` for the numbers of ``classes``, ascending."""
    numbers = np.empty(len(classes), np.int64)
    numbers[order] = np.arange(len(classes))

    def of(boxes: AnyBoxes) -> AnyBoxes:
        return replace(boxes, classes=numbers[np.searchsorted(classes, boxes.classes)])

    predictions = of(scenes.predictions)
    place = np.searchsorted(classes, predictions.alternatives).clip(max=len(classes) - 1)
    # A class that no box is of is no alternative.
    met = classes[place] == predictions.alternatives
    predictions = replace(
        predictions,
        alternatives=numbers[place],
        alternative_confidence=np.where(met, predictions.alternative_confidence, 0.0),
    )
    return Scenes(of(scenes.labels), predictions, of(scenes.ignored))


def _ordered(scenes: Scenes, box_keys: Keys, images: IntArray) -> tuple[Scenes, Keys]:
    """The images in an order, the boxes of each by their keys; and the keys of the labels."""
    position = np.empty(len(scenes), np.int64)
    position[images] = np.arange(len(scenes))
    ends = np.cumsum([len(scenes.labels), len(scenes.predictions)])
    label_keys, prediction_keys, region_keys = np.split(box_keys, ends)

    def order(boxes: AnyBoxes, keys: Keys) -> tuple[AnyBoxes, Keys]:
        image = position[boxes.image]
        rows = np.lexsort((keys, image))
        if place_in_run(image[rows], keys[rows]).any():
            rows = np.lexsort((*boxes.columns, boxes.classes, keys, image))
        return boxes.arranged(rows, boxes.counts[images]), keys[rows]

    labels, label_keys = order(scenes.labels, label_keys)
    predictions, _ = order(scenes.predictions, prediction_keys)
    ignored, _ = order(scenes.ignored, region_keys)
    return Scenes(labels, predictions, ignored), label_keys
