"""The oracle and the simulated detector that has learnt errors."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from benchmarks.accuracy import oracle
from benchmarks.accuracy.baselines import score_simply
from benchmarks.accuracy.evaluation import evaluate, matches
from benchmarks.accuracy.oracle import score_by_oracle
from benchmarks.accuracy.overlaps import overlapping_pairs
from benchmarks.accuracy.repeating import repeat_errors
from benchmarks.accuracy.rich_evidence import gather_rich_evidence
from odquality.demo.injection.labels import Corrupted
from odquality.kinds import ANY, KINDS, LABEL_KINDS
from tests.benchmarks.test_evaluation import CORRUPTED, DATA, SCENARIO, SPOILED


def test_knowing_other_images_is_better_than_simple_scores(monkeypatch) -> None:
    monkeypatch.setattr(oracle, "MAX_DRAWS", 8)
    suspicion = score_by_oracle(SPOILED, partial(SCENARIO.inject, DATA), CORRUPTED)
    found = evaluate(SPOILED, CORRUPTED, suspicion)
    simple = evaluate(SPOILED, CORRUPTED, score_simply(SPOILED))
    for level in ("image", "box"):
        assert found[level, ANY].average_precision > simple[level, ANY].average_precision
    for values in (*suspicion.images.values(), *suspicion.labels.values(), suspicion.predictions):
        assert ((values >= 0) & (values <= 1 + 1e-9)).all()
    assert set(suspicion.images) == {ANY, *KINDS}
    assert set(suspicion.labels) == {ANY, *LABEL_KINDS}


def test_the_oracle_does_not_see_the_truth_of_what_it_is_asked(monkeypatch) -> None:
    """With errors that nothing tells from right labels it does no better than chance."""
    monkeypatch.setattr(oracle, "MAX_DRAWS", 1)
    rng = np.random.default_rng(3)
    rows = np.sort(rng.permutation(len(DATA.labels))[: len(DATA.labels) // 3])
    none = np.full(len(rows), -1)
    claimed = Corrupted(
        DATA.labels,
        DATA.iscrowd,
        type(CORRUPTED.errors)(
            np.full(len(rows), "swap"),
            DATA.labels.image[rows],
            rows,
            none,
            DATA.labels.xyxy[rows],
            DATA.labels.classes[rows],
        ),
    )
    found = evaluate(DATA, claimed, score_by_oracle(DATA, lambda _: claimed, claimed))
    assert found["box", "swap"].auroc == pytest.approx(0.5, abs=0.1)


def test_evidence_has_a_row_for_every_box_and_no_gaps() -> None:
    evidence = gather_rich_evidence(SPOILED)
    assert len(evidence.labels) == len(SPOILED.labels)
    assert len(evidence.predictions) == len(SPOILED.predictions)
    assert np.isfinite(evidence.labels).all()
    assert np.isfinite(evidence.predictions).all()


def test_nothing_learnt_changes_no_prediction() -> None:
    same = repeat_errors(DATA, CORRUPTED, 0.0)
    assert np.array_equal(same.predictions.xyxy, DATA.predictions.xyxy)
    assert np.array_equal(same.predictions.confidence, DATA.predictions.confidence)
    assert same.labels is CORRUPTED.labels


def test_a_detector_that_learnt_all_errors_repeats_them() -> None:
    learnt = repeat_errors(DATA, CORRUPTED, 1.0)
    errors = CORRUPTED.errors
    assert not matches(learnt.predictions, errors.dropped(len(DATA))).any()
    added = np.isin(errors.kind, ("spurious", "duplicate"))
    assert len(learnt.predictions) <= len(DATA.predictions) + np.count_nonzero(added)
    pairs = overlapping_pairs(CORRUPTED.labels, learnt.predictions)
    same_place = pairs.first[pairs.same_class & (pairs.iou > 0.999)]
    assert np.isin(errors.row[added], same_place).all()
    assert (np.diff(learnt.predictions.image) >= 0).all()


def test_the_more_is_learnt_the_less_is_found() -> None:
    found = [
        evaluate(learnt, CORRUPTED, score_simply(learnt))["image", ANY].auroc
        for learnt in (repeat_errors(DATA, CORRUPTED, share) for share in (0.0, 0.5, 1.0))
    ]
    assert found[0] > found[1] > found[2]
