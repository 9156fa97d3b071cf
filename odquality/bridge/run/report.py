"""What a run found, for people to read and for the run's record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from odquality.core.scenes import FloatArray

QUANTILES = (0.0, 0.01, 0.05, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True)
class WorstImage:
    """One of the images with the lowest scores.

    Attributes:
        sample_id: of the sample.
        filepath: of its media.
        scores: by name, in [0, 1], lower = more likely mislabelled.
    """

    sample_id: str
    filepath: str
    scores: Mapping[str, float]


@dataclass(frozen=True)
class LabelQualityReport:
    """Summary of a run; `print` it.

    Attributes:
        key: of the run and its fields.
        dataset: name of the dataset.
        method: name of the method.
        num_scored: number of samples that have scores.
        unscored: number of samples that have none, by reason.
        treated: number of detections with special treatment, by what was done.
        num_labels: number of labels that were scored.
        num_predictions: number of predictions they were compared with.
        issues: number of likely errors by kind; empty where the method does not tell.
        quantiles: of the image scores, by quantile in [0, 1]; empty without images.
        worst: the images with the lowest scores, the worst first.
        seconds: spent on ``read``, ``score`` and ``write``.
        warnings: what else the user should know.
        state: ``complete``; ``incomplete`` as long as the run has not come to its end.
    """

    key: str
    dataset: str
    method: str
    num_scored: int
    unscored: Mapping[str, int]
    treated: Mapping[str, int]
    num_labels: int
    num_predictions: int
    issues: Mapping[str, int]
    quantiles: Mapping[str, float]
    worst: Sequence[WorstImage]
    seconds: Mapping[str, float]
    warnings: Sequence[str]
    state: str = "complete"

    def to_dict(self) -> dict[str, Any]:
        """The report as JSON-serialisable values."""
        return asdict(self)

    @classmethod
    def incomplete(cls, key: str, dataset: str, method: str) -> LabelQualityReport:
        """What a run has to say that has not come to its end."""
        return cls(
            key=key,
            dataset=dataset,
            method=method,
            num_scored=0,
            unscored={},
            treated={},
            num_labels=0,
            num_predictions=0,
            issues={},
            quantiles={},
            worst=[],
            seconds={},
            warnings=[],
            state="incomplete",
        )

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> LabelQualityReport:
        """The report that `to_dict` gave."""
        worst = [WorstImage(**image) for image in values["worst"]]
        return cls(**{**values, "worst": worst})

    def headline(self) -> str:
        """One sentence for a notification."""
        if not self.num_scored:
            return f"Label quality: no image could be scored ({self._unscored()})"
        return (
            f"Label quality of {_count(self.num_scored, 'image')} scored; lowest "
            f"{self.quantiles['0.0']:.3f}, median {self.quantiles['0.5']:.3f}"
            + (f"; likely errors: {self._found()}" if self.issues else "")
        )

    def __str__(self) -> str:
        lines = [
            f"Label quality {self.key!r} of dataset {self.dataset!r} (method {self.method})",
            f"  scored    {_count(self.num_scored, 'image')}, {_count(self.num_labels, 'label')}, "
            f"{_count(self.num_predictions, 'prediction')}",
        ]
        lines += [f"  unscored  {_count(n, 'image')}: {why}" for why, n in self.unscored.items()]
        lines += [f"  note      {n:,} of {what}" for what, n in self.treated.items()]
        lines += [f"  warning   {warning}" for warning in self.warnings]
        if self.issues:
            lines.append(f"  errors    {self._found()}")
        if self.quantiles:
            shown = "  ".join(
                f"{float(quantile):.0%} {score:.3f}" for quantile, score in self.quantiles.items()
            )
            lines.append(f"  quantiles {shown}")
        if self.worst:
            lines.append("  worst images (0 = surely mislabelled, 1 = surely right)")
        for image in self.worst:
            parts = "  ".join(f"{name} {score:.3f}" for name, score in image.scores.items())
            lines.append(f"    {parts}  {image.filepath}")
        spent = ", ".join(f"{name} {value:.1f}" for name, value in self.seconds.items())
        lines.append(f"  seconds   {spent}")
        return "\n".join(lines)

    def _found(self) -> str:
        return ", ".join(f"{number:,} {kind}" for kind, number in sorted(self.issues.items()))

    def _unscored(self) -> str:
        return "; ".join(f"{n:,}: {why}" for why, n in self.unscored.items()) or "there are none"


def quantiles(quality: FloatArray) -> dict[str, float]:
    """Quantiles of the image scores, by name; empty without images."""
    if not len(quality):
        return {}
    values = np.quantile(quality, QUANTILES).tolist()
    return {str(quantile): value for quantile, value in zip(QUANTILES, values, strict=True)}


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
