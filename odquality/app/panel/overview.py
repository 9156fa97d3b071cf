"""The overview: how many errors of which kind, where they are, and how far the review is."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import fiftyone.operators.types as types
from fiftyone.core.collections import SampleCollection

from odquality.app.operators.output import escape, table
from odquality.app.panel.parts import Buttons, Handler, add_kinds, markdown
from odquality.app.panel.place import CARDS, Place
from odquality.bridge.review.progress import ReviewProgress
from odquality.bridge.run.report import LabelQualityReport
from odquality.bridge.summary.counts import RunCounts
from odquality.bridge.summary.parts import class_errors, class_matrix, error_sizes, image_scores
from odquality.kinds import ANY, BY_NAME, Kind
from odquality.learning.remaining import COVERAGE, ENOUGH
from odquality.summaries.class_matrix import ClassMatrix
from odquality.summaries.histogram import Histogram

_NUM_CLASSES = 12
# Titles of the plots.
PLOTS = {
    "scores": "Images by score: those to the left are worst",
    "matrix": "Class as labelled (across) and as suggested (up)",
    "classes": "Open issues by class",
    "sizes": "Open issues by size of the box",
}
# The colours of the theme shine through.
_HEAT = [[0, "rgba(255,109,4,0)"], [1, "rgba(255,109,4,1)"]]
_LAYOUT = {"dragmode": False, "margin": {"l": 60, "r": 10, "t": 30, "b": 60}, "height": 230}
# Classes may be called 7, 07 or 2026-01-01, which would be put on a scale of numbers or dates.
_NAMES = {"type": "category"}
_AXES = {
    "scores": {},
    "matrix": {"xaxis": _NAMES, "yaxis": _NAMES},
    "classes": {"xaxis": _NAMES},
    "sizes": {"xaxis": _NAMES},
}


def plots_of(dataset: SampleCollection, key: str) -> dict[str, list[dict[str, Any]]]:
    """What each plot shows, counted by the database; those that would be empty are left out."""
    counts = RunCounts(dataset, key)
    errors = class_errors(counts)
    worst = sorted(errors, key=lambda name: (-errors[name].total(), name))[:_NUM_CLASSES]
    plots = {
        "scores": [_bars(image_scores(counts))],
        "matrix": _heat(class_matrix(counts)),
        "classes": [
            {
                "type": "bar",
                "x": worst,
                "y": [errors[name][kind.name] for name in worst],
                "name": kind.title,
                "marker": {"color": kind.color},
            }
            for kind in BY_NAME.values()
        ],
        "sizes": _sizes(error_sizes(counts)),
    }
    return {name: shown for name, shown in plots.items() if any(len(one["x"]) for one in shown)}


def add_overview(
    panel: types.Object,
    buttons: Buttons,
    place: Place,
    progress: ReviewProgress,
    num_edited: int | None,
    report: LabelQualityReport,
    clicks: Mapping[str, Handler],
) -> None:
    """Numbers, one button per kind, and plots whose bars and cells show boxes.

    Args:
        panel: to which they are added.
        buttons: make the buttons.
        place: where the reviewer is.
        progress: of the review.
        num_edited: how many open issues were settled by hand; None if that is not counted yet.
        report: of the run.
        clicks: by the name of each plot that is there, what a click on it does.
    """
    markdown(panel, "progress", _progress(progress, report))
    _add_edited(panel, buttons, place, num_edited)
    markdown(panel, "kinds", "Show as crops in the grid, where boxes have these colours:")
    kinds = place.moved(sample_id=None, of_class=None)
    add_kinds(panel, buttons, kinds, progress.open, does="crops")
    row = panel.h_stack("start", gap=1)
    start_at = place.moved(tab=CARDS)
    buttons.add(row, "review", "Review", "play_arrow", start_at, does="show", variant="contained")
    buttons.add(row, "worst", "Worst first", "sort", place)
    buttons.add(row, "restore", "My colours", "palette", place)

    for name, click in clicks.items():
        title = {"text": PLOTS[name], "font": {"size": 13}}
        panel.plot(
            name,
            on_click=click,
            config={"displayModeBar": False},
            layout={**_LAYOUT, **_AXES[name], "title": title, "barmode": "stack"},
            # A click sends it along.
            **place.to_params(),
        )


def _add_edited(
    panel: types.Object, buttons: Buttons, place: Place, num_edited: int | None
) -> None:
    """What is known of issues that were settled by hand, and what to do; nothing if none were."""
    if num_edited is None:
        markdown(
            panel,
            "edited_says",
            "What was settled by hand is **not counted yet**: most images were modified since the "
            "run, and the labels of all that have open issues are to be compared.",
        )
        row = panel.h_stack("edited", gap=1)
        buttons.add(row, "count", "Count", "calculate", place)
    elif num_edited:
        what = "open issue is" if num_edited == 1 else "open issues are"
        markdown(
            panel,
            "edited_says",
            f"**{num_edited:,} {what} settled by hand**: the label was changed or removed since "
            "the run, or a missing one drawn. Count that as decided, or score again to have the "
            "new labels checked too.",
        )
        row = panel.h_stack("edited", gap=1)
        buttons.add(row, "count_edits", "Count as decided", "done_all", place)
        buttons.add(row, "score", "Score again", "fact_check", place)


def kind_of_title(title: str) -> Kind | None:
    """The kind of error that a bar is about, None for none."""
    return next((kind for kind in BY_NAME.values() if kind.title == title), None)


def _progress(progress: ReviewProgress, report: LabelQualityReport) -> str:
    told = ", ".join(
        f"{number:,} {status}" for status, number in progress.decided.items() if number
    )
    lines = [f"**{progress.num_open:,} open issues**" + (f" · decided: {told}" if told else "")]
    left = progress.remaining.get(ANY)
    if report.maybe_in_sample:
        lines.append(
            "How many errors are left cannot be known: the detector may have been trained on these "
            "labels."
        )
    elif left:
        expected, low, high = (left.get(name, 0.0) for name in ("expected", "low", "high"))
        lines.append(
            f"About **{expected:,.0f} errors** are left, {low:,.0f} to {high:,.0f} with "
            f"{COVERAGE:.0%}. {_stop(left.get('to_review', 0), expected, progress.num_open)}"
        )
        rows = [["Kind", "Open", "Errors expected"]]
        rows += [
            [kind.title, f"{progress.open[name]:,}", f"{progress.remaining[name]['expected']:,.1f}"]
            for name, kind in BY_NAME.items()
            if name in progress.remaining
        ]
        lines.append("\n" + table(rows))
    lines += [escape(one) for one in report.warnings]
    return "\n\n".join(lines)


def _stop(to_review: float, expected: float, num_open: int) -> str:
    if expected < 1:
        return "You can stop here."
    if to_review > num_open:
        return (
            f"To find {ENOUGH:.0%} of them takes some {to_review:,.0f} decisions, more than "
            "there are open issues: after these, score with a lower least probability, or stop."
        )
    return f"You can stop after {to_review:,.0f} more decisions: they find {ENOUGH:.0%} of them."


def _bars(histogram: Histogram) -> dict[str, Any]:
    edges = histogram.edges
    (numbers,) = histogram.counts.values()
    middles = [(low + high) / 2 for low, high in pairwise(edges)]
    return {
        "type": "bar",
        "x": middles,
        "y": list(numbers),
        "width": [high - low for low, high in pairwise(edges)],
        "marker": {"color": "rgba(255,109,4,.8)"},
    }


def _sizes(histogram: Histogram) -> list[dict[str, Any]]:
    edges = histogram.edges
    percents = [f"{100 * edge:g}" for edge in edges]
    names = [f"{low}-{high}%" for low, high in pairwise(percents)]
    return [
        {
            "type": "bar",
            "x": names,
            "y": list(numbers),
            "name": title,
            "marker": {"color": kind.color},
        }
        for title, numbers in histogram.counts.items()
        if (kind := kind_of_title(title)) is not None
    ]


def _heat(matrix: ClassMatrix) -> list[dict[str, Any]]:
    return [
        {
            "type": "heatmap",
            "x": list(matrix.names),
            "y": list(matrix.names),
            "z": [list(column) for column in zip(*matrix.counts, strict=True)],
            "colorscale": _HEAT,
            "showscale": False,
        }
    ]
