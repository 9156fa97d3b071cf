"""Do labels and predictions fit together? What both look like, and what that gives away.

Nothing here is needed for a score. It finds the mistakes that make all scores meaningless: other
class names, boxes in another unit, fields that are swapped, images in another order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from odquality.core import confidence as confidences
from odquality.core.box_fits import BoxFits, count_classes
from odquality.core.box_units import BoxPlaces, not_in_pixels, units_differ
from odquality.core.class_names import compare_class_names
from odquality.core.in_sample import InSample
from odquality.core.scenes import FloatArray, IntArray, Scenes

# More predictions than this share whose label is not their most probable class are most of them.
_MOST = 0.5


@dataclass
class Agreement:
    """Statistics of labels and predictions; those of several parts of a dataset add up.

    Attributes:
        label_places: where the labels lie.
        prediction_places: where the predictions lie.
        label_classes: number of labels of each class; classes have small numbers.
        prediction_classes: number of predictions of each class.
        fits: how labels and predictions lie on each other.
        in_sample: how well the most confident predictions agree with the labels.
        confident_labels: images with a label that has a confidence, which only predictions should.
        labelled: images with labels.
        found: predictions, usable or not.
        confident: those of them that have a confidence.
        above_one: those of them whose confidence is above 1.
        largest_confidence: of all of them.
        argmax_compared: predictions that have a label and class probabilities.
        argmax_differs: those of them whose most probable class is not their label.
    """

    label_places: BoxPlaces = field(default_factory=BoxPlaces)
    prediction_places: BoxPlaces = field(default_factory=BoxPlaces)
    label_classes: Counter[int] = field(default_factory=Counter)
    prediction_classes: Counter[int] = field(default_factory=Counter)
    fits: BoxFits = field(default_factory=BoxFits)
    in_sample: InSample = field(default_factory=InSample)
    confident_labels: int = 0
    labelled: int = 0
    found: int = 0
    confident: int = 0
    above_one: int = 0
    largest_confidence: float = 0.0
    argmax_compared: int = 0
    argmax_differs: int = 0

    def observe(self, scenes: Scenes) -> None:
        """Takes the boxes and classes of more images into account."""
        self.observe_units(scenes)
        self.observe_fits(scenes)

    def observe_units(self, scenes: Scenes) -> None:
        """Takes the places of the boxes of more images into account, and nothing else."""
        self.label_places.observe(scenes.labels, scenes.image_sizes)
        self.prediction_places.observe(scenes.predictions, scenes.image_sizes)

    def observe_fits(self, scenes: Scenes) -> None:
        """Takes the classes of more images into account, and how their boxes lie on each other."""
        self.label_classes += count_classes(scenes.labels.classes)
        self.prediction_classes += count_classes(scenes.predictions.classes)
        self.fits.observe(scenes)

    def observe_label_confidences(self, *, images: int, of: int) -> None:
        """Takes into account in how many of some labelled images labels have confidences."""
        self.confident_labels += images
        self.labelled += of

    def observe_confidences(self, confidence: FloatArray) -> None:
        """Takes the confidences (n,) of predictions into account as they were given; NaN: none."""
        self.found += len(confidence)
        self.confident += int(np.count_nonzero(~np.isnan(confidence)))
        self.above_one += int(np.count_nonzero(confidences.above_one(confidence)))
        largest = float(np.fmax.reduce(confidence, initial=0.0))
        self.largest_confidence = max(self.largest_confidence, largest)

    def observe_argmax(self, most_probable: IntArray, labels: IntArray) -> None:
        """Compares the most probable classes of n predictions with the classes of their labels."""
        self.argmax_compared += len(labels)
        self.argmax_differs += int(np.count_nonzero(most_probable != labels))

    def merge(self, other: Agreement) -> None:
        """Adds what was observed elsewhere, with the same numbers for the classes."""
        self.label_places.merge(other.label_places)
        self.prediction_places.merge(other.prediction_places)
        self.label_classes += other.label_classes
        self.prediction_classes += other.prediction_classes
        self.fits.merge(other.fits)
        self.in_sample.merge(other.in_sample)
        self.largest_confidence = max(self.largest_confidence, other.largest_confidence)
        for name in _SUMS:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def renumber(self, numbers: IntArray) -> None:
        """Gives the classes other numbers, ``numbers[c]`` instead of c."""
        for counts in (
            self.label_classes,
            self.prediction_classes,
            self.fits.fitting,
            self.fits.confirmed,
        ):
            renumbered = {int(numbers[number]): count for number, count in counts.items()}
            counts.clear()
            counts.update(renumbered)

    def refusal(self, gt_name: str, pred_name: str) -> str | None:
        """Why nothing sensible can come of the data, beyond doubt; None if something may.

        Args:
            gt_name: what the labels are called in the message.
            pred_name: what the predictions are called in the message.
        """
        if self.found and not self.confident and self.confident_labels > self.labelled / 2:
            return (
                f"{pred_name} has no confidences while {gt_name} has some: the two seem to be "
                "swapped; expected the labels to review and a detector's predictions"
            )
        if confidences.are_of_another_scale(
            self.above_one, self.confident, self.largest_confidence
        ):
            return (
                f"confidences of {pred_name} go up to {self.largest_confidence:g} and seem to be "
                "in percent or on another scale; expected numbers in [0, 1]"
            )
        return None

    def units_refusal(self) -> str | None:
        """Says which of the arguments ``labels`` and ``predictions`` is in another unit, if one is.

        For images of unknown size; the sizes tell more.
        """
        for differs, name, other, places in zip(
            units_differ(self.label_places, self.prediction_places),
            ("labels", "predictions"),
            ("predictions", "labels"),
            (self.label_places, self.prediction_places),
            strict=True,
        ):
            if differs:
                return not_in_pixels(name, places.largest, f"pixels as in {other}")
        return None

    def findings(self, class_names: Sequence[str], gt_name: str, pred_name: str) -> list[str]:
        """Sentences about what probably went wrong, none where all is well.

        Args:
            class_names: name of each class number.
            gt_name: what the labels are called in a sentence.
            pred_name: what the predictions are called in a sentence.
        """
        sentences = compare_class_names(
            _by_name(self.label_classes, class_names),
            _by_name(self.prediction_classes, class_names),
            gt_name=gt_name,
            pred_name=pred_name,
        )
        places = self.label_places.finding(gt_name), self.prediction_places.finding(pred_name)
        # Boxes that are elsewhere fit nothing; nor do classes, if the probabilities are in another
        # order or no name is common. That need not be said twice.
        common = bool(self.label_classes.keys() & self.prediction_classes.keys())
        sentences += [sentence for sentence in places if sentence]
        sentences += self.fits_findings(
            gt_name,
            pred_name,
            boxes=not any(places),
            classes=common and not self._probabilities_contradict(),
        )
        if self._probabilities_contradict():
            share = self.argmax_differs / self.argmax_compared
            sentences.append(
                f"the class probabilities of {share:.0%} of {pred_name} that have some are largest "
                "for another class than the prediction's own label: are the classes in the order "
                "of the probabilities? Pass classes=[...] in that order, or probs_attr=None to use "
                "the labels of the predictions"
            )
        return sentences

    def fits_findings(
        self, gt_name: str, pred_name: str, *, boxes: bool = True, classes: bool = True
    ) -> list[str]:
        """The sentences about how labels and predictions lie on each other.

        Args:
            gt_name: what the labels are called in a sentence.
            pred_name: what the predictions are called in a sentence.
            boxes: whether to say it of the boxes.
            classes: whether to say it of the classes.
        """
        # Labels on which hardly any box lies tell nothing of classes.
        if boxes and (finding := self.fits.boxes_finding(gt_name, pred_name)):
            return [finding]
        if not classes:
            return []
        common = self.label_classes.keys() & self.prediction_classes.keys()
        judged = common or set(self.label_classes)
        finding = self.fits.classes_finding(gt_name, pred_name, judged)
        return [finding] if finding else []

    def _probabilities_contradict(self) -> bool:
        """Whether most class probabilities are largest for another class than the label."""
        return self.argmax_differs > _MOST * self.argmax_compared


_SUMS = (
    "confident_labels",
    "labelled",
    "found",
    "confident",
    "above_one",
    "argmax_compared",
    "argmax_differs",
)


def _by_name(counts: Counter[int], names: Sequence[str]) -> dict[str, int]:
    return {names[number]: count for number, count in counts.items()}
