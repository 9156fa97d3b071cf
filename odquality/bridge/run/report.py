"""What a run found, for people to read and for the run's record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from odquality.bridge.run.expected import Above, read_above, table
from odquality.bridge.run.recorded import read_fields, read_numbers
from odquality.bridge.run.remaining import RemainingErrors, learnt, left_by_kind, read_remaining
from odquality.kinds import ANY, in_order, label_of
from odquality.summaries.tables import aligned

COMPLETE = "complete"
INCOMPLETE = "incomplete"


@dataclass(frozen=True)
class WorstImage:
    """One of the images to review first.

    Attributes:
        sample_id: of the sample.
        filepath: of its media.
        scores: by name, in [0, 1], lower = more likely mislabelled.
        expected_errors: how many errors it has, in expectation; None where the method gives no
            probabilities.
    """

    sample_id: str = "unknown"
    filepath: str = "unknown"
    scores: Mapping[str, float] = field(default_factory=dict)
    expected_errors: float | None = None

    @classmethod
    def from_dict(cls, values: Any) -> WorstImage:
        """The image that a record holds."""
        known = read_fields(cls, values)
        return cls(
            **known
            | {
                "scores": read_numbers(known.get("scores")),
                "expected_errors": read_numbers(values).get("expected_errors"),
            }
        )


@dataclass(frozen=True)
class LabelQualityReport:
    """Summary of a run; `print` it.

    Attributes:
        key: of the run and its fields.
        dataset: name of the dataset.
        method: name of the method.
        state: ``complete``, or ``incomplete`` while a run goes on and after it was cut off.
        num_scored: number of samples that have scores.
        unscored: number of samples that have none, by reason.
        treated: number of detections with special treatment, by what was done.
        num_labels: number of labels that were scored.
        num_predictions: number of predictions they were compared with.
        issues: number of likely errors by kind; empty where the method does not tell.
        remaining: by kind of error and in all (``any``), what is left to be found, as
            `Remaining` describes it, with what the reviewer has decided on (``decided``) and found
            (``found``); empty where the method does not tell.
        expected_errors: how many errors there are, in expectation, by kind; ``any`` is their sum.
            Empty for methods that give no probabilities, and where these are not to be trusted
            (`maybe_in_sample`).
        errors_above: by kind, how many suspected errors there are from some probabilities on, and
            how many of these are right, in expectation; empty as above.
        quantiles: of the image scores, by quantile in [0, 1]; empty without images.
        worst: the images to review first: those with the most expected errors where the method
            tells, else those with the lowest scores.
        seconds: spent on ``read``, ``score`` and ``write``.
        warnings: what else the user should know.
        maybe_in_sample: whether the detector may have been trained on these labels, as one of the
            warnings asks. Numbers of expected errors mean nothing then.
    """

    key: str = "unknown"
    dataset: str = "unknown"
    method: str = "unknown"
    state: str = COMPLETE
    num_scored: int = 0
    unscored: Mapping[str, int] = field(default_factory=dict)
    treated: Mapping[str, int] = field(default_factory=dict)
    num_labels: int = 0
    num_predictions: int = 0
    issues: Mapping[str, int] = field(default_factory=dict)
    remaining: RemainingErrors = field(default_factory=dict)
    expected_errors: Mapping[str, float] = field(default_factory=dict)
    errors_above: Mapping[str, Sequence[Above]] = field(default_factory=dict)
    quantiles: Mapping[str, float] = field(default_factory=dict)
    worst: Sequence[WorstImage] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)
    warnings: Sequence[str] = ()
    maybe_in_sample: bool = False

    def to_dict(self) -> dict[str, Any]:
        """The report as JSON-serialisable values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> LabelQualityReport:
        """The report that `to_dict` gave, of this or another version of odquality.

        What a record lacks, or holds in a form that no version wrote, has its default; what this
        version does not know is left out.
        """
        known = read_fields(cls, values)
        for name in ("unscored", "treated", "issues", "expected_errors", "quantiles", "seconds"):
            known[name] = read_numbers(known.get(name))
        known["remaining"] = read_remaining(known.get("remaining"))
        known["errors_above"] = read_above(known.get("errors_above"))
        known["worst"] = [WorstImage.from_dict(image) for image in known.get("worst", ())]
        known["warnings"] = [str(warning) for warning in known.get("warnings", ())]
        return cls(**known)

    @classmethod
    def incomplete(cls, key: str, dataset: str, method: str) -> LabelQualityReport:
        """What there is to say of a run that has not ended."""
        return cls(key, dataset, method, state=INCOMPLETE)

    @property
    def advice(self) -> str:
        """What to do about a run that has not ended; empty for one that has."""
        if self.state == COMPLETE:
            return ""
        return (
            "The run was cut off, or still goes on: its scores may be missing or old. Run again "
            f"under the key {self.key!r}, or delete the run: dataset.delete_run({self.key!r})"
        )

    def headline(self) -> str:
        """One sentence for a notification."""
        if self.state != COMPLETE:
            return f"Label quality run {self.key!r} is incomplete"
        if not self.num_scored:
            return f"Label quality: no image could be scored ({self._unscored()})"
        scores = [
            f"{name} {self.quantiles[quantile]:.3f}"
            for name, quantile in (("lowest", "0.0"), ("median", "0.5"))
            if quantile in self.quantiles
        ]
        parts = [f"Label quality of {_count(self.num_scored, 'image')} scored", ", ".join(scores)]
        if self.issues:
            parts.append(f"likely errors: {self._found()}")
        if ANY in self.expected_errors:
            parts.append(f"{_expected(self.expected_errors[ANY])} in all")
        return "; ".join(filter(None, parts))

    def __str__(self) -> str:
        lines = [
            f"Label quality {self.key!r} of dataset {self.dataset!r} (method {self.method})",
            f"  scored    {_count(self.num_scored, 'image')}, {_count(self.num_labels, 'label')}, "
            f"{_count(self.num_predictions, 'prediction')}",
        ]
        if self.state != COMPLETE:
            lines = [f"INCOMPLETE. {self.advice}", lines[0]]
        lines += [f"  unscored  {_count(n, 'image')}: {why}" for why, n in self.unscored.items()]
        lines += [f"  note      {n:,} of {what}" for what, n in self.treated.items()]
        lines += [f"  warning   {warning}" for warning in self.warnings]
        if self.issues:
            lines.append(f"  errors    {self._found()}")
        if self.num_scored:
            told = {"left": left_by_kind(self.remaining), "learnt": learnt(self.remaining)}
            lines += [f"  {name:<9} {text}" for name, text in told.items() if text]
        if ANY in self.expected_errors:
            lines.append(f"  expected  {self.expected_errors[ANY]:,.1f} errors in all")
        elif self.maybe_in_sample:
            lines.append("  expected  unknown: was the detector trained on these labels?")
        lines += [f"    {line}" for line in aligned(self.error_table())]
        if self.quantiles:
            shown = "  ".join(
                f"{_percent(quantile)} {score:.3f}" for quantile, score in self.quantiles.items()
            )
            lines.append(f"  quantiles {shown}")
        if self.worst:
            lines.append("  worst images (0 = surely mislabelled, 1 = surely right)")
        for image in self.worst:
            parts = [f"{label_of(name)} {score:.3f}" for name, score in image.scores.items()]
            if image.expected_errors is not None:
                parts.insert(0, _expected(image.expected_errors))
            lines.append(f"    {'  '.join([*parts, image.filepath])}")
        if self.seconds:
            spent = ", ".join(f"{name} {value:.1f}" for name, value in self.seconds.items())
            lines.append(f"  seconds   {spent}")
        return "\n".join(lines)

    def error_table(self) -> list[list[str]]:
        """A row of cells per kind: errors expected, and shown / right from each probability on.

        The head is the first row; there is none where the method gives no probabilities.
        """
        return table(self.expected_errors, self.errors_above)

    def _found(self) -> str:
        found = ", ".join(
            f"{self.issues[kind]:,} {label_of(kind)}" for kind in in_order(self.issues)
        )
        if self.maybe_in_sample:
            found += " (how many there are cannot be known if the detector has learnt them)"
        return found

    def _unscored(self) -> str:
        return "; ".join(f"{n:,}: {why}" for why, n in self.unscored.items()) or "there are none"


def _expected(number: float) -> str:
    return f"{number:,.1f} errors expected"


def _percent(quantile: str) -> str:
    """A quantile as people write it; a record of another version may name it in its own way."""
    try:
        return f"{float(quantile):.0%}"
    except ValueError:
        return quantile


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
