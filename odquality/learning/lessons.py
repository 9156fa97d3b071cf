"""What decisions have taught about a run, in one piece."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from odquality.core.scenes import FloatArray
from odquality.kinds import ANY, KINDS, label_of
from odquality.learning.correction import Correction, fit_correction
from odquality.learning.decisions import Outcomes
from odquality.learning.remaining import COVERAGE, ENOUGH, Remaining, remaining
from odquality.learning.selection import teaching_value
from odquality.learning.spectrum import Spectrum
from odquality.learning.thresholds import Shown, shown_above, threshold_of

# Half of the interval is no more than this share of the number that is expected.
WELL_KNOWN = 0.1


@dataclass(frozen=True)
class Lessons:
    """What is known of a run after some decisions; print it.

    Attributes:
        decided: by kind, how many boxes were decided on.
        found: by kind, how many errors they showed.
        correction: what the run's probabilities should be.
        remaining: by kind and in all (``any``), what is left to be found.
        open: of the boxes that nobody has decided on: how many have which probability.
    """

    decided: Mapping[str, int]
    found: Mapping[str, int]
    correction: Correction
    remaining: Mapping[str, Remaining]
    open: Spectrum

    @property
    def is_well_known(self) -> bool:
        """Whether the number of errors left is known so well that no decision need teach."""
        left = self.remaining[ANY]
        return left.high - left.low <= 2 * WELL_KNOWN * left.expected

    def shown_above(self, threshold: float) -> dict[str, Shown]:
        """What a threshold of corrected probabilities shows of each kind, of what is open.

        Args:
            threshold: in [0, 1].

        Raises:
            ValueError: the threshold is anything else.
        """
        return shown_above(self.open, self.correction, threshold)

    def threshold_of(self, boxes: int) -> float:
        """The threshold that shows about as many open boxes of all kinds.

        Args:
            boxes: how many, an integer of at least 0.

        Raises:
            ValueError: the number is anything else.
        """
        return threshold_of(self.open, self.correction, boxes)

    def teaching_value(self, kind: str, probability: FloatArray) -> FloatArray:
        """What a decision on boxes of a kind would teach, (n,), as `teaching_value` tells it."""
        return teaching_value(self.open, self.correction, kind, probability)

    def __str__(self) -> str:
        lines = [f"After {sum(self.decided.values()):,} answers about boxes"]
        for kind in KINDS:
            left = self.remaining[kind]
            if self.decided[kind] or left.expected >= 0.5:
                lines.append(
                    f"  {label_of(kind)}: {self.found[kind]:,} of {self.decided[kind]:,} were "
                    f"errors; {left}"
                )
        lines.append(f"  All kinds: {self.remaining[ANY]}")
        lines.append(f"  {NOT_COVERED}")
        return "\n".join(lines)


# For people who wonder when to stop.
NOT_COVERED = (
    f"Numbers in brackets hold with {COVERAGE:.0%}; reviewing the likeliest boxes first finds "
    f"{ENOUGH:.0%}. Errors that the detector gives no evidence of are not counted"
)


def lessons_of(
    outcomes: Outcomes, spectrum: Spectrum, settled: Mapping[str, FloatArray] | None = None
) -> Lessons:
    """What decisions have taught.

    Args:
        outcomes: of the decisions.
        spectrum: the probabilities of the whole run, those that were decided on among them.
        settled: by kind about the probabilities, (n,) each, of other boxes that need no decision
            any more, as those that show the same error as one that was decided on.
    """
    correction = fit_correction(outcomes)
    undecided = spectrum - Spectrum.of(outcomes.probabilities())
    for kind, likely in (settled or {}).items():
        undecided = undecided.without(kind, likely)
    return Lessons(
        decided={kind: len(outcomes.of_kind(kind)[1]) for kind in KINDS},
        found={kind: int(np.count_nonzero(outcomes.of_kind(kind)[1])) for kind in KINDS},
        correction=correction,
        remaining=remaining(undecided, correction),
        open=undecided,
    )
