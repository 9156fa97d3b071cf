"""What a run is asked to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from fiftyone.core.collections import SampleCollection

from odquality._version import __version__
from odquality.bridge.read import probabilities
from odquality.bridge.run import targets
from odquality.bridge.run.ownership import check_key
from odquality.bridge.store.records import RUN_METHOD
from odquality.bridge.write.fields import RunFields
from odquality.methods.interface import Method
from odquality.methods.issues import MIN_PROBABILITY
from odquality.methods.registry import DEFAULT_METHOD, DEFAULT_SEED, make_method, method_info

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
    overlapping_label_check: bool = True
    probs_attr: str | None = probabilities.AUTO
    classes: Sequence[str] | None = None
    iscrowd: str | None = "iscrowd"
    min_probability: float = MIN_PROBABILITY
    seed: int = DEFAULT_SEED

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
        check_key(self.key)
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

    def run_config(self) -> dict[str, Any]:
        """The configuration that the run's record keeps."""
        arguments: dict[str, Any] = asdict(self)
        arguments["scoring_method"] = arguments.pop("method")
        return {
            "cls": RUN_CONFIG_CLASS,
            "type": "run",
            "method": RUN_METHOD,
            **arguments,
            "plugin_version": __version__,
        }
