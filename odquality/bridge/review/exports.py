"""Takes issues and decisions elsewhere: as tables, as tags, and the labels that were mended."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from fiftyone.core.collections import SampleCollection

from odquality.bridge.decisions import field as decisions_field
from odquality.bridge.review.issue import ReviewIssue
from odquality.bridge.review.listing import ANY_STATUS, list_issues
from odquality.bridge.review.target import ReviewTarget
from odquality.bridge.run.lookup import find_run
from odquality.bridge.run.ownership import check_writable
from odquality.bridge.run.run_paths import RunPaths
from odquality.bridge.store import schema, tags
from odquality.bridge.store.samples import check_collection, dataset_of, sample_ids
from odquality.core.parameters import shown, text

# What a row of a table has, in this order for ever; new columns come at the end.
COLUMNS = (
    "id",
    "sample_id",
    "filepath",
    "kind",
    "title",
    "action",
    "probability",
    "status",
    "label",
    "x",
    "y",
    "width",
    "height",
    "label_id",
    "given_label",
    "given_x",
    "given_y",
    "given_width",
    "given_height",
    "prediction_id",
    "detector_confidence",
    "decided_by",
    "decided_at",
    "batch",
)

DEFAULT_TAG = "label error"

# With what texts begin that spreadsheets run.
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def export(
    samples: SampleCollection, key: str, path: str | os.PathLike[str], *, status: str = ANY_STATUS
) -> int:
    """Writes issues and decisions to a table, a row each.

    The columns are always the same. Boxes are normalised to [0, 1]; times are UTC in ISO 8601;
    what there is not is empty in CSV and null in JSON. A text that spreadsheets would take for a
    formula, such as ``=1+1`` or ``-x``, has a ``'`` before it in CSV; JSON has it as it is.

    Args:
        samples: a dataset, or a view for those of its images.
        key: of a run by the calibrated method.
        path: of a file that ends with ``.csv`` or ``.json``.
        status: ``open``, ``accepted``, ``dismissed``, ``skipped``, ``edited`` or ``any``.

    Returns:
        The number of rows.

    Raises:
        ValueError: there is no such run, or the path is none or ends otherwise.
        OSError: the file cannot be written.
    """
    try:
        file = Path(path)
    except TypeError:
        raise ValueError(f"path is {shown(path)}; expected the name of a file") from None
    if file.suffix not in (".csv", ".json"):
        raise ValueError(f"path is {os.fspath(path)!r}; expected a name that ends in .csv or .json")
    rows = [_row(issue) for issue in list_issues(samples, key, status=status)]
    with file.open("w", newline="", encoding="utf-8") as out:
        if file.suffix == ".json":
            json.dump(rows, out, indent=1, ensure_ascii=False)
        else:
            table = csv.DictWriter(out, COLUMNS)
            table.writeheader()
            table.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    return len(rows)


@dataclass(frozen=True)
class Tagged:
    """How many got a tag.

    Attributes:
        samples: images with an issue.
        labels: labels with an issue; a missing label cannot have one.
    """

    samples: int
    labels: int


def tag_issues(
    samples: SampleCollection,
    key: str,
    *,
    tag: str = DEFAULT_TAG,
    kinds: str | Iterable[str] | None = None,
    classes: str | Iterable[str] | None = None,
    min_probability: float = 0.0,
) -> Tagged:
    """Tags the images and labels with open issues, so that an annotation tool takes them.

    ``dataset.match_tags(tag).annotate(...)`` sends the images, ``dataset.select_labels(tags=tag)``
    has the labels. A tag that was given before is taken away where no such issue is open any more.

    Args:
        samples: a dataset, or a view for those of its images.
        key: of a run by the calibrated method.
        tag: to give; not one that images or labels have otherwise, for it would be taken away.
        kinds: of error; all if None.
        classes: names of classes, as labelled or as suggested; all if None.
        min_probability: in [0, 1], the least probability.

    Returns:
        How many got it.

    Raises:
        ValueError: there is no such run, an argument is out of its range, the tag is in use, or
            tags are read-only.
    """
    text("tag", tag, "a text that is not empty")
    issues = list_issues(
        samples, key, kinds=kinds, classes=classes, min_probability=min_probability
    )
    target = ReviewTarget.of(samples, key)
    paths = ["tags", f"{target.gt_field}.detections.tags"]
    check_writable(schema.declared(target.dataset), paths, "tags would be given and taken away")
    if tag != DEFAULT_TAG and tags.is_of_others(target.dataset, tag, target.gt_field):
        raise ValueError(
            f"tag is {tag!r}, which images or labels have already, and they would lose it where no "
            f"issue is open; expected one for this alone, such as {DEFAULT_TAG!r}"
        )
    chosen: dict[str, set[str]] = {}
    for issue in issues:
        on_image = chosen.setdefault(issue.sample_id, set())
        if issue.label_id is not None:
            on_image.add(issue.label_id)
    # Taken from all that is shown, for a view of what has the tag shows less with every one taken.
    tags.take(target.dataset, tag, target.gt_field, sample_ids(samples))
    labels = {name: sorted(of_image) for name, of_image in chosen.items()}
    tags.give(target.dataset, tag, target.gt_field, labels)
    return Tagged(len(chosen), len({one for of_image in labels.values() for one in of_image}))


def delete_decisions(
    samples: SampleCollection, key: str | None = None, *, gt_field: str | None = None
) -> None:
    """Deletes all decisions on some labels, for good. What was mended stays mended.

    Args:
        samples: a dataset or view; the decisions on the whole dataset are deleted.
        key: of a run on these labels, by whichever method.
        gt_field: the field of the labels instead: decisions outlive the runs.

    Raises:
        ValueError: there is no such run, its scores of labels were deleted, there are no decisions
            on the labels of the field, or they are read-only.
    """
    if (key is None) == (gt_field is None):
        raise ValueError(f"key is {key!r} and gt_field is {gt_field!r}; expected one of them")
    check_collection(samples)
    dataset = dataset_of(samples)
    if key is None:
        schema.refresh(dataset)
        labels = noted = str(gt_field)
    else:
        record = find_run(samples, key)
        labels = RunPaths.of(dataset, record).labels.removesuffix(".detections")
        noted = record.gt_field
    field = decisions_field.find(dataset, labels, noted)
    if field is not None:
        check_writable(schema.declared(dataset), [field], "they would be deleted")
        decisions_field.delete(dataset, field)
    elif key is None:
        decided = decisions_field.decided_fields(dataset)
        there = f"one of {decided}" if decided else "one, but the dataset has no decisions"
        raise ValueError(f"gt_field is {gt_field!r}; expected labels with decisions: {there}")


def _cell(value: Any) -> Any:
    """A value of which no spreadsheet makes a formula; classes and people may have any name."""
    is_formula = isinstance(value, str) and value.startswith(_FORMULAS)
    return f"'{value}" if is_formula else value


def _row(issue: ReviewIssue) -> dict[str, Any]:
    values = {**asdict(issue), "title": issue.title}
    values.update(zip(("x", "y", "width", "height"), issue.box, strict=True))
    given = issue.given_box or (None,) * 4
    values.update(zip(("given_x", "given_y", "given_width", "given_height"), given, strict=True))
    if issue.decided_at is not None:
        values["decided_at"] = issue.decided_at.isoformat(timespec="milliseconds") + "Z"
    return {name: values[name] for name in COLUMNS}
