"""Runs learn from decisions, and keep what they have learnt."""

from __future__ import annotations

from typing import Any

import fiftyone as fo
import numpy as np
import pytest

import odquality
from odquality import Decision, LabelQualityReport
from odquality.bridge.run.recalibration import load_lessons
from odquality.bridge.store import records, results
from odquality.kinds import KINDS, LABEL_KINDS
from tests.bridge.conftest import MakeDataset
from tests.bridge.datasets import compute, random_samples


@pytest.fixture
def scored(make_dataset: MakeDataset) -> fo.Dataset:
    """Forty images with a run by the calibrated method."""
    dataset = make_dataset(random_samples(40))
    odquality.compute_label_quality(dataset, key="lq")
    return dataset


def documents(dataset: fo.Dataset) -> list[dict[str, Any]]:
    return list(dataset._sample_collection.find())


def missing(dataset: fo.Dataset, count: int) -> list[tuple[str, str, float]]:
    """Sample, id and probability of the likeliest missing labels."""
    found = [
        (1 - box["lq_overlooked"], sample.id, box.id)
        for sample in dataset
        for box in sample.predictions.detections
        if box.has_field("lq_overlooked") and box["lq_overlooked"] is not None
    ]
    return [(sample, box, said) for said, sample, box in sorted(found, reverse=True)[:count]]


def decide(dataset: fo.Dataset, count: int, is_error: bool = True) -> list[Decision]:
    return [
        Decision(sample, "overlooked", is_error, prediction=box)
        for sample, box, _ in missing(dataset, count)
    ]


def report(dataset: fo.Dataset) -> LabelQualityReport:
    return LabelQualityReport.from_dict(dataset.load_run_results("lq").report)


def test_a_run_says_how_many_errors_it_expects(scored: fo.Dataset) -> None:
    left = report(scored).remaining
    for kind in LABEL_KINDS:
        scores = scored.values(f"ground_truth.detections.lq_{kind}", unwind=True)
        expected = (1 - np.array(scores)).sum() / (2 if kind == "duplicate" else 1)
        assert left[kind]["expected"] == pytest.approx(expected)
    total = sum(left[kind]["expected"] for kind in KINDS)
    assert left["any"]["expected"] == pytest.approx(total)
    assert left["any"]["low"] <= total <= left["any"]["high"]


def test_without_decisions_nothing_changes(scored: fo.Dataset) -> None:
    before, samples = report(scored), documents(scored)
    odquality.recalibrate_run(scored, "lq", [])
    assert report(scored) == before
    assert documents(scored) == samples


def test_decisions_are_learnt_and_recorded(scored: fo.Dataset) -> None:
    samples, before = documents(scored), report(scored).remaining["overlooked"]["expected"]
    learnt = odquality.recalibrate_run(scored, "lq", decide(scored, 8))
    assert learnt.unused == ()
    assert learnt.lessons.decided["overlooked"] == learnt.lessons.found["overlooked"] == 8
    assert learnt.lessons.remaining["overlooked"].expected > before - 8
    told = report(scored)
    assert told.remaining["overlooked"]["decided"] == 8
    assert "learnt    from 8 answers, of which 8 were errors" in str(told)
    assert load_lessons(scored, "lq").remaining == learnt.lessons.remaining
    # Scores are what the run gave, whatever was learnt.
    assert documents(scored) == samples


def test_it_is_what_the_same_decisions_teach_on_arrays(scored: fo.Dataset) -> None:
    """The probabilities that decisions are held against are those of the boxes."""
    chosen = missing(scored, 5)
    learnt = odquality.recalibrate_run(scored, "lq", decide(scored, 5))
    kept = results.load(records.find(scored, "lq").results)["answers"]  # type: ignore[union-attr]
    said = {(row["sample_id"], row["box_id"]): row["probability"] for row in kept}
    assert said == {(sample, box): pytest.approx(likely) for sample, box, likely in chosen}
    assert learnt.lessons.decided["overlooked"] == 5


def test_the_order_of_decisions_makes_no_difference_and_each_can_be_undone(
    scored: fo.Dataset,
) -> None:
    decisions = decide(scored, 6) + [
        Decision.confirm(sample.id, box.id)
        for sample in scored.limit(5)
        for box in sample.ground_truth.detections
    ]
    first = odquality.recalibrate_run(scored, "lq", decisions)
    after = report(scored)
    odquality.recalibrate_run(scored, "lq", decisions[:3])
    second = odquality.recalibrate_run(scored, "lq", decisions[::-1])
    assert first.lessons.remaining == second.lessons.remaining
    assert report(scored) == after
    nothing = odquality.recalibrate_run(scored, "lq", [])
    assert sum(nothing.lessons.decided.values()) == 0


def test_a_label_may_be_deleted_once_its_decision_is_recorded(scored: fo.Dataset) -> None:
    sample = next(one for one in scored if one.ground_truth.detections)
    label = sample.ground_truth.detections[0]
    decision = Decision(sample.id, "spurious", True, label=label.id)
    before = odquality.recalibrate_run(scored, "lq", [decision])
    sample.ground_truth.detections.remove(label)
    sample.save()
    after = odquality.recalibrate_run(scored, "lq", [decision])
    assert after.unused == ()
    assert after.lessons.remaining == before.lessons.remaining


