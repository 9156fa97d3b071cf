"""A report as the App shows it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

import fiftyone.operators.types as types

from odquality.bridge.run.report import LabelQualityReport


def report_output(results: Mapping[str, Any]) -> types.Property:
    """The output form of a report given as a dict."""
    outputs = types.Object()
    if results:
        report = LabelQualityReport.from_dict(results)
        outputs.md(_markdown(report), name="summary")
    return types.Property(outputs, view=types.View(label="Label quality"))


def _markdown(report: LabelQualityReport) -> str:
    parts = [f"**{report.headline()}**"]
    parts += [f"- {number:,} images unscored: {why}" for why, number in report.unscored.items()]
    parts += [f"- {number:,} of {what}" for what, number in report.treated.items()]
    parts += [f"- {warning}" for warning in report.warnings]
    if report.worst:
        names = list(report.worst[0].scores)
        rows = [
            [PurePath(image.filepath).name, *(f"{image.scores[name]:.3f}" for name in names)]
            for image in report.worst
        ]
        table = [["Worst images", *names], ["---"] * (1 + len(names)), *rows]
        parts.append("\n" + "\n".join(f"| {' | '.join(row)} |" for row in table))
    return "\n".join(parts)
