"""What to show a reviewer next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fiftyone.core.collections import SampleCollection

from odquality.bridge.decisions.reading import listed
from odquality.bridge.review.issue import ReviewIssue, read_issue
from odquality.bridge.review.listing import first_open, list_issues
from odquality.bridge.review.rows import BY_IMAGES, rank_of_images
from odquality.bridge.review.target import ReviewTarget
from odquality.bridge.run.run_paths import RunPaths
from odquality.bridge.store import database
from odquality.bridge.store.batched import batched

Document = Mapping[str, Any]

# Crops that are looked at together for one to open next.
_CROPS_AT_ONCE = 1000


@dataclass(frozen=True)
class Card:
    """An issue to decide on, with its image: all that a reviewer sees of it.

    Attributes:
        issue: to decide on.
        others: the other open issues of the image, first those that are reviewed too, each of
            these parts by probability.
        labels: documents of the image's labels, as the database has them.
        predictions: likewise; none if they were deleted.
        is_edited: whether somebody has settled one of the image's issues by hand, which
            `note_edits` counts as decided.
    """

    issue: ReviewIssue
    others: tuple[ReviewIssue, ...]
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


def image_after(samples: SampleCollection, key: str, sample_id: str) -> str | None:
    """The image to open after one, by the order of review; None if no other has open issues.

    After the last one, and after one without open issues, the first comes. The database looks for
    it: no list of images is read.

    Args:
        samples: a dataset, or a view for those of its images, whichever fields it shows.
        key: of a run by the calibrated method.
        sample_id: of the image.

    Raises:
        ValueError: there is no such run, or it has no suggestions.
    """
    target = ReviewTarget.of(samples, key)
    (current,) = database.as_ids([sample_id])
    others = {"_id": {"$ne": current}}
    behind = _behind(target, current)
    parts = [others] if behind is None else [behind, others]
    found = (first_open(samples, target, part) for part in parts)
    return next((one for one in found if one is not None), None)


def crop_after(crops: SampleCollection, key: str, crop_id: str) -> str | None:
    """The crop to open after one, in the order of a view; None if no other image has open issues.

    After the last one the first comes again; crops of the same image are passed over.

    Args:
        crops: a view of patches.
        key: of a run by the calibrated method.
        crop_id: of the crop.

    Raises:
        ValueError: there is no such run, or it has no suggestions.
    """
    target = ReviewTarget.of(crops, key)
    (shown,) = database.as_ids([crop_id])
    current = next(_crops(crops, {"_id": shown}), {}).get("image")
    first, is_behind = None, False
    for part in batched(_crops(crops, {}), _CROPS_AT_ONCE):
        images = {row["image"] for row in part} - {current}
        has_open = database.find_columns(
            target.dataset, list(images), {"open": f"${target.num_issues}"}
        )
        for row in part:
            is_behind |= row["_id"] == shown
            if not has_open.get(row["image"], {}).get("open"):
                continue
            if is_behind:
                return str(row["_id"])
            first = first or str(row["_id"])
    return first


def _crops(crops: SampleCollection, some: Document) -> Iterator[dict[str, Any]]:
    """Crops with the ids of their images, in the order of the view."""
    before = [{"$match": dict(some)}]
    return database.iter_documents(crops, {"image": "$_sample_id"}, before=before)


def _behind(target: ReviewTarget, current: Any) -> dict[str, Any] | None:
    """A query for the images behind one in the order of review, None if it has no open issues."""
    rank = rank_of_images(target)
    columns = {"rank": f"${rank}", "open": f"${target.num_issues}"}
    found = database.find_columns(target.dataset, [current], columns).get(current, {})
    if not found.get("open"):
        return None
    here = found.get("rank")
    after = [{rank: here, "_id": {"$gt": current}}]
    # What has no rank comes last.
    lower = [] if here is None else [{rank: {"$not": {"$gte": here}}}]
    return {"$or": [*lower, *after]}


def _card_of(
    target: ReviewTarget, sample_id: str, kind: str | None, of_class: str | None
) -> Card | None:
    """The likeliest of the issues of an image that are reviewed, None if none is open."""
    lists = {
        "issues": f"{target.suggestions}.detections",
        "labels": f"{target.gt_field}.detections",
        "predictions": RunPaths.of(target.dataset, target.record).predictions,
    }
    columns = {"filepath": 1, **{name: f"${path}" for name, path in lists.items() if path}}
    ids = database.as_ids([sample_id])
    found = database.find_columns(target.dataset, ids, columns).get(ids[0], {})
    suggestions = found.get("issues") or ()
    issues = sorted(
        (read_issue(found, one) for one in suggestions),
        key=lambda one: (-one.probability, one.suggestion_id),
    )
    wanted = [
        issue
        for issue in issues
        if kind in (None, issue.kind) and of_class in (None, issue.label, issue.given_label)
    ]
    if not wanted:
        return None
    labels = listed(found.get("labels"))
    others = [*wanted[1:], *(issue for issue in issues if issue not in wanted)]
    return Card(
        wanted[0],
        tuple(others),
        labels,
        tuple(listed(found.get("predictions"))),
        any(target.edit_of(one, labels) is not None for one in suggestions),
    )
