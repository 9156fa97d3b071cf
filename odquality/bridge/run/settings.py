"""What a run is asked to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from fiftyone.core.collections import SampleCollection

from odquality._version import __version__
from odquality.bridge.read import probabilities
from odquality.bridge.run import targets
from odquality.bridge.run.described import setting
from odquality.bridge.runs import LabelQualityRunConfig, check_ownership
from odquality.bridge.store.database import dataset_of
from odquality.bridge.write.fields import RunFields
from odquality.methods.interface import Method
from odquality.methods.issues import MIN_PROBABILITY
from odquality.methods.registry import DEFAULT_METHOD, DEFAULT_SEED, make_method, method_info


@dataclass(frozen=True)
class RunSettings:
    """What a run is asked to do: the one place of a setting's name, default and description.

    `compute_label_quality` and the operator take these as keyword arguments, the form shows them
    and the run's record keeps them.
    """

    gt_field: str = setting(
        "ground_truth",
        "Ground truth",
        "The field of type Detections with the labels to review",
    )
    pred_field: str = setting(
        "predictions",
        "Predictions",
        "The field of type Detections with what a detector found on the same images",
    )
    key: str = setting(
        "label_quality",
        "Key",
        "Name of the run; the fields that it writes begin with it",
    )
    method: str = setting(
        DEFAULT_METHOD,
        "Method",
        "Name of the scoring method: 'calibrated', or 'objectlab', the reference method",
    )
    aggregation_weights: Mapping[str, float] | None = setting(
        None,
        "Weights of the kinds of error",
        "Of ObjectLab: how much 'overlooked', 'swap' and 'badloc' count in an image's score; they "
        "add up to 1, and are equal by default",
    )
    overlapping_label_check: bool = setting(
        True,
        "Overlapping labels are wrong",
        "Of ObjectLab: whether two labels of different classes on the same box count as a wrong "
        "class",
    )
    probs_attr: str | None = setting(
        probabilities.AUTO,
        "Attribute with class probabilities",
        "Attribute of the predictions with one probability (or logit, if 'logit' is part of its "
        "name) per class; 'auto' looks for 'probs', then 'logits'; none uses label and confidence "
        "alone",
    )
    classes: Sequence[str] | None = setting(
        None,
        "Classes",
        "The order of the classes in that attribute; by default the dataset's own list for the "
        "predictions, else its default classes",
    )
    iscrowd: str | None = setting(
        "iscrowd",
        "Attribute of regions to ignore",
        "Attribute of the labels that marks regions to ignore; none if all are reviewed",
    )
    min_probability: float = setting(
        MIN_PROBABILITY,
        "Suggest corrections from this probability",
        "Of the calibrated method: errors at least this likely get a suggestion, in [0, 1]; scores "
        "do not depend on it",
    )
    seed: int = setting(
        DEFAULT_SEED,
        "Seed",
        "Of the calibrated method: the same data with the same seed gives the same scores",
    )

    def make_method(self) -> Method:
        """The scoring method.

        Raises:
            ValueError: its name or its settings are malformed.
        """
        return make_method(
            self.method,
            aggregation_weights=self.aggregation_weights,
            overlapping_label_check=self.overlapping_label_check,
            seed=self.seed,
        )

    def fields(self) -> RunFields:
        """What the run writes."""
        return RunFields(self.key, self.gt_field, self.pred_field, method_info(self.method))

    def check(self, samples: SampleCollection) -> None:
        """Checks all that can be checked before anything is read.

        Raises:
            ValueError: names the argument and says what was expected.
        """
        targets.check_samples(samples)
        targets.check_key(self.key)
        targets.check_field(samples, "gt_field", self.gt_field)
        targets.check_field(samples, "pred_field", self.pred_field)
        if self.gt_field == self.pred_field:
            raise ValueError(
                f"gt_field and pred_field are both {self.gt_field!r}; expected two fields"
            )
        probabilities.attributes(self.probs_attr)
        self.make_method()
        if not 0 <= self.min_probability <= 1:
            raise ValueError(
                f"min_probability is {self.min_probability}; expected a number in [0, 1]"
            )
        check_ownership(dataset_of(samples), self.fields())

    def run_config(self) -> LabelQualityRunConfig:
        """The configuration that the run's record keeps."""
        arguments: dict[str, Any] = asdict(self)
        arguments["scoring_method"] = arguments.pop("method")
        return LabelQualityRunConfig(**arguments, plugin_version=__version__)
