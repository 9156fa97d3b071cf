"""What became of some decisions."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from odquality.bridge.review.issue import OPEN, ReviewIssue


@dataclass(frozen=True)
class Refusal:
    """A decision that was not carried out.

    Attributes:
        issue_id: of the issue.
        reason: why, for people.
    """

    issue_id: str
    reason: str


@dataclass(frozen=True)
class Outcome:
    """What was done; print it.

    Attributes:
        done: the issues, as they are now.
        refused: those for which nothing was done, and why.
        batch: what to pass to ``undo`` or ``redo`` for all of ``done`` together, None if nothing
            was done.
    """

    done: tuple[ReviewIssue, ...]
    refused: tuple[Refusal, ...] = ()
    batch: str | None = None

    def __str__(self) -> str:
        # What was taken back is as if nothing had been decided.
        counts = Counter(
            "open again" if issue.status == OPEN else issue.status for issue in self.done
        )
        told = ", ".join(f"{number:,} {status}" for status, number in counts.items()) or "nothing"
        lines = [f"Label review: {told}"]
        reasons = Counter(refusal.reason for refusal in self.refused)
        lines += [f"  {number:,} refused: {reason}" for reason, number in reasons.items()]
        return "\n".join(lines)
