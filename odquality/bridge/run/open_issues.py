"""How many issues of a run are open, by kind, classes and size.

A run keeps how many it has suggested. Open are these without those that were decided on, so that
only decisions are read, however many issues there are. Where that is not what the samples have, all
are counted: samples came or went, or somebody took back what was decided on an earlier scoring.
What was taken back of such is looked for, too: by number alone it may make up for something else.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import fiftyone as fo

from odquality.bridge.decisions import field as decisions_field
from odquality.bridge.decisions.reading import STANDING, find
from odquality.bridge.run.run_paths import RunPaths
from odquality.bridge.store import database
from odquality.bridge.store.aggregation import area_of, bin_number, list_at, text_of
from odquality.bridge.store.kept import load_kept
from odquality.bridge.store.moment import read_once
from odquality.bridge.store.records import RunRecord, scorings_of_others
from odquality.summaries.histogram import AREA_EDGES

Document = dict[str, Any]

# Where a file of results keeps how many issues the run has suggested.
_SUGGESTED = "suggested"


class IssueGroup(NamedTuple):
    """Issues of one kind, of labels of one class and about one size.

    Attributes:
        kind: of error.
        given: class as labelled; None where there is no label.
        suggested: class that the labels should have.
        size: bin of the area of the suggested boxes as a share of the image's, among `AREA_EDGES`;
            None for what is no box.
    """

    kind: str | None
    given: str | None
    suggested: str | None
    size: int | None


Counts = Counter[IssueGroup]


def kept_counts(dataset: fo.Dataset, suggestions: str, num_issues: str) -> dict[str, str]:
    """What a run keeps beside its report of the issues that it has suggested.

    Args:
        dataset: that the run is on, with all that it wrote.
        suggestions: field of the samples with the suggestions.
        num_issues: field with their number.
    """
    counted = _counted(dataset, num_issues, f"{suggestions}.detections", None)
    rows = sorted(([*group, number] for group, number in counted.items()), key=str)
    # A text, which is read only when it is needed.
    return {_SUGGESTED: json.dumps(rows)}


def open_issues(dataset: fo.Dataset, record: RunRecord) -> Counts:
    """How many issues of a run are open.

    Raises:
        ValueError: what the run wrote was deleted.
    """
    return read_once(("open issues", record.id), lambda: _open_issues(dataset, record))


def _open_issues(dataset: fo.Dataset, record: RunRecord) -> Counts:
    paths, num_issues = RunPaths.of(dataset, record), record.names.num_issues
    if paths.suggestions is None:
        return Counter()
    kept = _kept(record)
    decisions = _decisions(dataset, record, paths.labels.removesuffix(".detections"))
    if kept is not None and not _has_reopened(dataset, record, decisions):
        kept.subtract(_decided(dataset, record, decisions))
        is_whole = min(kept.values(), default=0) >= 0
        if is_whole and kept.total() == _number(dataset, num_issues):
            return +kept
    return _counted(dataset, num_issues, paths.suggestions, paths.labels)


def groups_of(element: str, beside: str | None = None) -> Mapping[str, Any]:
    """MongoDB expressions of the group of an issue.

    Args:
        element: path of the issue.
        beside: path of the labels of its image, for suggestions of earlier versions.
    """
    given: Any = text_of(f"${element}.given_label")
    if beside is not None:
        # Earlier versions did not tell the class of the label that a suggestion is about.
        is_same = {"$eq": [{"$toString": "$$label._id"}, f"${element}.label_id"]}
        same = {"$filter": {"input": f"${beside}", "as": "label", "cond": is_same}}
        of_same = {"$first": {"$map": {"input": same, "as": "label", "in": "$$label.label"}}}
        named = {"$cond": [text_of(f"${element}.label_id"), of_same, None]}
        given = {"$ifNull": [given, named, None]}
    return {
        "kind": f"${element}.kind",
        "given": given,
        "suggested": text_of(f"${element}.label"),
        "size": bin_number(area_of(f"${element}.bounding_box"), AREA_EDGES),
    }


def _kept(record: RunRecord) -> Counts | None:
    """What a run has suggested; None for runs of earlier versions."""
    text = load_kept(record).get(_SUGGESTED)
    if not isinstance(text, str):
        return None
    return Counter({IssueGroup(*group): number for *group, number in json.loads(text)})


def _decisions(dataset: fo.Dataset, record: RunRecord, labels: str) -> str | None:
    """The field with the decisions on labels, None for none."""
    return decisions_field.find(dataset, labels, record.gt_field)


def _has_reopened(dataset: fo.Dataset, record: RunRecord, decisions: str | None) -> bool:
    """Whether anything was taken back that neither this scoring nor another run suggested."""
    if decisions is None:
        return False
    taken_back = {"undone_at": {"$ne": None}, "scoring": {"$ne": record.scorings[-1]}}
    rows = find(dataset, decisions, taken_back, after=[{"$group": {"_id": "$d.scoring"}}])
    scorings = {row["_id"] for row in rows}
    # Mostly there are none, and the other runs need not be read.
    return bool(scorings) and not scorings <= scorings_of_others(dataset, record.key)


def _decided(dataset: fo.Dataset, record: RunRecord, decisions: str | None) -> Counts:
    """What was decided on of what this scoring has suggested."""
    if decisions is None:
        return Counter()
    mine = {**STANDING, "scoring": record.scorings[-1]}
    return _grouped(find(dataset, decisions, mine, after=_grouping(groups_of("d"))))


def _counted(dataset: fo.Dataset, num_issues: str, suggestions: str, labels: str | None) -> Counts:
    """All suggestions that there are."""
    columns: Document = {"element": f"${suggestions}"}
    if labels is not None:
        columns["beside"] = list_at(labels)
    groups = groups_of("element", None if labels is None else "beside")
    stages = [{"$unwind": "$element"}, *_grouping(groups)]
    some = {num_issues: {"$gt": 0}}
    return _grouped(database.find_documents(dataset, some, columns, after=stages))


def _grouping(groups: Mapping[str, Any]) -> Sequence[Document]:
    return [{"$group": {"_id": dict(groups), "number": {"$sum": 1}}}]


def _grouped(rows: Any) -> Counts:
    names = IssueGroup._fields
    return Counter({IssueGroup(*map(row["_id"].get, names)): row["number"] for row in rows})


def _number(dataset: fo.Dataset, num_issues: str) -> int:
    """How many suggestions the samples have, as an index tells."""
    total: Document = {"$group": {"_id": None, "number": {"$sum": f"${num_issues}"}}}
    some, columns = {num_issues: {"$gt": 0}}, {"_id": 0, num_issues: 1}
    rows = database.find_documents(dataset, some, columns, after=[total])
    return sum(int(row["number"]) for row in rows)
