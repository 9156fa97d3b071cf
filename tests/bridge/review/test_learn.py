from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta
from threading import Barrier, Event
from typing import Any

import fiftyone as fo
import numpy as np
import pytest
from bson import ObjectId

import odquality
from odquality import Decision, ReviewIssue
from odquality.bridge.decisions.shares import share_of
from odquality.bridge.review import learn, store
from odquality.bridge.review.changes import Change
from odquality.bridge.review.correct import correct
from odquality.bridge.review.learn import in_background
from odquality.bridge.review.target import ReviewTarget
from odquality.bridge.run.recalibration import load_lessons, recalibrate
from odquality.bridge.store import database, records
from odquality.bridge.store.times import utc_now
from odquality.kinds import KINDS, LABEL_KINDS
from tests.bridge.review.help import KEY, documents, first, undecided


def test_the_run_learns_at_every_tenth_decision(dataset: fo.Dataset) -> None:
    issues = first(dataset, "spurious", 11)
    for issue in issues[:9]:
        odquality.dismiss(dataset, KEY, issue)
    assert sum(load_lessons(dataset, KEY).decided.values()) == 0
    (before,) = odquality.list_issues(
        dataset.select([issues[10].sample_id]), KEY, kinds="spurious"
    )[:1]
    odquality.dismiss(dataset, KEY, issues[9])
    lessons = load_lessons(dataset, KEY)
    assert (lessons.decided["spurious"], lessons.found["spurious"]) == (10, 0)
    (after,) = [
        one
        for one in odquality.list_issues(dataset.select([issues[10].sample_id]), KEY)
        if one.id == before.id
    ]
    assert after.probability < before.probability
    odquality.undo(dataset, KEY)
    assert load_lessons(dataset, KEY).decided["spurious"] == 9


def test_whoever_decides_need_not_wait_for_a_lesson(dataset: fo.Dataset) -> None:
    beyond = expected_beyond_suggestions(dataset)
    issues = odquality.list_issues(dataset, KEY, kinds="spurious", limit=60)
    with in_background() as lessons:
        for issue in issues:
            assert odquality.dismiss(dataset, KEY, issue).refused == ()
    assert len(lessons) == 6
    wait(lessons)
    assert load_lessons(dataset, KEY).decided["spurious"] == 60
    # Whichever came first, a decision takes away what its image expected by it just then.
    np.testing.assert_allclose(expected_beyond_suggestions(dataset), beyond, atol=1e-9)


def test_skips_bring_no_lesson(dataset: fo.Dataset) -> None:
    issues = odquality.list_issues(dataset, KEY, limit=15)
    odquality.dismiss(dataset, KEY, issues[:10])
    with in_background() as lessons:
        odquality.skip(dataset, KEY, issues[10:])
        odquality.undo(dataset, KEY)
        odquality.redo(dataset, KEY)
        assert lessons == []
        odquality.undo(dataset, KEY, batches=2)
    assert len(lessons) == 1
    wait(lessons)
    assert sum(load_lessons(dataset, KEY).decided.values()) == 0


def test_a_decision_sees_a_lesson_that_came_just_before(dataset: fo.Dataset) -> None:
    beyond = expected_beyond_suggestions(dataset)
    issue, *others = first(dataset, "spurious", 11)
    target = ReviewTarget.of(dataset, KEY).with_decisions()
    read = store.read(target, [issue.sample_id])
    odquality.dismiss(dataset, KEY, others)
    sample = read[issue.sample_id]
    suggestion = next(one for one in sample.suggestions if str(one["_id"]) == issue.suggestion_id)
    late = sample.close(suggestion, Change(), {"status": "dismissed", "decided_at": utc_now()})
    assert database.update_each(dataset, [late]) == 0
    assert odquality.dismiss(dataset, KEY, issue).refused == ()
    np.testing.assert_allclose(expected_beyond_suggestions(dataset), beyond, atol=1e-9)


def expected_beyond_suggestions(dataset: fo.Dataset) -> list[float]:
    """What images expect besides their open suggestions."""
    return [
        one["quality_expected_errors"]
        - sum(map(share_of, one["quality_suggestions"]["detections"]))
        for one in documents(dataset)
    ]


