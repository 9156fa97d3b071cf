"""How many open issues are likely, and how many of these are no errors, as the database counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from fiftyone.core.collections import SampleCollection

from odquality.bridge.review.issue import ReviewIssue, read_issue
from odquality.bridge.review.listing import query_of
from odquality.bridge.review.rows import some_with, under
from odquality.bridge.review.target import ReviewTarget
from odquality.bridge.run.run_paths import check_shown
from odquality.bridge.store import database
from odquality.bridge.store.aggregation import bin_number
from odquality.bridge.store.samples import all_samples, once
from odquality.kinds import in_order

Document = dict[str, Any]

# This many cards give an idea of what would be accepted.
NUM_EXAMPLES = 6
# Of each kind the likeliest and the least likely issue of each of this many bins may be among them.
_BINS = 20


@dataclass(frozen=True)
class Outlook:
    """What accepting all from a probability on would do.

    Attributes:
        count: how many issues would be accepted.
        expected_wrong: how many of them are no errors, in expectation.
        by_kind: their number, by kind.
        examples: some of them, from the likeliest to the least likely; none where only numbers
            were asked for.
    """

    count: int
    expected_wrong: float
    by_kind: Mapping[str, int]
    examples: tuple[ReviewIssue, ...] = ()

    def __str__(self) -> str:
        return (
            f"{self.count:,} issues would be accepted; about {self.expected_wrong:,.0f} of them "
            "are no errors"
        )


def outlook(
    samples: SampleCollection,
    key: str,
    *,
    min_probability: float,
    kinds: str | Iterable[str] | None = None,
    classes: str | Iterable[str] | None = None,
) -> Outlook:
    """What `accept_all` would do, in numbers and with examples.

    Args:
        samples: a dataset, or a view for those of its images.
        key: of a run by the calibrated method.
        min_probability: in [0, 1], the least probability of what is accepted.
        kinds: of error; all if None.
        classes: names of classes, as labelled or as suggested; all if None.

    Raises:
        ValueError: as `list_issues` does.
    """
    part = query_of(kinds, classes, min_probability)
    edges = np.linspace(min_probability, 1.0, _BINS + 1).tolist()
    # They are compared by the probability, which comes first.
    issue = {"confidence": "$issue.confidence", "_id": "$_id", "of": "$issue", "at": "$filepath"}
    ends = {"most": {"$max": issue}, "least": {"$min": issue}}
    groups = _groups(samples, key, part, edges, ends, None)
    rows = [group[end] for group in groups for end in ends]
    found = {read_issue({**row, "filepath": row["at"]}, row["of"]) for row in rows}
    ranked = sorted(found, key=lambda one: (-one.probability, one.id))
    return _outlook(groups, spread(ranked))


def outlooks(
    samples: SampleCollection,
    key: str,
    least: Sequence[float],
    *,
    kinds: str | Iterable[str] | None = None,
    classes: str | Iterable[str] | None = None,
    within: float | None = None,
) -> dict[float, Outlook]:
    """What `accept_all` would do from each of several probabilities on, in numbers.

    Args:
        samples: a dataset, or a view for those of its images.
        key: of a run by the calibrated method.
        least: (n,) probabilities in [0, 1].
        kinds: of error; all if None.
        classes: names of classes, as labelled or as suggested; all if None.
        within: seconds that the database may take; as long as it takes if None.

    Raises:
        ValueError: as `list_issues` does.
        TimeoutError: the database would take longer.
    """
    edges = [*sorted(least), 1.0]
    groups = _groups(samples, key, query_of(kinds, classes, edges[0]), edges, {}, within)
    return {
        one: _outlook([group for group in groups if edges[group["bin"]] >= one], ())
        for one in least
    }


def spread(ranked: Sequence[ReviewIssue]) -> list[ReviewIssue]:
    """`NUM_EXAMPLES` of some issues, evenly from the first to the last one."""
    last = max(1, min(NUM_EXAMPLES, len(ranked)) - 1)
    rows = {slot * (len(ranked) - 1) // last for slot in range(last + 1)} if ranked else set()
    return [ranked[row] for row in sorted(rows)]


def _outlook(groups: Sequence[Document], examples: Iterable[ReviewIssue]) -> Outlook:
    counts: Counter[str] = Counter()
    for one in groups:
        counts[one["kind"]] += one["number"]
    wrong = sum(one["wrong"] for one in groups)
    by_kind = {kind: counts[kind] for kind in in_order(counts)}
    return Outlook(counts.total(), float(wrong), by_kind, tuple(examples))


def _groups(
    samples: SampleCollection,
    key: str,
    part: Document,
    edges: Sequence[float],
    others: Document,
    seconds: float | None,
) -> list[Document]:
    """Open issues of a query by ``kind`` and ``bin`` of their probability."""
    target = ReviewTarget.of(samples, key)
    check_shown({target.suggestions, target.num_issues}, samples)
    by = {"kind": "$issue.kind", "bin": bin_number("$issue.confidence", edges)}
    sums = {"number": {"$sum": 1}, "wrong": {"$sum": {"$subtract": [1.0, "$issue.confidence"]}}}
    found = database.iter_documents(
        once(all_samples(samples)),
        {"filepath": 1, "issue": f"${target.suggestions}.detections"},
        before=[{"$match": some_with(target, part)}],
        after=[
            {"$unwind": "$issue"},
            {"$match": under("issue", part)},
            {"$group": {"_id": by, **sums, **others}},
        ],
        within=seconds,
    )
    return [{**one.pop("_id"), **one} for one in found]
