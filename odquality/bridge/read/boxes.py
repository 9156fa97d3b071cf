"""Labels and predictions of some samples as arrays, without those that cannot be scored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from odquality.bridge.read.attributes import Sieve, read_corners, read_numbers
from odquality.bridge.read.batch import Batch
from odquality.bridge.read.classes import NO_CLASS, MappedCodes, read_classes
from odquality.bridge.read.probabilities import read_probabilities
from odquality.bridge.read.reading import Reading
from odquality.bridge.store.adopted import FROM_PREDICTION, SOURCE
from odquality.core.alternatives import alternatives
from odquality.core.confidence import above_one, clip_hair
from odquality.core.flags import read_flags
from odquality.core.scenes import BoolArray, Boxes, FloatArray, IntArray, Predictions


class BoxReader:
    """Reads the boxes of batch after batch.

    Args:
        reading: says what is read; classes, counts and what else is found are added to it.
    """

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._source = reading.source
        self._codes = reading.codes
        self._treated = reading.treated
        self._agreement = reading.agreement
        self._predicted: Mapping[str, int] = self._codes
        if self._source.class_map:
            self._predicted = MappedCodes(self._codes, self._source.class_map)
        probable = read_classes(self._source.classes or (), self._predicted)
        # Several classes of the detector may be one among the labels.
        self._probable, self._merged = np.unique(probable, return_inverse=True)
        self._note_mapped()

    def labels(self, batch: Batch, sizes: FloatArray) -> tuple[Boxes, Boxes, IntArray]:
        """Labels to review, regions to ignore, and the rows of the former among all labels."""
        counts = batch.counts
        sieve = Sieve(self._source.gt_field, int(counts.sum()), self._treated)
        scale = np.repeat(sizes, counts, axis=0)
        corners = read_corners(batch.values("bounding_box"), scale, sieve)
        classes = read_classes(batch.values("label"), self._codes)
        crowd = self._crowd(batch, sieve)
        # A region to ignore needs no class.
        sieve.set_aside((classes == NO_CLASS) & ~crowd, "without a label")
        boxes = Boxes(corners, classes, counts)
        rows = np.flatnonzero(sieve.usable & ~crowd)
        return boxes.take(rows), boxes.take(np.flatnonzero(sieve.usable & crowd)), rows

    def adopted(self, batch: Batch, rows: IntArray) -> BoolArray | None:
        """Which of these labels were taken over from the predictions, None where none is."""
        values = batch.rare_values(SOURCE) if self._source.adopted else None
        if values is None:
            return None
        return np.array([values[row] == FROM_PREDICTION for row in rows.tolist()], bool)

    def _crowd(self, batch: Batch, sieve: Sieve) -> BoolArray:
        """Which labels are marked as regions to ignore."""
        crowd = np.zeros(len(sieve.usable), bool)
        name = self._source.crowd_attribute
        for attribute in self._source.crowd_attributes():
            values = batch.rare_values(attribute)
            if values is not None:
                self._reading.met.add(str(name))
                marked, unreadable = read_flags(values)
                sieve.count(unreadable, f"whose {name!r} says neither yes nor no: reviewed")
                crowd |= marked
        sieve.count(crowd, f"marked {name!r}: not reviewed, predictions in them are no errors")
        return crowd

    def predictions(self, batch: Batch, sizes: FloatArray) -> tuple[Predictions, IntArray]:
        """Predictions, and their rows among all predictions of the samples."""
        counts = batch.counts
        sieve = Sieve(self._source.pred_field, int(counts.sum()), self._treated)
        scale = np.repeat(sizes, counts, axis=0)
        corners = read_corners(batch.values("bounding_box"), scale, sieve)
        classes = read_classes(batch.values("label"), self._predicted)
        self._note_mapped()
        confidence = read_numbers(batch.values("confidence"))
        confidence[~np.isfinite(confidence)] = np.nan
        known, probabilities = self._use_probabilities(batch, classes, confidence, sieve)
        sieve.set_aside(classes == NO_CLASS, "without a label")
        self._agreement.observe_confidences(confidence)
        confidence = self._mend_confidence(confidence, sieve)
        rows = np.flatnonzero(sieve.usable)
        predictions = Predictions(corners, classes, counts, confidence)
        if self._source.alternatives and len(known):
            predictions = self._with_alternatives(predictions, known, probabilities)
        return predictions.take(rows), rows

    def _note_mapped(self) -> None:
        self._reading.mapped.update(self._source.class_map.keys() & self._predicted.keys())

    def _use_probabilities(
        self, batch: Batch, classes: IntArray, confidence: FloatArray, sieve: Sieve
    ) -> tuple[IntArray, FloatArray]:
        """Gives predictions that have class probabilities their most probable class, in place.

        Returns:
            (k,) the rows of these predictions, and (k, C) their probabilities of the C classes in
            `_probable`.
        """
        names = self._source.probability_attributes
        columns = [(name, batch.rare_values(name)) for name in names]
        given = [(name, values) for name, values in columns if values is not None]
        self._reading.met.update(name for name, _ in given)
        num_classes = len(self._source.classes) if self._source.classes else None
        probabilities = read_probabilities(given, num_classes, sieve)
        if probabilities is None:
            return np.zeros(0, np.int64), np.zeros((0, len(self._probable)))
        known = np.flatnonzero(~np.isnan(probabilities[:, 0]))
        summed = np.zeros((len(known), len(self._probable)))
        np.add.at(summed.T, self._merged, probabilities[known].T)
        most_probable = self._most_probable(summed, classes[known])
        labelled = classes[known] != NO_CLASS
        self._agreement.observe_argmax(most_probable[labelled], classes[known][labelled])
        classes[known] = most_probable
        unsure = np.isnan(confidence[known])
        confidence[known[unsure]] = np.minimum(summed[unsure].max(axis=1, initial=0.0), 1.0)
        return known, summed

    def _with_alternatives(
        self, predictions: Predictions, known: IntArray, probabilities: FloatArray
    ) -> Predictions:
        """Predictions with the other classes that they may be of; none for those not ``known``."""
        own = np.searchsorted(self._probable, predictions.classes[known])
        columns, confidence = alternatives(probabilities, own, predictions.confidence[known])
        shape = len(predictions), columns.shape[1]
        classes, confidences = np.zeros(shape, np.int64), np.zeros(shape)
        classes[known], confidences[known] = self._probable[columns], confidence
        return replace(predictions, alternatives=classes, alternative_confidence=confidences)

    def _most_probable(self, probabilities: FloatArray, labels: IntArray) -> IntArray:
        """The most probable class of each prediction, (n,); its label if that is one of several."""
        column = np.searchsorted(self._probable, labels).clip(max=len(self._probable) - 1)
        own = np.take_along_axis(probabilities, column[:, None], axis=1)[:, 0]
        is_one = (self._probable[column] == labels) & (own == probabilities.max(axis=1))
        return np.where(is_one, labels, self._probable[probabilities.argmax(axis=1)])

    def _mend_confidence(self, confidence: FloatArray, sieve: Sieve) -> FloatArray:
        """Confidences in [0, 1]; those of predictions that were set aside are anything."""
        missing = np.isnan(confidence)
        if self._source.needs_confidence:
            sieve.set_aside(missing, "without a confidence")
        else:
            sieve.count(missing, "without a confidence: taken for 1")
            confidence = np.where(missing, 1.0, confidence)
        confidence = clip_hair(confidence)
        sieve.set_aside(confidence < 0, "with a confidence below 0")
        sieve.count(above_one(confidence), "with a confidence above 1: taken for 1")
        return np.minimum(confidence, 1.0)
