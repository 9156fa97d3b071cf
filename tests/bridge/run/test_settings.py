"""What a run is asked to do."""

from __future__ import annotations

import json

import fiftyone as fo
import pytest

from odquality.bridge.run.settings import RUN_PARAMETERS, RunSettings
from odquality.methods.registry import METHODS

WEIGHTS = {"overlooked": 0.2, "swap": 0.3, "badloc": 0.5}


def test_what_is_given_goes_to_the_run_or_to_its_method() -> None:
    settings = RunSettings.of({"key": "k", "seed": 3})
    assert settings == RunSettings(key="k", of_method={"seed": 3})
    assert settings.method_settings()["seed"] == 3


def test_names_of_parameters_are_told_apart() -> None:
    names = [one.name for one in RUN_PARAMETERS]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"method": "objectlab", "seed": 3}, "^seed is no setting of method 'objectlab'"),
        ({"aggregation_weights": WEIGHTS}, "^aggregation_weights is no setting"),
        ({"seed": "x"}, "^seed is 'x'; expected an integer"),
        ({"min_probability": 7}, "^min_probability is 7"),
        ({"method": ["objectlab"]}, "^method is"),
        ({"pred_field": "ground_truth"}, "^gt_field and pred_field are both"),
    ],
)
def test_what_does_not_belong_is_refused(
    dataset: fo.Dataset, given: dict[str, object], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        RunSettings.of(given).check(dataset)


@pytest.mark.parametrize("method", METHODS)
def test_record_keeps_every_value_that_counted(method: str) -> None:
    config = RunSettings.of({"method": method, "key": "k"}).run_config()
    assert config["scoring_method"] == method
    for name, setting in METHODS[method].settings.items():
        if setting.in_runs:
            assert json.dumps(config[name])


def test_record_keeps_what_was_given() -> None:
    given = {"method": "objectlab", "aggregation_weights": WEIGHTS}
    assert RunSettings.of(given).run_config()["aggregation_weights"] == WEIGHTS
