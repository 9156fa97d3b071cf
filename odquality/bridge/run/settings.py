"""What a run is asked to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import fiftyone as fo
from fiftyone.core.collections import SampleCollection

from odquality._version import __version__
from odquality.bridge.read import probabilities
from odquality.bridge.read.classes import check_class_map, check_classes, detector_classes
from odquality.bridge.read.preview import check_first
from odquality.bridge.read.source import Source
from odquality.bridge.run import targets
from odquality.bridge.run.ownership import check_key
from odquality.bridge.store.database import dataset_of
from odquality.bridge.store.records import RUN_METHOD
from odquality.bridge.write.fields import RunFields
from odquality.core.parameters import NOT_GIVEN, NotGiven, boolean
from odquality.methods.interface import Method
from odquality.methods.registry import DEFAULT_METHOD, METHODS, method_info, method_settings

# FiftyOne loads the record of a run by this class.
RUN_CONFIG_CLASS = "odquality.bridge.runs.LabelQualityRunConfig"


@dataclass(frozen=True)
class RunSettings:
    """The arguments of `compute_label_quality`, which describes them."""

    gt_field: str = "ground_truth"
    pred_field: str = "predictions"
    key: str = "label_quality"
    method: str = DEFAULT_METHOD
    aggregation_weights: Mapping[str, float] | None = None
    overlapping_label_check: bool | NotGiven = NOT_GIVEN
    probs_attr: str | None = probabilities.AUTO
    classes: Sequence[str] | Mapping[int, str] | None = None
    class_map: Mapping[str, str] | None = None
    iscrowd: str | None = "iscrowd"
    score_unannotated: bool = False
    min_probability: float | NotGiven = NOT_GIVEN
    seed: int | NotGiven = NOT_GIVEN

    def method_settings(self) -> dict[str, Any]:
        """The values of all settings of the scoring method.

        Raises:
            ValueError: the method's name or one of its settings is malformed, or a setting was
                given that the method does not take.
        """
        names = {name for info in METHODS.values() for name in info.settings}
        given = {name: getattr(self, name) for name in names if hasattr(self, name)}
        return method_settings(self.method, **given)

    def make_method(self) -> Method:
        """The scoring method.

        Raises:
            ValueError: as `method_settings` does.
        """
        return method_info(self.method).make(self.method_settings())

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
            crowd_attribute=self.iscrowd,
            classes=detector_classes(dataset, self.pred_field, self.classes),
            class_map=check_class_map(self.class_map),
            score_unannotated=self.score_unannotated,
        )

    def check(self, samples: SampleCollection) -> None:
        """Checks all that can be checked before anything is read.

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
        """The configuration that the run's record keeps."""
        arguments: dict[str, Any] = {
            name: getattr(self, name)
            for name in self.__dataclass_fields__
            if getattr(self, name) is not NOT_GIVEN
        }
        # As plain values, in whatever form they were given.
        arguments["classes"] = check_classes(self.classes)
        arguments["class_map"] = check_class_map(self.class_map) or None
        for name, value in self.method_settings().items():
            if arguments.get(name) is not None and isinstance(value, (bool, int, float)):
                arguments[name] = value
        if self.aggregation_weights is not None:
            arguments["aggregation_weights"] = dict(self.aggregation_weights)
        arguments["scoring_method"] = arguments.pop("method")
        return {
            "cls": RUN_CONFIG_CLASS,
            "type": "run",
            "method": RUN_METHOD,
            **arguments,
            "plugin_version": __version__,
        }
