"""What to show a reviewer next."""

from __future__ import annotations

from fiftyone.core.collections import SampleCollection

from odquality.bridge.review.issue import ReviewIssue
from odquality.bridge.review.listing import BY_IMAGES, issues_of, list_issues, open_samples
from odquality.bridge.review.target import ReviewTarget


def next_issues(
    samples: SampleCollection,
    key: str,
    *,
    order: str = BY_IMAGES,
    kind: str | None = None,
    sample_id: str | None = None,
) -> list[ReviewIssue]:
    """The open issues of the image to look at now.

    Args:
        samples: a dataset, or a view for those of its images.
        key: of a run by the calibrated method.
        order: as `list_issues` takes it. By images, the one that is looked at is finished before
            the next comes.
        kind: of error; all if None.
        sample_id: of the image that is looked at, if there is one.

    Returns:
        The one to decide on first, and the others of its image behind it; none if none is open.

    Raises:
        ValueError: as `list_issues` does.
    """
    first: list[ReviewIssue] = []
    if order == BY_IMAGES and sample_id is not None:
        first = issues_of(samples, key, sample_id, kinds=kind)[:1]
    if not first:
        first = list_issues(samples, key, kinds=kind, order=order, limit=1)
    if not first:
        return []
    others = issues_of(samples, key, first[0].sample_id, kinds=kind)
    return [*first, *(issue for issue in others if issue.id != first[0].id)]


def image_after(samples: SampleCollection, key: str, sample_id: str) -> str | None:
    """The image to open after one, by the order of review; None if no other has open issues.

    After the last one the first comes again.
    """
    order = open_samples(samples, ReviewTarget.of(samples, key))
    if sample_id in order:
        place = order.index(sample_id)
        order = [*order[place + 1 :], *order[:place]]
    return order[0] if order else None