def test_open_probabilities_and_expected_errors_are_corrected(dataset: fo.Dataset) -> None:
    for issue in first(dataset, "overlooked", 5):
        odquality.dismiss(dataset, KEY, issue)
    for issue in first(dataset, "spurious", 5):
        odquality.accept(dataset, KEY, issue)
    before = documents(dataset)
    odquality.learn_from_decisions(dataset, KEY)
    correction = load_lessons(dataset, KEY).correction
    for old, new in zip(before, documents(dataset), strict=True):
        change = 0.0
        for one in new["quality_suggestions"]["detections"]:
            said = np.array([one["probability"]])
            assert one["confidence"] == pytest.approx(
                correction.apply(one["kind"], said)[0], abs=1e-3
            )
        for then, now in zip(
            old["quality_suggestions"]["detections"],
            new["quality_suggestions"]["detections"],
            strict=True,
        ):
            change += share_of(now) - share_of(then)
        fell = new["quality_expected_errors"] - old["quality_expected_errors"]
        assert fell == pytest.approx(change, abs=1e-12)
        same = {"quality_suggestions", "quality_expected_errors"}
        assert {k: v for k, v in old.items() if k not in same} == {
            k: v for k, v in new.items() if k not in same
        }
    list(dataset.iter_samples())


def test_without_decisions_all_is_as_the_run_said(dataset: fo.Dataset) -> None:
    before = undecided(dataset)
    issues = odquality.list_issues(dataset, KEY, limit=30)
    odquality.accept(dataset, KEY, issues)
    odquality.undo(dataset, KEY)
    assert undecided(dataset) == before
    assert sum(load_lessons(dataset, KEY).decided.values()) == 0


def test_the_database_corrects_as_the_correction_does(dataset: fo.Dataset) -> None:
    """Also what is next to sure, where the curve of probabilities is steepest."""
    duplicates = odquality.list_issues(dataset, KEY, kinds="duplicate")
    odquality.dismiss(dataset, KEY, duplicates[:6])
    odquality.accept(dataset, KEY, first(dataset, "spurious", 6))
    learnt = odquality.learn_from_decisions(dataset, KEY).lessons.correction
    said = [0.0, 1e-15, 1e-7, 0.0004, 0.02, 0.3, 0.77, 0.9991, 0.99973, 0.999999, 1 - 1e-9, 1.0]
    for kind in ("duplicate", "spurious", "swap"):
        row = {"_id": ObjectId(), "kind": kind, "confidence": 0.5}
        listed = [{**row, "probability": one} for one in said]
        sample_id = ObjectId(first(dataset, "overlooked")[0].sample_id)
        dataset._sample_collection.update_one(
            {"_id": sample_id}, {"$set": {"quality_suggestions.detections": listed}}
        )
        correct(ReviewTarget.of(dataset, KEY), learnt, [sample_id])
        (now,) = dataset._sample_collection.find({"_id": sample_id})
        found = [one["confidence"] for one in now["quality_suggestions"]["detections"]]
        np.testing.assert_allclose(found, learnt.apply(kind, np.array(said)), atol=1e-12)
        assert found == sorted(found)


def test_what_is_open_again_is_as_sure_as_what_was_learnt_since_says(dataset: fo.Dataset) -> None:
    issues = odquality.list_issues(dataset, KEY, kinds="spurious", limit=14)
    odquality.dismiss(dataset, KEY, issues[0])
    odquality.skip(dataset, KEY, issues[1])
    odquality.dismiss(dataset, KEY, issues[2:])
    beyond = expected_beyond_suggestions(dataset)
    for old in issues[:2]:
        odquality.undo(dataset, KEY, issues=old)
        (again,) = [one for one in odquality.list_issues(dataset, KEY) if one.id == old.id]
        learnt = load_lessons(dataset, KEY)
        assert learnt.decided["spurious"] == 13
        said = np.array([old.probability])
        assert again.probability == pytest.approx(learnt.correction.apply("spurious", said)[0])
        assert again.probability < old.probability
    assert expected_beyond_suggestions(dataset) == beyond


def test_what_was_decided_after_a_lesson_is_open_again_to_the_last_bit(dataset: fo.Dataset) -> None:
    issues = odquality.list_issues(dataset, KEY, limit=15)
    odquality.dismiss(dataset, KEY, issues[:12])
    before = undecided(dataset)
    odquality.accept(dataset, KEY, issues[12:])
    odquality.undo(dataset, KEY)
    assert undecided(dataset) == before


def test_kinds_that_nobody_decided_on_keep_their_probabilities(dataset: fo.Dataset) -> None:
    """To the last bit."""
    before = {one.id: one.probability for one in odquality.list_issues(dataset, KEY)}
    odquality.dismiss(dataset, KEY, first(dataset, "spurious", 10))
    left = odquality.list_issues(dataset, KEY)
    changed = {one.kind for one in left if one.probability != before[one.id]}
    assert changed == {"spurious"}


