from __future__ import annotations

from concurrent.futures import wait
from threading import Event

import fiftyone as fo
import numpy as np
import pytest

import odquality
from odquality.bridge.decisions.shares import share_of
from odquality.bridge.review import learn, store
from odquality.bridge.review.changes import Change
from odquality.bridge.review.learn import in_background
from odquality.bridge.review.target import ReviewTarget
from odquality.bridge.run.recalibration import load_lessons
from odquality.bridge.store import database
from odquality.bridge.store.times import utc_now
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


def test_what_was_skipped_teaches_nothing(dataset: fo.Dataset) -> None:
    odquality.skip(dataset, KEY, odquality.list_issues(dataset, KEY, limit=20))
    odquality.learn_from_decisions(dataset, KEY)
    assert sum(load_lessons(dataset, KEY).decided.values()) == 0


def test_decisions_on_an_earlier_scoring_are_not_learnt_from_again(dataset: fo.Dataset) -> None:
    odquality.accept(dataset, KEY, first(dataset, "spurious", 10))
    odquality.compute_label_quality(dataset, key=KEY, min_probability=0.2)
    odquality.learn_from_decisions(dataset, KEY)
    assert sum(load_lessons(dataset, KEY).decided.values()) == 0


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
