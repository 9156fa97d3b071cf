"""Whether probabilities are true."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.accuracy.data import DetectionData
from benchmarks.accuracy.evaluation import label_truth
from benchmarks.accuracy.files import load_dataset, load_errors
from benchmarks.accuracy.floors.row import Row, score
from benchmarks.accuracy.real_errors import numbers_found, prediction_truth
from benchmarks.accuracy.reliability import calibration_error
from benchmarks.accuracy.scenarios import HALF_PASTED, MIXED, RATES, Scenario
from benchmarks.accuracy.suspicion import Suspicion
from odquality.kinds import ANY, KINDS


def probability_rows(folder: Path, _: int) -> Iterator[Row]:
    """Expected calibration errors, and expected over true numbers."""
    data, errors = load_errors("bccd", folder)
    found = score(data)
    for least in (0.01, -1.0):
        shown, counts = prediction_truth(data, errors, min_confidence=least)
        error = calibration_error(shown[counts], found.predictions[counts])
        name = f"calibration error, bccd missing {'above .01' if least > 0 else 'all'}"
        yield Row(name, (error,), (0.09,), at_most=True)
    voc = load_dataset("voc", folder)
    as_they_are = _expected(score(voc))
    for protocol in ("boxes", "images"):
        for rate in RATES:
            kinds = len(KINDS) if protocol == "boxes" else 1
            scenario = Scenario(protocol, MIXED, share=rate / kinds, settings=HALF_PASTED)
            name = f"voc, errors in {rate:.0%} of the {protocol}"
            yield from _calibration(voc, scenario, name, as_they_are)
    for name, factor in (("bccd", 1.5), ("kaist", 1.5), ("bccd_folds", 2.0)):
        data, errors = load_errors(name, folder)
        for kind, (expected, true) in numbers_found(data, errors, score(data)).items():
            if kind in (ANY, "predictions"):
                yield _ratio(f"{name}, {kind}", expected, true, factor)


def _calibration(
    data: DetectionData, scenario: Scenario, name: str, as_they_are: float
) -> Iterator[Row]:
    """``as_they_are`` is how many errors are expected where none is injected."""
    corrupted = scenario.inject(data, 0)
    found = score(data.with_labels(corrupted.labels, corrupted.iscrowd))
    wrong, counts = label_truth(corrupted, ANY)
    labels = calibration_error(wrong[counts], found.labels[ANY][counts])
    yield Row(f"calibration error, {name}, labels", (labels,), (0.02,), at_most=True)
    bad = np.isin(np.arange(len(data)), corrupted.errors.image)
    images = calibration_error(bad, found.images[ANY])
    yield Row(f"calibration error, {name}, images", (images,), (0.05,), at_most=True)
    true, expected = len(corrupted.errors), _expected(found)
    yield _ratio(name, expected, true, 1.3)
    beyond = f"{name}, beyond {as_they_are:.0f} with none injected"
    yield _ratio(beyond, expected - as_they_are, true, 1.3)


def _expected(found: Suspicion) -> float:
    """How many errors are expected in all."""
    assert found.expected is not None
    return float(found.expected[ANY].sum())


def _ratio(name: str, expected: float, true: int, factor: float) -> Row:
    off = max(expected / true, true / max(expected, 1e-9))
    return Row(f"factor, {name}: {expected:.0f} of {true}", (off,), (factor,), at_most=True)