def test_a_removed_label_has_no_other_error(dataset: fo.Dataset) -> None:
    """It is not there any more, but teaches as one that is, and is not counted as open."""
    issues = first(dataset, "spurious", 10)
    copy = dataset.clone()
    try:
        decisions = [Decision(one.sample_id, one.kind, True, label=one.label_id) for one in issues]
        of_run = odquality.recalibrate_run(copy, KEY, decisions).lessons
    finally:
        copy.delete()
    odquality.accept(dataset, KEY, issues)
    lessons = load_lessons(dataset, KEY)
    assert lessons.decided == {"overlooked": 0, **dict.fromkeys(LABEL_KINDS, 10)}
    assert lessons.remaining == of_run.remaining
    odquality.undo(dataset, KEY)
    odquality.redo(dataset, KEY)
    assert load_lessons(dataset, KEY).remaining == of_run.remaining
    odquality.undo(dataset, KEY)
    odquality.compute_label_quality(dataset, key="another", min_probability=0.2, seed=7)
    odquality.accept(dataset, KEY, issues[:9])
    dataset.rename_run(KEY, "renamed")
    odquality.accept(dataset, "renamed", issues[9:])
    assert load_lessons(dataset, "renamed").remaining == of_run.remaining


@pytest.mark.parametrize("decide", [odquality.accept, odquality.dismiss])
def test_who_decides_on_a_duplicate_decides_on_both_labels(
    dataset: fo.Dataset, decide: Any
) -> None:
    def left() -> float:
        return odquality.review_progress(dataset, KEY).remaining["duplicate"]["expected"]

    issues = odquality.list_issues(dataset, KEY, kinds="duplicate")
    before = left()
    assert before > 0.8 * len(issues)
    decide(dataset, KEY, issues)
    assert left() < 0.1 * len(issues)
    odquality.undo(dataset, KEY)
    assert left() == before
    decide(dataset, KEY, issues)
    odquality.compute_label_quality(dataset, key=KEY, min_probability=0.2)
    assert left() < 0.1 * len(issues)


def test_the_other_label_of_a_duplicate_may_have_an_answer_of_its_own(dataset: fo.Dataset) -> None:
    def num_open(decisions: list[Decision]) -> int:
        lessons = odquality.recalibrate_run(dataset, KEY, decisions).lessons
        assert load_lessons(dataset, KEY).remaining == lessons.remaining
        return int(lessons.open.counts[KINDS.index("duplicate")].sum())

    issues = odquality.list_issues(dataset, KEY, kinds="duplicate")
    decisions = [Decision(one.sample_id, one.kind, True, label=one.label_id) for one in issues]
    every = num_open([])
    assert every - num_open(decisions) == every - num_open(decisions[::-1]) == 2 * len(issues)
    asked_about = {one.label_id for one in issues}
    others = [
        Decision.confirm(sample.id, label.id)
        for sample in dataset.select({one.sample_id for one in issues})
        for label in sample.ground_truth.detections
        if label.id not in asked_about
    ]
    assert len(others) > len(issues)
    assert every - num_open([*decisions, *others]) == len(issues) + len(others)


