"""Accepts many issues at once, after a look at what that would do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from fiftyone.core.collections import SampleCollection

from odquality.bridge.review.decide import accept
from odquality.bridge.review.issue import ReviewIssue
from odquality.bridge.review.listing import list_issues
from odquality.bridge.review.outcome import Outcome
from odquality.bridge.review.outlook import Outlook, spread
from odquality.bridge.review.rows import BY_PROBABILITY
from odquality.kinds import in_order, label_of


@dataclass(frozen=True)
class AcceptPreview(Outlook):
    """What accepting many issues would do; print it.

    Attributes:
        issues: that would be accepted, the likeliest first. ``accept(samples, key,
            preview.issues)`` accepts exactly these.
    """

    issues: tuple[ReviewIssue, ...] = ()

    def __str__(self) -> str:
        lines = [super().__str__()]
        lines += [f"  {number:,} {label_of(kind)}" for kind, number in self.by_kind.items()]
        lines += [f"  for example {issue}" for issue in self.examples]
        return "\n".join(lines)


def preview_accept_all(
    samples: SampleCollection,
    key: str,
    *,
    min_probability: float,
    kinds: str | Iterable[str] | None = None,
    classes: str | Iterable[str] | None = None,
) -> AcceptPreview:
    """What `accept_all` would do; nothing is changed.

    Args:
        samples: a dataset, or a view for those of its images.
        key: of a run by the calibrated method.
        min_probability: in [0, 1], the least probability of what is accepted.
        kinds: of error; all if None.
        classes: names of classes, as labelled or as suggested; all if None.

    Returns:
        The issues, how many of them are wrong in expectation, and examples.

    Raises:
        ValueError: as `list_issues` does.
    """
    issues = list_issues(
        samples,
        key,
        kinds=kinds,
        classes=classes,
        min_probability=min_probability,
        order=BY_PROBABILITY,
    )
    counts = Counter(issue.kind for issue in issues)
    return AcceptPreview(
        count=len(issues),
        expected_wrong=sum(1.0 - issue.probability for issue in issues),
        by_kind={kind: counts[kind] for kind in in_order(counts)},
        examples=tuple(spread(issues)),
        issues=tuple(issues),
    )


def accept_all(
    samples: SampleCollection,
    key: str,
    *,
    min_probability: float,
    kinds: str | Iterable[str] | None = None,
    classes: str | Iterable[str] | None = None,
    by: str | None = None,
) -> Outcome:
    """Accepts all open issues of at least a probability; one ``undo`` takes all back.

    Look at `preview_accept_all` first.

    Args:
        samples: a dataset, or a view for those of its images.
        key: of a run by the calibrated method.
        min_probability: in [0, 1], the least probability of what is accepted.
        kinds: of error; all if None.
        classes: names of classes, as labelled or as suggested; all if None.
        by: who decides; the user of this machine if None.

    Returns:
        What was done, and what was refused and why.

    Raises:
        ValueError: as `accept` and `list_issues` do.
    """
    preview = preview_accept_all(
        samples, key, min_probability=min_probability, kinds=kinds, classes=classes
    )
    return accept(samples, key, preview.issues, by=by)
