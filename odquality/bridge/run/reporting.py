"""Makes the report of a run from what the run has counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import fiftyone as fo
import numpy as np

from odquality.bridge.read.reading import Reading
from odquality.bridge.run.expected import summed_up
from odquality.bridge.run.remaining import remaining_errors
from odquality.bridge.run.report import LabelQualityReport
from odquality.bridge.run.settings import RunSettings
from odquality.bridge.run.tally import Tally
from odquality.bridge.run.worst import worst_images
from odquality.core.scenes import FloatArray
from odquality.kinds import with_total
from odquality.learning.decisions import Outcomes
from odquality.learning.lessons import lessons_of

QUANTILES = (0.0, 0.01, 0.05, 0.25, 0.5, 0.75, 1.0)


def make_report(
    dataset: fo.Dataset,
    settings: RunSettings,
    reading: Reading,
    tally: Tally,
    seconds: Mapping[str, float],
    warnings: Sequence[str],
) -> LabelQualityReport:
    """The report of a run that has written all of its scores.

    Args:
        dataset: that the run is on.
        settings: of the run.
        reading: what was found while the samples were read.
        tally: of what was scored.
        seconds: spent per part of the run.
        warnings: come before those of the reading.
    """
    quality = tally.quality
    question = reading.question()
    # Where the detector may have learnt the labels, nobody knows how many errors there are.
    expected = {} if question else with_total(tally.expected_errors)
    return LabelQualityReport(
        key=settings.key,
        dataset=dataset.name,
        method=settings.method,
        num_scored=len(quality),
        unscored=dict(sorted(tally.unscored.items())),
        treated=dict(sorted(reading.treated.items())),
        num_labels=tally.num_labels,
        num_predictions=tally.num_predictions,
        issues=dict(tally.issues),
        # Before anything was reviewed.
        remaining=remaining_errors(lessons_of(Outcomes.of([]), tally.spectrum)) if expected else {},
        expected_errors=expected,
        errors_above=summed_up(tally.errors_above) if expected else {},
        quantiles=quantiles(quality),
        worst=worst_images(dataset, settings.fields()),
        seconds=dict(seconds),
        warnings=[*warnings, *reading.findings(), *([question] if question else ())],
        maybe_in_sample=question is not None,
    )


def quantiles(quality: FloatArray) -> dict[str, float]:
    """Quantiles of the image scores, by name; empty without images."""
    if not len(quality):
        return {}
    values = np.quantile(quality, QUANTILES).tolist()
    return {str(quantile): value for quantile, value in zip(QUANTILES, values, strict=True)}
