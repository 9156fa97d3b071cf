"""How long decisions last."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import fiftyone as fo
import numpy as np
import pytest

import odquality
from odquality.kinds import KINDS, LABEL_KINDS
from tests.bridge.datasets import expected_quality
from tests.bridge.engines.runs import Disorderly
from tests.bridge.review.help import DECISIONS, KEY, documents, draw_label, edit_label, first
from tests.bridge.spoiled import LEAST

# Fields of samples and boxes that tell what a run has learnt.
SCORES = [KEY, f"{KEY}_expected_errors", f"ground_truth.detections.{KEY}"]


def rerun(dataset: fo.Dataset, key: str = KEY, **settings) -> odquality.LabelQualityReport:
    return odquality.compute_label_quality(dataset, key=key, min_probability=LEAST, **settings)


def open_ids(dataset: fo.Dataset, key: str = KEY) -> set[str]:
    return {one.id for one in odquality.list_issues(dataset, key)}


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_decided_is_not_suggested_again(dataset: fo.Dataset, kind: str) -> None:
    accepted, dismissed = first(dataset, kind, 2)
    every = open_ids(dataset)
    odquality.accept(dataset, KEY, accepted)
    odquality.dismiss(dataset, KEY, dismissed)
    report = rerun(dataset)
    left = open_ids(dataset)
    assert not {accepted.id, dismissed.id} & left
    assert len(every - left) < 10
    assert sum(report.issues.values()) == len(left) == sum(dataset.values("quality_num_issues"))
    for issue in (accepted, dismissed):
        labels = [
            one
            for one in dataset[issue.sample_id].ground_truth.detections
            if one.id == issue.label_id
        ]
        assert not [one for one in labels if one.get_attribute_value("quality_issue", None) == kind]
    # Of another key, too.
    rerun(dataset, "other")
    assert dismissed.id not in open_ids(dataset, "other")


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_dismissed_is_expected_no_longer(dataset: fo.Dataset, kind: str) -> None:
    before = rerun(dataset)
    issues = first(dataset, kind, 3)
    odquality.dismiss(dataset, KEY, issues)
    after = rerun(dataset)
    fell = before.expected_errors[kind] - after.expected_errors[kind]
    likely = sum(issue.probability for issue in issues)
    assert fell == pytest.approx(likely, abs=0.02)
    left = [report.remaining[kind]["expected"] for report in (before, after)]
    # The other label of a duplicate goes with it, as far as it is as likely one.
    assert left[0] - left[1] == pytest.approx(likely, rel=0.2 if kind == "duplicate" else 0.02)
    shown = [report.errors_above[kind][0].shown for report in (before, after)]
    assert shown[0] - shown[1] == 3


@pytest.mark.parametrize("engine", [None, Disorderly()], ids=["alone", "in parts"])
def test_labels_that_the_detector_gave_do_not_teach_a_run(dataset: fo.Dataset, engine: Any) -> None:
    """They agree with the detector, whatever annotators do."""
    before = rerun(dataset)
    issues = odquality.list_issues(dataset, KEY, kinds="overlooked")
    changed = {issue.sample_id for issue in issues}
    others = dataset.exclude(changed)
    scores = others.values(SCORES)
    odquality.accept(dataset, KEY, issues)
    after = rerun(dataset, engine=engine)
    assert after.expected_errors["overlooked"] < before.expected_errors["overlooked"]
    # To the last bit: those labels are left out, and the predictions find none.
    assert others.values(SCORES) == scores


def test_other_methods_take_labels_as_they_are(dataset: fo.Dataset) -> None:
    issues = odquality.list_issues(dataset, KEY, kinds="overlooked")
    odquality.accept(dataset, KEY, issues)
    odquality.compute_label_quality(dataset, key="other", method="objectlab")
    by_arrays = expected_quality(dataset, method="objectlab")
    np.testing.assert_allclose(dataset.values("other"), by_arrays.scores["quality"], atol=1e-12)


def test_what_was_skipped_is_suggested_again(dataset: fo.Dataset) -> None:
    issues = odquality.list_issues(dataset, KEY, limit=5)
    odquality.skip(dataset, KEY, issues)
    assert not {one.id for one in issues} & open_ids(dataset)
    rerun(dataset)
    assert {one.id for one in issues} <= open_ids(dataset)


@pytest.mark.parametrize("kind", ["swap", "badloc", "spurious"])
def test_a_dismissed_issue_comes_back_when_its_label_changes(
    dataset: fo.Dataset, kind: str
) -> None:
    (issue,) = first(dataset, kind)
    odquality.dismiss(dataset, KEY, issue)
    # A little to the side: still the same error, but of another label.
    box = list(issue.given_box or ())
    edit_label(dataset, issue, bounding_box=[box[0] + 0.002, *box[1:]])
    rerun(dataset)
    assert issue.id in open_ids(dataset)


def test_a_dismissed_swap_comes_back_when_another_class_is_suggested(dataset: fo.Dataset) -> None:
    (issue,) = first(dataset, "swap")
    odquality.dismiss(dataset, KEY, issue)
    sample = dataset[issue.sample_id]
    (found,) = [one for one in sample.predictions.detections if one.id == issue.prediction_id]
    found.label = next(
        name for name in ("cat", "dog", "bird") if name not in (issue.label, issue.given_label)
    )
    found["probs"] = None
    sample.save()
    rerun(dataset)
    (again,) = [
        one for one in odquality.list_issues(dataset, KEY) if one.label_id == issue.label_id
    ]
    assert again.label == found.label


def test_an_accepted_addition_comes_back_when_the_label_is_deleted(dataset: fo.Dataset) -> None:
    (issue,) = first(dataset, "overlooked")
    odquality.accept(dataset, KEY, issue)
    sample = dataset[issue.sample_id]
    sample.ground_truth.detections = sample.ground_truth.detections[:-1]
    sample.save()
    rerun(dataset)
    assert issue.id in open_ids(dataset)


def test_an_accepted_addition_comes_back_when_the_label_is_moved_away(dataset: fo.Dataset) -> None:
    (issue,) = first(dataset, "overlooked")
    odquality.accept(dataset, KEY, issue)
    x, y, width, height = issue.box
    places = {"near": [x + 0.1 * width, y, width, height], "away": [0.0, 0.0, 0.02, 0.02]}
    for place, box in places.items():
        sample = dataset[issue.sample_id]
        sample.ground_truth.detections[-1].bounding_box = box
        sample.save()
        rerun(dataset)
        assert (issue.id in open_ids(dataset)) == (place == "away")


@pytest.mark.parametrize("kind", ["spurious", "duplicate"])
def test_a_removed_label_that_is_there_again_is_suspected_again(
    dataset: fo.Dataset, kind: str
) -> None:
    """A backup or an annotation tool brings labels back with the ids that they had."""
    (issue,) = first(dataset, kind)
    labels = dataset[issue.sample_id].ground_truth
    odquality.accept(dataset, KEY, issue)
    rerun(dataset)
    assert issue.id not in open_ids(dataset)
    sample = dataset[issue.sample_id]
    sample.ground_truth = labels
    sample.save()
    rerun(dataset)
    assert issue.id in open_ids(dataset)
    assert odquality.accept(dataset, KEY, issue).refused == ()


def test_a_drawn_label_that_is_deleted_again_is_missing_again(dataset: fo.Dataset) -> None:
    (issue,) = first(dataset, "overlooked")
    drawn = draw_label(dataset, issue)
    assert [one.id for one in odquality.note_edits(dataset, KEY).done] == [issue.id]
    rerun(dataset)
    assert issue.id not in open_ids(dataset)
    sample = dataset[issue.sample_id]
    sample.ground_truth.detections = [
        one for one in sample.ground_truth.detections if one.id != drawn.id
    ]
    sample.save()
    rerun(dataset)
    assert issue.id in open_ids(dataset)


def suggest_another(dataset: fo.Dataset, issue: odquality.ReviewIssue) -> None:
    """Has the detector see something else than an issue says, and scores again."""
    sample = dataset[issue.sample_id]
    (found,) = [one for one in sample.predictions.detections if one.id == issue.prediction_id]
    if issue.kind == "badloc":
        x, y, width, height = found.bounding_box
        found.bounding_box = [x, y, width, 0.6 * height]
    else:
        others = {"cat", "dog", "bird"} - {issue.label, issue.given_label}
        found.label, found["probs"] = min(others), None
    sample.save()
    rerun(dataset)


@pytest.mark.parametrize("kind", ["swap", "badloc"])
@pytest.mark.parametrize("decide", [odquality.accept, odquality.dismiss, odquality.skip])
def test_what_is_suggested_anew_is_not_decided_by_redo(
    dataset: fo.Dataset, decide: Any, kind: str
) -> None:
    (issue,) = first(dataset, kind)
    decide(dataset, KEY, issue)
    odquality.undo(dataset, KEY)
    suggest_another(dataset, issue)
    (now,) = [one for one in odquality.list_issues(dataset, KEY) if one.id == issue.id]
    assert (now.label, now.box) != (issue.label, issue.box)
    before = documents(dataset)
    outcome = odquality.redo(dataset, KEY)
    assert outcome.done == ()
    assert "something else" in outcome.refused[0].reason
    assert documents(dataset) == before
    assert decide(dataset, KEY, issue).refused == ()


def test_missing_labels_are_known_by_where_they_are(dataset: fo.Dataset) -> None:
    (issue,) = first(dataset, "overlooked")
    odquality.dismiss(dataset, KEY, issue)
    sample = dataset[issue.sample_id]
    (found,) = [one for one in sample.predictions.detections if one.id == issue.prediction_id]
    x, y, width, height = found.bounding_box
    moved = fo.Detection(
        label=found.label,
        confidence=found.confidence,
        bounding_box=[x + 0.05 * width, y, width, height],
        probs=found["probs"],
    )
    kept = [one for one in sample.predictions.detections if one.id != found.id]
    sample.predictions.detections = [*kept, moved]
    sample.save()
    rerun(dataset)
    here = [one for one in odquality.list_issues(dataset, KEY) if one.sample_id == issue.sample_id]
    assert moved.id not in [one.prediction_id for one in here]


def decided(dataset: fo.Dataset, key: str = KEY) -> set[tuple[str, str]]:
    return {
        (one.id, one.status)
        for one in odquality.list_issues(dataset, key, status="any")
        if one.status != "open"
    }


@pytest.fixture
def reviewed(dataset: fo.Dataset) -> tuple[fo.Dataset, set[tuple[str, str]]]:
    """With decisions, and what they were."""
    issues = odquality.list_issues(dataset, KEY, limit=9)
    odquality.accept(dataset, KEY, issues[:4])
    odquality.dismiss(dataset, KEY, issues[4:])
    made = decided(dataset)
    assert len(made) == 9
    return dataset, made


def test_renaming_the_run_keeps_decisions(reviewed) -> None:
    dataset, made = reviewed
    dataset.rename_run(KEY, "renamed")
    assert decided(dataset, "renamed") == made
    assert len(odquality.undo(dataset, "renamed", batches=2).done) == 9


def test_renaming_the_labels_keeps_decisions(reviewed) -> None:
    dataset, made = reviewed
    dataset.rename_sample_field("ground_truth", "gt")
    assert decided(dataset) == made
    odquality.compute_label_quality(dataset, gt_field="gt", key="again", min_probability=LEAST)
    assert not {one for one, _ in made} & open_ids(dataset, "again")
    assert len(odquality.undo(dataset, KEY, batches=2).done) == 9
    list(dataset.iter_samples())


def test_a_clone_has_decisions_of_its_own(reviewed) -> None:
    dataset, made = reviewed
    clone = dataset.clone()
    try:
        assert decided(clone) == made
        odquality.undo(clone, KEY, batches=2)
        assert decided(clone) == set()
        assert decided(dataset) == made
    finally:
        clone.delete()


def test_a_clone_of_a_view_has_decisions(reviewed) -> None:
    dataset, made = reviewed
    clone = dataset.limit(len(dataset)).clone()
    try:
        rerun(clone)
        assert not {one for one, _ in made} & open_ids(clone)
    finally:
        clone.delete()


def test_export_and_import_keep_decisions(reviewed, tmp_path: Path) -> None:
    dataset, made = reviewed
    dataset.export(
        export_dir=str(tmp_path), dataset_type=fo.types.FiftyOneDataset, export_media=False
    )
    copy = fo.Dataset.from_dir(dataset_dir=str(tmp_path), dataset_type=fo.types.FiftyOneDataset)
    try:
        assert decided(copy) == made
        assert len(odquality.undo(copy, KEY, batches=2).done) == 9
        list(copy.iter_samples())
    finally:
        copy.delete()


def test_what_was_decided_elsewhere_comes_home(reviewed, tmp_path: Path) -> None:
    dataset, _ = reviewed
    copy = dataset.clone()
    odquality.undo(copy, KEY, batches=2)
    odquality.accept(copy, KEY, [first(copy, kind)[0] for kind in KINDS])
    there = decided(copy)
    copy.export(export_dir=str(tmp_path), dataset_type=fo.types.FiftyOneDataset, export_media=False)
    copy.delete()
    home = fo.Dataset.from_dir(dataset_dir=str(tmp_path), dataset_type=fo.types.FiftyOneDataset)
    dataset.merge_samples(home, key_field="id", merge_lists=False)
    without = ("_dataset_id", "created_at")
    assert documents(dataset, without=without) == documents(home, without=without)
    home.delete()
    assert decided(dataset) == there
    assert len(odquality.undo(dataset, KEY).done) == len(KINDS)


def test_deleting_the_run_keeps_decisions_and_only_asking_deletes_them(reviewed) -> None:
    dataset, made = reviewed
    dataset.delete_run(KEY)
    assert dataset.has_sample_field(DECISIONS)
    rerun(dataset)
    assert decided(dataset) == made
    odquality.delete_decisions(dataset, KEY)
    assert not dataset.has_sample_field(DECISIONS)
    assert decided(dataset) == set()
    assert not [one for one in dataset._sample_collection.find() if DECISIONS in one]
    list(dataset.iter_samples())
    rerun(dataset)
    dismissed = {one for one, status in made if status == "dismissed"}
    assert dismissed <= open_ids(dataset)


def test_a_field_of_that_name_is_left_alone(dataset: fo.Dataset) -> None:
    dataset.set_values(DECISIONS, ["mine"] * len(dataset))
    issue = odquality.list_issues(dataset, KEY, limit=1)[0]
    odquality.dismiss(dataset, KEY, issue)
    assert set(dataset.values(DECISIONS)) == {"mine"}
    assert len(odquality.list_issues(dataset, KEY, status="dismissed")) == 1
    odquality.delete_decisions(dataset, KEY)
    assert set(dataset.values(DECISIONS)) == {"mine"}


def test_every_kind_of_label_is_covered() -> None:
    assert {*LABEL_KINDS, "overlooked"} == set(KINDS)


def test_other_labels_get_decisions_of_their_own(dataset: fo.Dataset) -> None:
    (spurious,) = first(dataset, "spurious")
    odquality.accept(dataset, KEY, spurious)
    dataset.delete_run(KEY)
    dataset.delete_sample_field("ground_truth")
    for sample in dataset.iter_samples(autosave=True):
        found = [
            fo.Detection(label=one.label, bounding_box=one.bounding_box)
            for one in sample.predictions.detections[:3]
        ]
        sample["others"] = fo.Detections(detections=found)
    odquality.compute_label_quality(dataset, gt_field="others", key="new", min_probability=LEAST)
    assert decided(dataset, "new") == set()
    before = dataset.count("others.detections")
    assert odquality.undo(dataset, "new").done == ()
    assert dataset.count("others.detections") == before
    odquality.dismiss(dataset, "new", odquality.list_issues(dataset, "new", limit=1))
    assert len(decided(dataset, "new")) == 1
    assert dataset.has_field("others_decisions")
    assert odquality.delete_decisions(dataset, gt_field="ground_truth") is None


def test_decisions_stay_with_labels_that_were_renamed_beside_others(dataset: fo.Dataset) -> None:
    for sample in dataset.iter_samples(autosave=True):
        found = [
            fo.Detection(label=one.label, bounding_box=one.bounding_box)
            for one in sample.ground_truth.detections
        ]
        sample["others"] = fo.Detections(detections=found)
    odquality.compute_label_quality(dataset, gt_field="others", key="new", min_probability=LEAST)
    odquality.dismiss(dataset, KEY, first(dataset, "swap", 2))
    made = decided(dataset)
    dataset.rename_sample_field("ground_truth", "old")
    odquality.dismiss(dataset, "new", odquality.list_issues(dataset, "new", limit=3))
    assert decided(dataset) == made
    assert len(decided(dataset, "new")) == 3
