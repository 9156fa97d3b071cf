"""What to show a reviewer next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fiftyone.core.collections import SampleCollection

from odquality.bridge.review.changes import edit_of
from odquality.bridge.review.issue import ReviewIssue, read_issue
from odquality.bridge.review.listing import BY_IMAGES, list_issues, open_samples
from odquality.bridge.review.target import ReviewTarget
from odquality.bridge.run.run_paths import RunPaths
from odquality.bridge.store import database

Document = Mapping[str, Any]


@dataclass(frozen=True)
class Card:
    """An issue to decide on, with its image: all that a reviewer sees of it.

    Attributes:
        issue: to decide on.
        others: the other open issues of the image, those that are reviewed first, each of these
            parts by probability.
        num_behind: how many of them are reviewed.
        labels: documents of the image's labels, as the database has them.
        predictions: likewise.
        is_edited: whether somebody has settled one of the image's issues by hand, which
            `note_edits` counts as decided.
    """

    issue: ReviewIssue
    others: tuple[ReviewIssue, ...]
    num_behind: int
    labels: Sequence[Document]
    predictions: Sequence[Document]
    is_edited: bool


def next_card(
    samples: SampleCollection,
    key: str,
    *,
    order: str = BY_IMAGES,
    kind: str | None = None,
    of_class: str | None = None,
    sample_id: str | None = None,
) -> Card | None:
    """The issue to decide on now.

    On the image that is looked at it takes one query, by the image's id.

    Args:
        samples: a dataset, or a view for those of its images.
        key: of a run by the calibrated method.
        order: as `list_issues` takes it. By images, the one that is looked at is finished before
            the next comes.
        kind: of error; all if None.
        of_class: name of a class, as labelled or as suggested; all if None.
        sample_id: of the image that is looked at, if there is one.

    Returns:
        None if none is open.

    Raises:
        ValueError: as `list_issues` does.
    """
    target = ReviewTarget.of(samples, key)
    if order == BY_IMAGES and sample_id is not None:
        card = _card_of(target, sample_id, kind, of_class)
        if card is not None:
            return card
    first = list_issues(samples, key, kinds=kind, classes=of_class, order=order, limit=1)
    return _card_of(target, first[0].sample_id, kind, of_class) if first else None


def next_issues(
    samples: SampleCollection,
    key: str,
    *,
    order: str = BY_IMAGES,
    kind: str | None = None,
    sample_id: str | None = None,
) -> list[ReviewIssue]:
    """The issue of `next_card`, and the others of its image that are reviewed behind it.

    Raises:
        ValueError: as `list_issues` does.
    """
    card = next_card(samples, key, order=order, kind=kind, sample_id=sample_id)
    return [] if card is None else [card.issue, *card.others[: card.num_behind]]


def image_after(samples: SampleCollection, key: str, sample_id: str) -> str | None:
    """The image to open after one, by the order of review; None if no other has open issues.

    After the last one the first comes again.
    """
    return following(open_samples(samples, ReviewTarget.of(samples, key)), sample_id)


def following(order: Sequence[str], current: str) -> str | None:
    """What comes after one in an order, after the last the first; None if there is no other."""
    place = order.index(current) if current in order else -1
    others = [*order[place + 1 :], *order[: max(place, 0)]]
    return others[0] if others else None


def _card_of(
    target: ReviewTarget, sample_id: str, kind: str | None, of_class: str | None
) -> Card | None:
    """The likeliest of the issues of an image that are reviewed, None if none is open."""
    predictions = RunPaths.of(target.dataset, target.record).predictions
    columns = {
        "filepath": 1,
        "issues": f"${target.suggestions}.detections",
        "labels": f"${target.gt_field}.detections",
        "predictions": f"${predictions}",
    }
    ids = database.as_ids([sample_id])
    found = database.find_columns(target.dataset, ids, columns).get(ids[0], {})
    suggestions = sorted(
        found.get("issues") or (), key=lambda one: (-one["confidence"], one["_id"])
    )
    issues = [read_issue(found, one) for one in suggestions]
    wanted = [
        issue
        for issue in issues
        if kind in (None, issue.kind) and of_class in (None, issue.label, issue.given_label)
    ]
    if not wanted:
        return None
    labels = found.get("labels") or ()
    others = [*wanted[1:], *(issue for issue in issues if issue not in wanted)]
    return Card(
        wanted[0],
        tuple(others),
        len(wanted) - 1,
        labels,
        found.get("predictions") or (),
        any(edit_of(one, labels, target.scored_by) is not None for one in suggestions),
    )
