"""The part of the form that weighs the kinds of error."""

from __future__ import annotations

import fiftyone.operators.types as types

from odquality.app.operators.params import WEIGHTS_SWITCH
from odquality.kinds import BY_NAME
from odquality.methods.interface import Setting
from odquality.methods.objectlab.weights import WEIGHED_KINDS

# Sliders move in hundredths.
_STEP = 0.01


def default_weights() -> dict[str, float]:
    """Equal weights as near as sliders can give them, the first kinds getting what is left."""
    share, left = divmod(round(1 / _STEP), len(WEIGHED_KINDS))
    return {kind: (share + (rank < left)) * _STEP for rank, kind in enumerate(WEIGHED_KINDS)}


def add_weights(inputs: types.Object, setting: Setting, *, shown: bool) -> None:
    """Adds a switch, and behind it a slider for each kind."""
    inputs.bool(
        WEIGHTS_SWITCH,
        label=setting.title,
        description=setting.description,
        default=False,
        view=types.SwitchView(componentsProps={"switch": {"data-cy": WEIGHTS_SWITCH}}),
    )
    if not shown:
        return
    sliders = types.Object()
    for kind, weight in default_weights().items():
        sliders.float(
            kind,
            label=BY_NAME[kind].title,
            min=0,
            max=1,
            default=weight,
            view=types.SliderView(componentsProps={"slider": {"step": _STEP, "data-cy": kind}}),
        )
    inputs.define_property("aggregation_weights", sliders, label="Weights, adding up to 1")
