"""FiftyOne Brain's `compute_mistakenness`, by its own code, in a database of its own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from benchmarks.accuracy.data import DetectionData
from benchmarks.accuracy.fiftyone_data import to_samples
from benchmarks.accuracy.overlaps import largest
from benchmarks.accuracy.suspicion import Suspicion
from devtools.private_database import call_in_private_database
from odquality.core.scenes import FloatArray
from odquality.kinds import ANY


def score_by_brain(data: DetectionData) -> Suspicion:
    """Scores in a child process.

    - overlooked: is a prediction marked ``possible_missing``, how many of an image are.
    - swap: ``mistakenness`` of a label, the largest one of an image.
    - badloc: ``mistakenness_loc``, the largest one of an image.
    - spurious and duplicate: is a label marked ``possible_spurious``, how many of an image are. (At
      most one label is matched with a prediction, so that a second one is left over.)
    - any: ``mistakenness``, by which its users sort; of labels those marked come first.
    """
    return call_in_private_database(_compute, data)


def with_marks(suspicion: Suspicion) -> Suspicion:
    """The same, but ``any`` of an image is its ``mistakenness`` plus the number of its marks."""
    images = suspicion.images
    marked = images["swap"] + images["overlooked"] + images["spurious"]
    return replace(suspicion, images={**images, ANY: marked})


def _compute(data: DetectionData) -> Suspicion:
    import fiftyone as fo
    import fiftyone.brain as fob

    dataset = fo.Dataset()
    dataset.add_samples(to_samples(replace(data, probabilities=None)))
    fob.compute_mistakenness(dataset, "predictions", label_field="labels", progress=False)

    def read(path: str, *, missing: float) -> FloatArray:
        values = dataset.values(path, unwind=True)
        return np.array([missing if value is None else value for value in values], np.float64)

    mistaken = read("labels.detections.mistakenness", missing=np.nan)
    mislocated = read("labels.detections.mistakenness_loc", missing=np.nan)
    spurious = read("labels.detections.possible_spurious", missing=0)
    # -1: the image has no matched label.
    image_mistaken = read("mistakenness", missing=-1)
    image_missing = read("possible_missing", missing=0)
    image_spurious = read("possible_spurious", missing=0)
    images = {
        ANY: image_mistaken,
        "overlooked": image_missing,
        "swap": image_mistaken,
        "badloc": largest(np.nan_to_num(mislocated), data.labels.image, len(data)),
        "spurious": image_spurious,
        "duplicate": image_spurious,
    }
    labels = {
        ANY: np.where(spurious > 0, spurious, mistaken),
        "swap": mistaken,
        "badloc": mislocated,
        "spurious": spurious,
        "duplicate": spurious,
    }
    return Suspicion(images, labels, read("predictions.detections.possible_missing", missing=0))
