"""What every scoring method is: it observes images, learns from what was observed, and scores.

Observations of different images *merge*: in any order and grouping, with the same result to the
last bit. So a dataset may be read chunk by chunk, or by many machines at once, each of which sends
its statistics to the one that fits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from odquality.core.scenes import NO_SCENES, FloatArray, IntArray, Scenes


@dataclass(frozen=True)
class Scores:
    """Scores of the images and boxes of one `Scenes`; in [0, 1], lower = more likely mislabelled.

    Attributes:
        images: (N,) float64 per name; ``quality`` combines the others.
        labels: (number of labels,) float64 per name.
        predictions: (number of predictions,) float64 per name; NaN where the name does not apply.
        evidence: per kind of label error, (number of labels,) int64: the row of the prediction
            (for ``duplicate``, of the other label) that speaks for the error, -1 for none. Empty
            for methods that give no evidence.
        expected_errors: per kind, (N,) float64: how many errors an image has, in expectation, those
            that no box shows among them. Empty for methods whose scores are no probabilities.
        clustering: the power to which ``quality`` combines the other scores of an image.
    """

    images: Mapping[str, FloatArray]
    labels: Mapping[str, FloatArray]
    predictions: Mapping[str, FloatArray]
    evidence: Mapping[str, IntArray] = field(default_factory=dict)
    expected_errors: Mapping[str, FloatArray] = field(default_factory=dict)
    clustering: float = 1.0


AnyStatistics = TypeVar("AnyStatistics", bound="Statistics")
AnyMethodStatistics = TypeVar("AnyMethodStatistics", bound="MethodStatistics")
Learned = TypeVar("Learned")
Learned_co = TypeVar("Learned_co", covariant=True)


class Statistics(Protocol):
    """All that fitting needs to know of some images: small, and made to be pickled."""

    def merge(self: AnyStatistics, other: AnyStatistics) -> AnyStatistics:
        """The statistics of the images of both, which stay as they are."""
        ...


class MethodStatistics(Statistics, Protocol):
    """Those of a scoring method: whoever observes images numbers their classes in its own way."""

    def renumbered(self: AnyMethodStatistics, numbers: IntArray) -> AnyMethodStatistics:
        """The statistics of the same images, ``numbers[c]`` instead of class c."""
        ...


class Learner(Protocol[AnyStatistics, Learned_co]):
    """What learns from a dataset, in one pass over its images."""

    def observe(self, scenes: Scenes) -> AnyStatistics:
        """What these images add to what is known of the dataset; they may be none."""
        ...

    def fit(self, statistics: AnyStatistics) -> Learned_co:
        """What the statistics of a whole dataset teach.

        Raises:
            ValueError: the dataset is evidently not of the form that the method needs.
        """
        ...


class Scorer(Protocol):
    """A method that has learned all it needs of the dataset, and scores images one by one."""

    def score(self, scenes: Scenes) -> Scores:
        """Scores every image and box of ``scenes``."""
        ...


# A scoring method and its settings, which observes `MethodStatistics`.
Method = Learner[Any, Scorer]


def learn(learner: Learner[Any, Learned], chunks: Iterable[Scenes]) -> Learned:
    """Observes chunks of a dataset one by one, and fits to all of them.

    Raises:
        ValueError: as ``learner.fit`` does.
    """
    remaining = iter(chunks)
    statistics = learner.observe(next(remaining, NO_SCENES))
    for scenes in remaining:
        statistics = statistics.merge(learner.observe(scenes))
    return learner.fit(statistics)


@dataclass(frozen=True)
class Setting:
    """A setting that a method takes.

    Attributes:
        default: what holds where the setting is not given; it passes the check.
        check: called with the setting's name and value; returns the value as the method needs it,
            or raises a ValueError that names the setting and says what was expected.
        title: in a few words, for forms.
        description: in a sentence, for forms and documents.
        in_runs: whether runs in FiftyOne take it too, and not the array functions alone.
        annotation: its type, as signatures show it; that of the default if empty.
    """

    default: Any
    check: Callable[[str, Any], Any]
    title: str
    description: str
    in_runs: bool = True
    annotation: str = ""


@dataclass(frozen=True)
class MethodInfo:
    """What a method is called, what it needs, takes and gives, and how to make it.

    Attributes:
        title: its name, for people.
        description: what it does, in one line.
        image_scores: names of the scores of an image, ``quality`` first.
        label_scores: names of the scores of a label.
        prediction_scores: names of the scores of a prediction.
        in_pixels: whether boxes must be in pixels; else any unit does.
        needs_confidence: whether predictions must have a confidence.
        uses_alternatives: whether it looks at the other classes that a prediction may be of.
        learns_from_annotators: whether it learns how annotators err, which labels do not tell that
            a reviewer took over from the predictions.
        gives_issues: whether its scores are probabilities that issues can be listed from.
        settings: all settings that it takes, by name: those of its scores, and those of what the
            public functions do with them.
        make: makes the method from the values of all of its settings, checked.
    """

    title: str
    description: str
    image_scores: tuple[str, ...]
    label_scores: tuple[str, ...]
    prediction_scores: tuple[str, ...]
    in_pixels: bool
    needs_confidence: bool
    uses_alternatives: bool
    learns_from_annotators: bool
    gives_issues: bool
    settings: Mapping[str, Setting]
    make: Callable[[Mapping[str, Any]], Method]
