"""Issues as crops in the App's grid, and the way back from what is selected there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import fiftyone as fo
from fiftyone import ViewExpression, ViewField
from fiftyone.core.collections import SampleCollection

from odquality.bridge.review.issue import ReviewIssue
from odquality.bridge.review.listing import issues_of, query_of
from odquality.bridge.review.rows import BY_PROBABILITY, find_rows, some_with
from odquality.bridge.review.target import ReviewTarget
from odquality.bridge.store.aggregation import area_of
from odquality.bridge.store.samples import all_samples, is_generated

# So many crops of suggestions are shown at a time, or a few more.
MOST_CROPS = 5000


def crops(
    samples: SampleCollection,
    key: str,
    *,
    kind: str | None = None,
    given_label: str | None = None,
    label: str | None = None,
    of_class: str | None = None,
    about: str | None = None,
    min_probability: float = 0.0,
    max_probability: float = 1.0,
    min_area: float = 0.0,
    max_area: float = 1.0,
) -> fo.DatasetView:
    """A patches view of open suggestions, the likeliest first.

    The crops are a copy of the suggestions. Where there are more than `MOST_CROPS` it has the
    likeliest, about so many: a grid is looked at from its top.

    Args:
        samples: a dataset or view.
        key: of a run by the calibrated method.
        kind: of error; all if None.
        given_label: the class as labelled; all if None.
        label: the class that is suggested; all if None.
        of_class: the class as labelled, of a missing label that which is suggested; all if None.
        about: a class, as labelled or as suggested; all if None.
        min_probability: in [0, 1].
        max_probability: in [0, 1].
        min_area: share of the image that the box takes, in [0, 1].
        max_area: likewise; of larger boxes too if 1.

    Raises:
        ValueError: there is no such run, or it has no suggestions.
    """
    target = ReviewTarget.of(samples, key)
    box = ViewField("bounding_box")
    wanted = [
        ViewField("confidence") >= min_probability,
        ViewField("confidence") <= max_probability,
        box[2] * box[3] >= min_area,
    ]
    if max_area < 1:
        wanted.append(box[2] * box[3] <= max_area)
    for attribute, value in (("kind", kind), ("given_label", given_label), ("label", label)):
        if value is not None:
            wanted.append(ViewField(attribute) == ViewField.literal(value))
    given, suggested = ViewField("given_label"), ViewField("label")
    if about is not None:
        name = ViewField.literal(about)
        wanted.append((given == name) | (suggested == name))
    if of_class is not None:
        name = ViewField.literal(of_class)
        wanted.append((given == name) | ((given == None) & (suggested == name)))  # noqa: E711
    part: dict[str, Any] = {}
    least = None
    if max_probability == 1:
        # Of less likely ones there is nothing to be left out.
        part = _query(kind, given_label, label, of_class, about, min_probability)
        least = _least_of_likeliest(samples, target, part, _area_within(min_area, max_area))
    if least is not None:
        part["confidence"] = {"$gte": least}
        wanted.append(ViewField("confidence") >= least)
    some = all_samples(samples).match(some_with(target, part))
    found = some.filter_labels(target.suggestions, ViewExpression.all(wanted))
    if least is not None:
        # Many may be as likely as the last of them. Each of these images has one at least.
        found = found.limit(MOST_CROPS)
    view: fo.DatasetView = found.to_patches(target.suggestions).sort_by(
        f"{target.suggestions}.confidence", reverse=True
    )
    return view


def _query(
    kind: str | None,
    given_label: str | None,
    label: str | None,
    of_class: str | None,
    about: str | None,
    min_probability: float,
) -> dict[str, Any]:
    """The database's query of a suggestion, as `crops` takes its arguments."""
    part = query_of(kind, about, min_probability)
    part |= {} if given_label is None else {"given_label": given_label}
    part |= {} if label is None else {"label": label}
    if of_class is not None:
        missing = {"given_label": None, "label": of_class}
        part["$and"] = [{"$or": [{"given_label": of_class}, missing]}]
    return part


def _area_within(low: float, high: float) -> Any:
    """An expression for an ``issue`` whose area is within bounds."""
    if low <= 0 and high >= 1:
        return True
    area = area_of("$issue.bounding_box")
    above = {"$gte": [area, low]}
    return {"$and": [above, {"$lte": [area, high]}]} if high < 1 else above


def _least_of_likeliest(
    samples: SampleCollection, target: ReviewTarget, part: dict[str, Any], where: Any
) -> float | None:
    """The least probability of the `MOST_CROPS` likeliest suggestions; None if there are fewer."""
    rows = find_rows(samples, target, target.suggestions, part, BY_PROBABILITY, MOST_CROPS, where)
    return float(rows[-1]["issue"]["confidence"]) if len(rows) == MOST_CROPS else None


def images_between(samples: SampleCollection, key: str, low: float, high: float) -> fo.DatasetView:
    """The images whose score lies between two numbers, the lowest first.

    Raises:
        ValueError: there is no such run, or it has no suggestions.
    """
    name = ReviewTarget.of(samples, key).record.score_field
    # A query, and no expression, which would use no index.
    return all_samples(samples).match({name: {"$gte": low, "$lte": high}}).sort_by(name)


def images_of(view: SampleCollection, shown: Sequence[str]) -> list[str]:
    """Ids of the samples of what a grid shows by some ids: images, or crops of them."""
    if not is_generated(view):
        return list(shown)
    return [str(one) for one in view.select(list(shown)).values("sample_id")]


def selected_issues(view: SampleCollection, key: str, selected: Sequence[str]) -> list[ReviewIssue]:
    """The open issues of what is selected in a grid.

    Args:
        view: that the grid shows: patches of suggestions or of labels, or images.
        key: of a run by the calibrated method.
        selected: ids of what is selected.

    Returns:
        Of a crop the issue that it shows or that its label has, of an image all.

    Raises:
        ValueError: there is no such run, or it has no suggestions.
    """
    if not selected:
        return []
    if not is_generated(view):
        return issues_of(view, key, selected)
    chosen = view.select(list(selected))
    images, boxes = chosen.values(["sample_id", "id"])
    issues = issues_of(view, key, sorted(set(images)))
    return [issue for issue in issues if {issue.suggestion_id, issue.label_id} & set(boxes)]
