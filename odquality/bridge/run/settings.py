"""What a run is asked to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import fiftyone as fo
from fiftyone.core.collections import SampleCollection

from odquality._version import __version__
from odquality.bridge.read import probabilities
from odquality.bridge.read.classes import check_class_map, check_classes, detector_classes
from odquality.bridge.read.preview import check_first
from odquality.bridge.read.source import Source
from odquality.bridge.run import targets
from odquality.bridge.run.described import Described, described, described_fields
from odquality.bridge.run.ownership import check_key
from odquality.bridge.store.adopted import source_path
from odquality.bridge.store.records import RUN_METHOD
from odquality.bridge.store.samples import dataset_of
from odquality.bridge.write.fields import RunFields
from odquality.core.parameters import boolean
from odquality.methods.interface import Method, MethodInfo, Setting
from odquality.methods.registry import (
    DEFAULT_METHOD,
    METHODS,
    make_method,
    method_info,
    method_settings,
)

# FiftyOne loads the record of a run by this class.
RUN_CONFIG_CLASS = "odquality.bridge.runs.LabelQualityRunConfig"


@dataclass(frozen=True)
class RunSettings:
    """What a run is asked to do: the one place of its parameters' names, defaults, descriptions.

    `compute_label_quality` and the operator take them as keyword arguments, forms show them and
    the run's record keeps them; all together with those of the scoring methods, which each method
    declares itself.

    Attributes:
        of_method: the settings of the scoring method that were given.
    """

    gt_field: str = described(
        "ground_truth",
        "Ground truth",
        "The field of type Detections with the labels to review",
    )
    pred_field: str = described(
        "predictions",
        "Predictions",
        "The field of type Detections with what a detector found on the same images",
    )
    key: str = described(
        "label_quality",
        "Key",
        "Name of the run; the fields that it writes begin with it",
    )
    method: str = described(
        DEFAULT_METHOD,
        "Method",
        f"Name of the scoring method: {' or '.join(map(repr, METHODS))}",
    )
    probs_attr: str | None = described(
        probabilities.AUTO,
        "Attribute with class probabilities",
        "Attribute of the predictions with one probability (or logit, if 'logit' is part of its "
        "name) per class; 'auto' looks for 'probs', then 'logits'; None takes label and "
        "confidence alone",
    )
    classes: Sequence[str] | Mapping[int, str] | None = described(
        None,
        "Classes",
        "The order of the classes in that attribute, a list of names or a dict {0: name, ...}; by "
        "default the dataset's own list for the predictions, else its default classes",
    )
    class_map: Mapping[str, str] | None = described(
        None,
        "Class names",
        "For classes that the detector calls otherwise than the labels: {name among the "
        "predictions: name among the labels}; several may become one",
    )
    iscrowd: str | None = described(
        "iscrowd",
        "Attribute of regions to ignore",
        "Attribute of the labels that marks regions to ignore, or None for none",
    )
    score_unannotated: bool = described(
        False,
        "Score images without annotation",
        "Whether a sample without a value in the ground-truth field is scored as an image without "
        "labels; else it stays unscored",
    )
    of_method: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> RunSettings:
        """The settings that stand for some of `RUN_PARAMETERS`; the others have their defaults."""
        own = {one.name for one in described_fields(cls)} & set(given)
        of_method = {name: value for name, value in given.items() if name not in own}
        return cls(**{name: given[name] for name in own}, of_method=of_method)

    def method_settings(self) -> dict[str, Any]:
        """The values of all settings of the scoring method.

        Raises:
            ValueError: the method's name or one of its settings is malformed, or a setting was
                given that the method does not take.
        """
        return method_settings(self.method, **self.of_method)

    def make_method(self) -> Method:
        """The scoring method.

        Raises:
            ValueError: as `method_settings` does.
        """
        return make_method(self.method, **self.of_method)

    def fields(self) -> RunFields:
        """What the run writes."""
        return RunFields(self.key, self.gt_field, self.pred_field, method_info(self.method))

    def source(self, dataset: fo.Dataset) -> Source:
        """What the run reads from the samples of a dataset.

        Raises:
            ValueError: ``classes`` or ``class_map`` is malformed.
        """
        info = method_info(self.method)
        return Source(
            gt_field=self.gt_field,
            pred_field=self.pred_field,
            in_pixels=info.in_pixels,
            needs_confidence=info.needs_confidence,
            probability_attributes=probabilities.attributes(self.probs_attr),
            alternatives=info.uses_alternatives,
            crowd_attribute=self.iscrowd,
            adopted=dataset.get_field(source_path(self.gt_field)) is not None,
            # Only probabilities need an order of the classes.
            classes=None
            if self.probs_attr is None and self.classes is None
            else detector_classes(dataset, self.pred_field, self.classes),
            class_map=check_class_map(self.class_map),
            chosen=self._chosen_attributes(),
            score_unannotated=self.score_unannotated,
        )

    def _chosen_attributes(self) -> dict[str, str]:
        """The attributes of detections that are named, and not by default, by argument."""
        named = {"probs_attr": self.probs_attr, "iscrowd": self.iscrowd}
        return {
            argument: name
            for argument, name in named.items()
            if name not in (getattr(RunSettings, argument), None)
        }

    def check(self, samples: SampleCollection) -> None:
        """Checks all that can be checked by a look at a few samples.

        Raises:
            ValueError: names the argument and says what was expected.
        """
        targets.check_samples(samples)
        check_key(self.key)
        targets.check_field(samples, "gt_field", self.gt_field)
        targets.check_field(samples, "pred_field", self.pred_field)
        if self.gt_field == self.pred_field:
            raise ValueError(
                f"gt_field and pred_field are both {self.gt_field!r}; expected two fields"
            )
        targets.check_attribute(samples, "iscrowd", self.gt_field, self.iscrowd)
        targets.check_attribute(samples, "probs_attr", self.pred_field, self.probs_attr)
        boolean("score_unannotated", self.score_unannotated)
        self.method_settings()
        check_first(samples, self.source(dataset_of(samples)))

    def run_config(self) -> dict[str, Any]:
        """The configuration that the run's record keeps: every value that counts."""
        own = {one.name: getattr(self, one.name) for one in described_fields(RunSettings)}
        # As plain values, in whatever form they were given.
        own["score_unannotated"] = bool(self.score_unannotated)
        own["classes"] = check_classes(self.classes)
        own["class_map"] = check_class_map(self.class_map) or None
        own["scoring_method"] = own.pop("method")
        taken = run_settings(method_info(self.method))
        return {
            "cls": RUN_CONFIG_CLASS,
            "type": "run",
            "method": RUN_METHOD,
            **own,
            **{name: self.method_settings()[name] for name in taken},
            "plugin_version": __version__,
        }


def run_settings(method: MethodInfo) -> dict[str, Setting]:
    """The settings of a method that runs take, by name."""
    return {name: setting for name, setting in method.settings.items() if setting.in_runs}


def _of_methods() -> list[Described]:
    """The settings of the methods, each once."""
    takers: dict[str, list[MethodInfo]] = {}
    for method in METHODS.values():
        for name in run_settings(method):
            takers.setdefault(name, []).append(method)
    return [_described(name, methods) for name, methods in takers.items()]


def _described(name: str, methods: Sequence[MethodInfo]) -> Described:
    setting = methods[0].settings[name]
    titles = " and ".join(method.title for method in methods)
    return Described(
        name,
        setting.default,
        setting.annotation or type(setting.default).__name__,
        setting.title,
        f"Of {titles} alone: {setting.description[0].lower()}{setting.description[1:]}",
    )


# All that a run can be asked, by keyword.
RUN_PARAMETERS = (*described_fields(RunSettings), *_of_methods())
