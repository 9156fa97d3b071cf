"""Simulated reviews."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.learning.__main__ import main
from benchmarks.learning.pool import CALIBRATED, OBJECTLAB, SIMPLE, Pool, draw_pool
from benchmarks.learning.report import to_markdown
from benchmarks.learning.review import LEARNING, MARKS, ONCE, WAYS, Way, review
from devtools.real_data import BCCD, DATA_FOLDER
from odquality.core.log_odds import log_odds, logistic
from odquality.kinds import KINDS, OVERLOOKED


def make_pool(shift: float = 2.0, number: int = 1500) -> Pool:
    """Questions of which the method's log odds are off by a shift."""
    rng = np.random.default_rng(0)
    said = rng.beta(0.4, 4, number)
    return Pool(
        kind=np.full(number, KINDS.index(OVERLOOKED)),
        is_error=rng.random(number) < logistic(log_odds(said) + shift),
        box=-1 - np.arange(number),
        shows=np.full(number, -1),
        suspicion={CALIBRATED: said, SIMPLE: said, OBJECTLAB: rng.random(number)},
    )


def test_what_is_learnt_comes_near_the_truth() -> None:
    states = review(make_pool(), LEARNING, seed=0)
    assert states[0].left["any"].off > 0.4
    assert states[100].left["any"].off < 0.2
    assert states[100].calibration_error[OVERLOOKED] < states[0].calibration_error[OVERLOOKED] / 2


def test_a_review_is_the_same_every_time() -> None:
    way = Way("some wrong", CALIBRATED, True, 0.25, 0.1)
    first, second = (review(make_pool(), way, seed=3) for _ in range(2))
    assert first == second


def test_likely_errors_are_found_sooner_than_by_chance() -> None:
    pool = make_pool()
    found = {way.name: review(pool, way, seed=0)[max(MARKS)].found for way in WAYS}
    assert found["not learning"] > 2 * found["in random order"]
    assert found["learning, the likeliest only"] >= found["learning"]


def test_a_label_with_an_error_is_not_asked_about_again() -> None:
    kind = np.repeat([KINDS.index("swap"), KINDS.index("badloc")], 200)
    said = np.concatenate([np.full(200, 0.9), np.full(200, 0.8)])
    box, shows = np.tile(np.arange(200), 2), np.full(400, -1)
    pool = Pool(kind, kind == KINDS.index("swap"), box, shows, {CALIBRATED: said})
    states = review(pool, Way("likeliest", CALIBRATED, True), seed=0)
    left = states[100].left
    assert states[100].found == 100
    assert left["swap"].true == 100
    assert left["badloc"].remaining.expected < 100 * 0.8


def test_a_missing_object_that_several_predictions_show_counts_once() -> None:
    # Of three predictions each, one is called missing, and the others show the same object.
    said = np.tile([0.99, 0.01, 0.01], 200)
    number = len(said)
    pool = Pool(
        kind=np.full(number, KINDS.index(OVERLOOKED)),
        is_error=np.ones(number, bool),
        box=-1 - np.arange(number),
        shows=np.arange(number) // 3,
        suspicion={CALIBRATED: said},
    )
    states = review(pool, Way("likeliest", CALIBRATED, True), seed=0)
    assert states[0].calibration_error[OVERLOOKED] == pytest.approx(2 / 3 * 0.99 + 1 / 3 * 0.01)
    assert states[0].calibration_error[ONCE] == pytest.approx(0.01)
    # A hundred objects were found: nothing is an error in their other predictions.
    assert states[100].calibration_error[ONCE] < 0.05
    assert states[100].calibration_error[OVERLOOKED] > 0.5


def test_tables() -> None:
    pool = make_pool(number=300)
    reviews = {way.name: [review(pool, way, seed) for seed in range(2)] for way in WAYS}
    text = to_markdown({"made": reviews})
    assert "## made, 2 seeds" in text
    assert all(f"| {way.name} |" in text for way in WAYS)


@pytest.mark.skipif(not BCCD.is_file(), reason=f"{BCCD} is not there")
def test_the_truth_is_that_of_the_corrected_labels() -> None:
    pool = draw_pool("bccd", DATA_FOLDER, 0)
    missing = pool.kind == KINDS.index(OVERLOOKED)
    assert 0.4 < pool.is_error[missing].mean() < 0.8
    assert (pool.suspicion[CALIBRATED] >= 0).all()
    np.testing.assert_array_equal(pool.shows >= 0, missing & pool.is_error)
    assert len(np.unique(pool.shows)) - 1 < pool.is_error[missing].sum()


@pytest.mark.skipif(not BCCD.is_file(), reason=f"{BCCD} is not there")
def test_from_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["--datasets", "bccd", "--seeds", "1", "--output", str(tmp_path)])
    assert (tmp_path / "learning.md").read_text() in capsys.readouterr().out
