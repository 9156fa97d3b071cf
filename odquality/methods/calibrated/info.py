"""What the calibrated method needs, takes and gives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from odquality.core.parameters import integer, number
from odquality.kinds import KINDS, LABEL_KINDS, OVERLOOKED
from odquality.methods.calibrated.scorer import Calibrated
from odquality.methods.interface import MethodInfo, Setting
from odquality.methods.issues import MIN_PROBABILITY

# Random numbers are hashes of 64 bits.
_LARGEST_SEED = 2**64 - 1


def _make(settings: Mapping[str, Any]) -> Calibrated:
    return Calibrated(seed=settings["seed"])


INFO = MethodInfo(
    title="Calibrated",
    description="Five kinds of errors with probabilities and corrections, for any detector",
    image_scores=("quality", *KINDS),
    label_scores=("quality", *LABEL_KINDS),
    prediction_scores=(OVERLOOKED,),
    in_pixels=False,
    needs_confidence=False,
    uses_alternatives=True,
    learns_from_annotators=True,
    gives_issues=True,
    settings={
        "min_probability": Setting(
            default=MIN_PROBABILITY,
            check=lambda name, value: number(name, value, 0, 1),
            title="Suggest corrections from this probability",
            description="Errors at least this likely get a suggestion; scores do not depend on it",
        ),
        "seed": Setting(
            default=Calibrated.seed,
            check=lambda name, value: integer(name, value, 0, _LARGEST_SEED),
            title="Seed",
            description="The same images with the same seed get the same scores",
        ),
    },
    make=_make,
)