def test_two_who_make_the_tenth_decision_at_once(
    dataset: fo.Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each sees the other's decision beside its own, and no tenth one."""
    issues = first(dataset, "spurious", 11)
    for issue in issues[:9]:
        odquality.dismiss(dataset, KEY, issue)
    both, after = Barrier(2, timeout=60), learn.after

    def after_both(*arguments: Any) -> None:
        both.wait()
        after(*arguments)

    monkeypatch.setattr(learn, "after", after_both)
    with ThreadPoolExecutor(2) as pool:
        made = [pool.submit(odquality.dismiss, dataset, KEY, one) for one in issues[9:]]
        assert all(one.result().refused == () for one in made)
    assert load_lessons(dataset, KEY).decided["spurious"] == 11


def test_a_lesson_does_not_write_over_a_later_one(dataset: fo.Dataset) -> None:
    issues = first(dataset, "spurious", 12)
    odquality.dismiss(dataset, KEY, issues[:5])
    target = ReviewTarget.of(dataset, KEY)
    earlier, file = recalibrate(dataset, KEY, [decision_of(one) for one in issues[:5]])
    odquality.dismiss(dataset, KEY, issues[5:])
    later = documents(dataset)
    correct(target, earlier.lessons.correction)
    assert documents(dataset) != later
    learn._give_way(target, file)
    assert documents(dataset) == later


def decision_of(issue: ReviewIssue) -> Decision:
    return Decision(issue.sample_id, issue.kind, False, label=issue.label_id)


def test_who_is_overtaken_learns_once_more(
    dataset: fo.Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_removed, others = learn.read_removed, []

    def overtaken(*arguments: Any) -> Any:
        look_up = read_removed(*arguments)

        def after_another(wanted: Any) -> Any:
            if not others:
                others.append(odquality.recalibrate_run(dataset, KEY, []))
            return look_up(wanted)

        return after_another

    monkeypatch.setattr(learn, "read_removed", overtaken)
    odquality.dismiss(dataset, KEY, first(dataset, "spurious", 10))
    assert len(others) == 1
    assert load_lessons(dataset, KEY).decided["spurious"] == 10


def test_why_nothing_was_learnt_is_told(
    dataset: fo.Dataset, caplog: pytest.LogCaptureFixture
) -> None:
    dataset.delete_sample_field("ground_truth.detections.quality_badloc")
    outcome = odquality.accept(dataset, KEY, first(dataset, "swap", 10))
    assert (len(outcome.done), outcome.refused) == (10, ())
    (told,) = [one for one in caplog.records if one.name == learn.__name__]
    assert "Nothing was learnt from the last decisions" in told.getMessage()
    assert "'quality_badloc' of boxes are not there any more" in told.getMessage()


def test_what_was_skipped_teaches_nothing(dataset: fo.Dataset) -> None:
    odquality.skip(dataset, KEY, odquality.list_issues(dataset, KEY, limit=20))
    odquality.learn_from_decisions(dataset, KEY)
    assert sum(load_lessons(dataset, KEY).decided.values()) == 0


def test_decisions_on_an_earlier_scoring_are_not_learnt_from_again(dataset: fo.Dataset) -> None:
    odquality.accept(dataset, KEY, first(dataset, "spurious", 10))
    odquality.compute_label_quality(dataset, key=KEY, min_probability=0.2)
    odquality.learn_from_decisions(dataset, KEY)
    assert sum(load_lessons(dataset, KEY).decided.values()) == 0


def test_a_lesson_that_was_cut_off_is_made_up_for(
    dataset: fo.Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was learnt is recorded, and what is open is not corrected."""
    *issues, eleventh, twelfth = first(dataset, "spurious", 12)
    before = dataset.values(f"{KEY}_suggestions.detections.confidence")
    odquality.dismiss(dataset, KEY, issues[:-1])

    def cut_off(*arguments: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as cut:
        cut.setattr(learn, "correct", cut_off)
        with pytest.raises(KeyboardInterrupt):
            odquality.dismiss(dataset, KEY, issues[-1])
    for issue, patience in ((eleventh, timedelta(minutes=5)), (twelfth, timedelta(0))):
        monkeypatch.setattr(records, "_LONGEST_CORRECTION", patience)
        odquality.dismiss(dataset, KEY, issue)
        kept = dataset.values(f"{KEY}_suggestions.detections.confidence")
        others = [row for row, one in enumerate(kept) if len(one) == len(before[row])]
        is_corrected = [kept[row] for row in others] != [before[row] for row in others]
        assert is_corrected is (issue is twelfth)
    expected = documents(dataset)
    odquality.learn_from_decisions(dataset, KEY)
    assert documents(dataset) == expected


def test_progress_counts_what_is_open_decided_and_left(dataset: fo.Dataset) -> None:
    start = odquality.review_progress(dataset, KEY)
    issues = odquality.list_issues(dataset, KEY)
    assert (start.num_open, start.num_decided) == (len(issues), 0)
    # An accepted error of a label would answer for its other kinds, too.
    missing = [one for one in issues if one.kind == "overlooked"]
    others = [one for one in issues if one.kind != "overlooked"]
    odquality.accept(dataset, KEY, missing[:7])
    odquality.dismiss(dataset, KEY, others[:5])
    odquality.skip(dataset, KEY, others[5:6])
    now = odquality.review_progress(dataset, KEY)
    assert now.decided == {"accepted": 7, "dismissed": 5, "skipped": 1, "edited": 0}
    assert now.num_open == len(issues) - 13
    assert now.open["swap"] == len(odquality.list_issues(dataset, KEY, kinds="swap"))
    left = now.remaining["any"]
    assert left["decided"] == 12
    assert left["low"] <= left["expected"] <= left["high"]
    assert "7 accepted, 5 dismissed, 1 skipped" in str(now)
    assert "learnt    from 12 answers" in str(now)


def test_lessons_do_not_pile_up(dataset: fo.Dataset) -> None:
    may_go_on = Event()
    busy = learn._TEACHER.submit(may_go_on.wait)
    with in_background() as lessons:
        for issue in odquality.list_issues(dataset, KEY, limit=30):
            odquality.dismiss(dataset, KEY, issue)
    may_go_on.set()
    wait([busy, *lessons])
    assert (len(lessons), len(set(lessons))) == (3, 1)
    assert sum(load_lessons(dataset, KEY).decided.values()) == 30
