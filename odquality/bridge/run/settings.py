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
from odquality.core.parameters import NOT_GIVEN, NotGiven
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
    classes: Sequence[str] | None = None
    iscrowd: str | None = "iscrowd"
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
        self.method_settings()

    def run_config(self) -> dict[str, Any]:
        """The configuration that the run's record keeps."""
        arguments: dict[str, Any] = {
            name: value for name, value in asdict(self).items() if value is not NOT_GIVEN
        }
        arguments["scoring_method"] = arguments.pop("method")
        return {
            "cls": RUN_CONFIG_CLASS,
            "type": "run",
            "method": RUN_METHOD,
            **arguments,
            "plugin_version": __version__,
        }
