"""The injections that are run."""

from __future__ import annotations

from benchmarks.accuracy.data import DetectionData
from benchmarks.accuracy.errors import KINDS, ErrorKind
from benchmarks.accuracy.injection import Scenario
from benchmarks.accuracy.settings import Settings

MIXED = "mixed"
BOX_SHARE = 0.05


def possible_kinds(data: DetectionData) -> tuple[ErrorKind, ...]:
    """The kinds of error that the data can have: without a second class there is no swap."""
    return tuple(kind for kind in KINDS if kind != "swap" or len(data.class_names) > 1)


def standard_scenarios(kinds: tuple[ErrorKind, ...]) -> list[Scenario]:
    """Both protocols with all kinds mixed, and by images each kind by itself."""
    return [
        Scenario("images", MIXED, kinds),
        *(Scenario("images", kind, (kind,)) for kind in kinds),
        Scenario("boxes", MIXED, kinds, BOX_SHARE),
    ]


def robustness_scenarios(kinds: tuple[ErrorKind, ...]) -> list[Scenario]:
    """Other rates, kinds and sizes than the standard ones, one change at a time."""
    return [
        Scenario("images", "errors in 5% of the images", kinds, 0.05),
        Scenario("images", "errors in 40% of the images", kinds, 0.4),
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
            "loose copies, IoU in [.6, .8)",
            ("duplicate",),
            settings=Settings(duplicate_iou=(0.6, 0.8), duplicate_spread=0.1),
        ),
    ]