def test_what_is_not_there_is_told_and_not_used(scored: fo.Dataset) -> None:
    sample = scored.first()
    lost = [
        Decision(sample.id, "swap", True, label="0" * 24),
        Decision("no id", "overlooked", True, prediction="0" * 24),
        Decision.confirm("0" * 24, "0" * 24),
    ]
    learnt = odquality.recalibrate_run(scored, "lq", lost)
    assert learnt.unused == tuple(lost)
    assert "3 decisions were not used" in str(learnt)
    told = Decision(sample.id, "swap", True, label="0" * 24, probability=0.2)
    learnt = odquality.recalibrate_run(scored, "lq", [told])
    assert learnt.unused == ()
    assert learnt.lessons.found["swap"] == 1


def test_what_decisions_tell_counts_in_any_order_and_as_they_tell_it_now(
    scored: fo.Dataset,
) -> None:
    """Of boxes that are not there; what the run itself has said goes before it."""
    sample, box, _ = missing(scored, 1)[0]

    def learn(*told: float, box: str = "0" * 24) -> Any:
        decisions = [Decision(sample, "overlooked", False, None, box, one) for one in told]
        return odquality.recalibrate_run(scored, "lq", decisions).lessons.remaining

    first, second = learn(0.9), learn(0.2)
    assert first != second
    assert learn(0.9) == first
    assert learn(0.2, 0.9) == learn(0.9, 0.2) == first
    seen = learn(0.01, box=box)
    assert learn(0.5, box=box) == seen
    scored.delete_labels(ids=[box])
    assert learn(0.9, box=box) == seen


def test_lessons_go_with_the_run(scored: fo.Dataset) -> None:
    decisions = decide(scored, 4)
    learnt = odquality.recalibrate_run(scored, "lq", decisions).lessons.remaining
    scored.rename_run("lq", "final")
    assert load_lessons(scored, "final").remaining == learnt
    assert odquality.recalibrate_run(scored, "final", decisions).lessons.remaining == learnt
    record = records.find(scored, "final")
    assert record is not None
    assert record.files == [record.results]


def test_labels_may_move_to_another_field(scored: fo.Dataset) -> None:
    scored.rename_sample_field("predictions", "detector")
    sample, box, said = next(
        (one.id, box.id, 1 - box["lq_overlooked"])
        for one in scored
        for box in one.detector.detections
        if box.has_field("lq_overlooked") and box["lq_overlooked"] is not None
    )
    learnt = odquality.recalibrate_run(
        scored, "lq", [Decision(sample, "overlooked", said > 0.5, prediction=box)]
    )
    assert learnt.unused == ()


def test_a_copy_learns_for_itself(scored: fo.Dataset) -> None:
    decisions = decide(scored, 4)
    odquality.recalibrate_run(scored, "lq", decisions)
    copy = scored.clone()
    try:
        sample_ids = dict(zip(scored.values("filepath"), copy.values("id"), strict=True))
        paths = dict(zip(scored.values("id"), scored.values("filepath"), strict=True))
        own = [
            Decision(sample_ids[paths[one.image]], one.kind, False, prediction=one.prediction)
            for one in decisions
        ]
        assert odquality.recalibrate_run(copy, "lq", own).lessons.found["overlooked"] == 0
        assert load_lessons(scored, "lq").found["overlooked"] == 4
    finally:
        copy.delete()
    assert load_lessons(scored, "lq").found["overlooked"] == 4


def test_no_file_is_left_behind(scored: fo.Dataset) -> None:
    import fiftyone.core.odm as foo

    count = foo.get_db_conn()["fs.files"].count_documents
    before = count({})
    for number in range(3):
        odquality.recalibrate_run(scored, "lq", decide(scored, number))
    assert count({}) == before
    scored.delete_run("lq")
    assert count({}) == before - 1


def test_who_comes_too_late_changes_nothing(scored: fo.Dataset) -> None:
    from odquality.bridge.store.handover import exchange_results

    record = records.find(scored, "lq")
    assert record is not None
    odquality.recalibrate_run(scored, "lq", decide(scored, 2))
    assert not exchange_results(record, lambda file: results.save_report(file, {}))
    assert load_lessons(scored, "lq").found["overlooked"] == 2


def test_runs_that_cannot_learn_are_refused(dataset: fo.Dataset) -> None:
    with pytest.raises(ValueError, match="expected a label quality run"):
        odquality.recalibrate_run(dataset, "lq", [])
    compute(dataset, key="lq")
    with pytest.raises(ValueError, match="keeps no probabilities to learn from"):
        odquality.recalibrate_run(dataset, "lq", [])
    assert not report(dataset).remaining


def test_what_are_no_samples_is_refused() -> None:
    for nothing in (None, "dataset", 3):
        with pytest.raises(ValueError, match="expected a FiftyOne dataset or view"):
            odquality.recalibrate_run(nothing, "lq", [])  # type: ignore[arg-type]


def test_malformed_decisions_are_refused(scored: fo.Dataset) -> None:
    with pytest.raises(ValueError, match=r"decisions\[0\].image is 0; expected an id"):
        odquality.recalibrate_run(scored, "lq", [Decision(0, "swap", True, label=0)])
    with pytest.raises(ValueError, match=r"decisions\[0\].kind is 'typo'"):
        odquality.recalibrate_run(scored, "lq", [Decision("a", "typo", True, label="b")])
    for nothing in (None, 3, "a", Decision("a", "swap", True, label="b")):
        with pytest.raises(ValueError, match=r"expected a list of odquality\.Decision"):
            odquality.recalibrate_run(scored, "lq", nothing)  # type: ignore[arg-type]


def test_deleted_scores_are_named(scored: fo.Dataset) -> None:
    decisions = decide(scored, 1)
    scored.delete_sample_field("predictions.detections.lq_overlooked")
    with pytest.raises(ValueError, match="'lq_overlooked' of boxes are not there any more"):
        odquality.recalibrate_run(scored, "lq", decisions)
