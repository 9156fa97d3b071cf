"""The runs of a dataset as a reviewer finds them."""

from __future__ import annotations

from dataclasses import dataclass

from fiftyone.core.collections import SampleCollection

from odquality.bridge.review.progress import ReviewProgress, review_progress
from odquality.bridge.review.target import ReviewTarget
from odquality.bridge.run.report import LabelQualityReport
from odquality.bridge.run.run_paths import RunPaths
from odquality.bridge.store import database, records, schema
from odquality.bridge.store.kept import kept_report
from odquality.bridge.store.samples import dataset_of


@dataclass(frozen=True)
class RunState:
    """A run and whether its suggestions can be reviewed.

    Attributes:
        key: of the run.
        is_reviewable: whether there are suggestions, and nobody is writing them.
        note: what is to be known of the run before that, for people; empty if nothing is.
        report: of the run.
    """

    key: str
    is_reviewable: bool
    note: str
    report: LabelQualityReport

    def progress(self, samples: SampleCollection) -> ReviewProgress:
        """How far its review is."""
        return review_progress(samples, self.key)


def run_states(samples: SampleCollection) -> list[RunState]:
    """The runs of this plugin on a dataset, those that can be reviewed first, the latest first."""
    dataset = dataset_of(samples)
    schema.refresh(dataset)
    states = []
    for record in records.find_all(dataset):
        report = LabelQualityReport.from_dict(kept_report(record))
        note = "" if record.is_complete else record.describe()
        try:
            target = ReviewTarget.of(dataset, record.key)
            RunPaths.of(dataset, record)
        except ValueError as error:
            states.append((False, record.id, RunState(record.key, False, str(error), report)))
            continue
        if not note:
            note = _stale(target, report.num_scored)
        is_free = not record.is_in_progress
        states.append((is_free, record.id, RunState(record.key, is_free, note, report)))
    return [state for _, _, state in sorted(states, key=lambda row: row[:2], reverse=True)]


def run_to_review(samples: SampleCollection) -> str | None:
    """The key of the latest run of a dataset that can be reviewed, None if there is none."""
    return next((state.key for state in run_states(samples) if state.is_reviewable), None)


def _stale(target: ReviewTarget, num_scored: int) -> str:
    """What is said if images came that the run has not seen, or if some that it has are gone."""
    dataset, notes = target.dataset, []
    new = {target.record.score_field: None, f"{target.gt_field}.detections.0": {"$exists": True}}
    if database.has_any(dataset, new):
        notes.append("Some images with labels have no score: they came after the run.")
    # What the database knows of itself costs nothing, however many images there are.
    if database.estimated_number(dataset) < num_scored:
        notes.append("Some images are gone: the errors that are left count theirs.")
    return " ".join([*notes, "Score again for what there is now."]) if notes else ""
