"""What an operator did, as the App shows it."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Any

import fiftyone.operators.types as types

from odquality.bridge.run.report import LabelQualityReport
from odquality.kinds import label_of

_LOGGER = logging.getLogger(__name__)

# The App's message at the end of a run lies over the button below a longer text.
_WORST_IMAGES = 5


def report_output(results: Mapping[str, Any] | None) -> types.Property:
    """The output form of a report given as a dict."""
    return text_output(_markdown(LabelQualityReport.from_dict(results)) if results else "")


def error_output(message: str) -> types.Property:
    """The output form of a run that could not start."""
    outputs = types.Object()
    outputs.view("error", types.Error(label="Not computed", description=message))
    return types.Property(outputs, view=types.View(label="Label quality"))


def show_output(ctx: Any, form: types.Property, results: Mapping[str, Any]) -> Any:
    """What an operator yields to the App that waits, to show what it did."""
    return ctx.ops.show_output(outputs=form.to_json(), results=results)


def show_error(ctx: Any, error: Exception, what: str) -> Iterator[Any]:
    """Yields to the App that waits what is wrong.

    Args:
        ctx: of the operator.
        error: whose message people get; the server's log keeps where it comes from.
        what: failed, for the log.
    """
    _LOGGER.info("%s", what, exc_info=error)
    message = str(error)
    yield ctx.ops.notify(message, variant="error")
    yield show_output(ctx, error_output(message), {"error": message})


def text_output(markdown: str) -> types.Property:
    """An output form with a text."""
    outputs = types.Object()
    if markdown:
        outputs.md(markdown, name="summary")
    return types.Property(outputs, view=types.View(label="Label quality"))


def values_output(results: Mapping[str, Any] | None, labels: Mapping[str, str]) -> types.Property:
    """The output form of a few values: a number, a text or a list of texts each."""
    outputs = types.Object()
    for name, value in (results or {}).items():
        if isinstance(value, list):
            outputs.list(name, types.String(), label=labels[name])
        elif isinstance(value, int):
            outputs.int(name, label=labels[name])
        else:
            outputs.str(name, label=labels[name])
    return types.Property(outputs, view=types.View(label="Label quality"))


def escape(text: object) -> str:
    """A text whose characters mean nothing in Markdown, on one line."""
    return re.sub(r"([\\`*_\[\]<>|#~])", r"\\\1", " ".join(str(text).split()))


def _markdown(report: LabelQualityReport) -> str:
    parts = [f"**{escape(report.headline())}**"]
    if report.advice:
        parts.append(f"\n{escape(report.advice)}\n")
    parts += [f"- {n:,} images unscored: {escape(why)}" for why, n in report.unscored.items()]
    parts += [f"- {n:,} of {escape(what)}" for what, n in report.treated.items()]
    parts += [f"- {escape(warning)}" for warning in report.warnings]
    if errors := report.error_table():
        parts.append("\n" + table([row[:2] + row[2::2] for row in errors]))
    if report.worst:
        parts.append("\n" + table(_worst(report)[: 1 + _WORST_IMAGES]))
    return "\n".join(parts)


def _worst(report: LabelQualityReport) -> list[list[str]]:
    names = list(dict.fromkeys(name for image in report.worst for name in image.scores))
    rows = [
        [
            PurePath(image.filepath).name,
            *(f"{image.scores[name]:.3f}" if name in image.scores else "" for name in names),
        ]
        for image in report.worst
    ]
    head = ["Worst images", *map(label_of, names)]
    expected = [image.expected_errors for image in report.worst]
    if any(number is not None for number in expected):
        head.insert(1, "Errors expected")
        for row, number in zip(rows, expected, strict=True):
            row.insert(1, "" if number is None else f"{number:.1f}")
    return [head, *rows]


def table(rows: Sequence[Sequence[str]]) -> str:
    """Rows of cells in Markdown, the head first."""
    head, *others = ([escape(cell) for cell in row] for row in rows)
    return "\n".join(_row(cells) for cells in (head, ["---"] * len(head), *others))


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
