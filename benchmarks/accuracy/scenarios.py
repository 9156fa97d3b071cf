"""The injections that are run."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from benchmarks.accuracy.data import DetectionData
from odquality.demo.injection.labels import Corrupted, TrueLabels
from odquality.demo.injection.protocols import inject_by_boxes, inject_by_images
from odquality.demo.injection.settings import Settings
from odquality.kinds import KINDS

MIXED = "mixed"
BOX_SHARE = 0.05
RATES = (0.01, 0.05, 0.2)
PASTED = Settings(spurious_pasted=1.0)
# Among errors of all kinds half of the spurious labels lie where labels of the data use to be.
HALF_PASTED = Settings(spurious_pasted=0.5)


@dataclass(frozen=True)
class Scenario:
    """One way to inject errors.

    Attributes:
        protocol: ``images`` or ``boxes``.
        name: what to call it in tables.
        kinds: which errors to make.
        share: of the images, or per kind of the boxes.
        settings: ranges of the wrong boxes.
    """

    protocol: str
    name: str
    kinds: tuple[str, ...] = KINDS
    share: float = 0.2
    settings: Settings = field(default_factory=Settings)

    def inject(self, data: DetectionData, seed: int) -> Corrupted:
        """Injects the errors into labels; the same seed gives the same errors."""
        inject = inject_by_boxes if self.protocol == "boxes" else inject_by_images
        true = TrueLabels(data.labels, data.iscrowd, data.image_sizes, len(data.class_names))
        rng = np.random.default_rng(seed)
        return inject(true, rng, kinds=self.kinds, share=self.share, settings=self.settings)


def possible_kinds(data: DetectionData) -> tuple[str, ...]:
    """The kinds of error that the data can have: without a second class there is no swap."""
    return tuple(kind for kind in KINDS if kind != "swap" or len(data.class_names) > 1)


def standard_scenarios(kinds: tuple[str, ...]) -> list[Scenario]:
    """Both protocols with all kinds mixed, and by images each kind by itself."""
    return [
        Scenario("images", MIXED, kinds, settings=HALF_PASTED),
        *(Scenario("images", kind, (kind,)) for kind in kinds),
        Scenario("boxes", MIXED, kinds, BOX_SHARE, HALF_PASTED),
    ]


def rate_scenarios(kinds: tuple[str, ...]) -> list[Scenario]:
    """Errors of all kinds in few, some and many of the boxes, to hold probabilities against."""
    return [
        Scenario(
            "boxes", f"errors in {rate:.0%} of the boxes", kinds, rate / len(kinds), HALF_PASTED
        )
        for rate in RATES
    ]


def robustness_scenarios(kinds: tuple[str, ...]) -> list[Scenario]:
    """Other rates, kinds and sizes than the standard ones, one change at a time."""
    return [
        Scenario("images", "errors in 5% of the images", kinds, 0.05, HALF_PASTED),
        Scenario("images", "errors in 40% of the images", kinds, 0.4, HALF_PASTED),
        Scenario("images", "all kinds, spurious boxes anywhere", kinds),
        Scenario("images", "all kinds, spurious boxes pasted", kinds, settings=PASTED),
        Scenario("images", "overlooked and spurious only", ("overlooked", "spurious")),
        Scenario(
            "images",
            "large shifts, IoU in [.2, .4)",
            ("badloc",),
            settings=Settings(shift_iou=(0.2, 0.4), shift_spread=0.3),
        ),
        Scenario(
            "images",
            "small shifts, IoU in [.7, .85)",
            ("badloc",),
            settings=Settings(shift_iou=(0.7, 0.85), shift_spread=0.08),
        ),
        Scenario(
            "images",
            "small spurious boxes, sides of 3% to 10%",
            ("spurious",),
            settings=Settings(spurious_side=(0.03, 0.1)),
        ),
        Scenario(
            "images",
            "spurious boxes of the sizes of labels",
            ("spurious",),
            settings=Settings(spurious_side=None),
        ),
        Scenario(
            "images",
            "spurious boxes pasted from other images",
            ("spurious",),
            settings=PASTED,
        ),
        Scenario(
            "images",
            "loose copies, IoU in [.6, .8)",
            ("duplicate",),
            settings=Settings(duplicate_iou=(0.6, 0.8), duplicate_spread=0.1),
        ),
    ]
