"""Issues as crops in the App's grid, and the way back from what is selected there."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
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

# This many crops of suggestions are shown at a time, or a few more.
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
    likeliest, about this many: a grid is looked at from its top.

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
    part = query_of(kind, about, min_probability)
    if max_probability < 1:
        part["confidence"] = {**part.get("confidence", {}), "$lte": max_probability}
    part |= {} if given_label is None else {"given_label": given_label}
    part |= {} if label is None else {"label": label}
    if of_class is not None:
        missing = {"given_label": None, "label": of_class}
        part["$and"] = [{"$or": [{"given_label": of_class}, missing]}]
    least = None
    if max_probability == 1:
        # Of less likely ones there is nothing to be left out.
        where = _area_within("$issue", min_area, max_area)
        least = _least_of_likeliest(samples, target, part, where)
    if least is not None:
        part["confidence"] = {"$gte": least}
    wanted = [_as_expression(part), ViewExpression(_area_within("$$this", min_area, max_area))]
    some = all_samples(samples).match(some_with(target, part))
    found = some.filter_labels(target.suggestions, ViewExpression.all(wanted))
    if least is not None:
        # Many may be as likely as the last of them. Each of these images has one at least.
        found = found.limit(MOST_CROPS)
    view: fo.DatasetView = found.to_patches(target.suggestions).sort_by(
        f"{target.suggestions}.confidence", reverse=True
    )
    return view


def _as_expression(part: Mapping[str, Any]) -> ViewExpression:
    """What is true of the labels that a query finds.

    Args:
        part: a query of a label by its attributes, as `query_of` gives it.
    """
    wanted = []
    for name, value in part.items():
        if name in _JOINED:
            wanted.append(_JOINED[name]([_as_expression(one) for one in value]))
        else:
            of_one = value if isinstance(value, Mapping) else {"$in": [value]}
            wanted += [_COMPARED[by](ViewField(name), limit) for by, limit in of_one.items()]
    return ViewExpression.all(wanted)


def _is_one_of(field: ViewField, values: Sequence[Any]) -> ViewExpression:
    # Names of classes may look like the database's own.
    return ViewExpression.any([field == ViewField.literal(value) for value in values])


_JOINED = {"$and": ViewExpression.all, "$or": ViewExpression.any}
_COMPARED: Mapping[str, Callable[[Any, Any], Any]] = {
    "$gte": operator.ge,
    "$lte": operator.le,
    "$in": _is_one_of,
}


def _area_within(label: str, low: float, high: float) -> Any:
    """An expression for a label, as the database calls it, whose area is within bounds."""
    area = area_of(f"{label}.bounding_box")
    bounds = [{"$gte": [area, low]}] if low > 0 else []
    bounds += [{"$lte": [area, high]}] if high < 1 else []
    return {"$and": bounds}


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
