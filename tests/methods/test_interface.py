"""Every method's statistics merge in any order and grouping, to the same result to the last bit."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from odquality.core.scenes import NO_SCENES, Scenes
from odquality.methods.interface import Scores, learn
from odquality.methods.objectlab.average_precision import AveragePrecision
from odquality.methods.objectlab.flagging import Flagger, Flagging
from odquality.methods.objectlab.scorer import ObjectLab
from odquality.methods.registry import METHODS, make_method
from tests.methods.strategies import shuffled, small_scenes, split

LEARNERS = {name: make_method(name) for name in METHODS} | {"flagging": Flagging(ObjectLab())}


def _numbers(learned: Any, scenes: Scenes) -> list[np.ndarray]:
    """All that a fitted method says of images."""
    if isinstance(learned, Flagger):
        flagged = learned.flag_all([scenes])
        return [flagged.is_issue, flagged.quality]
    scores: Scores = learned.score(scenes)
    return [
        array
        for part in (scores.images, scores.labels, scores.predictions)
        for array in part.values()
    ]


def _assert_same(learned: Any, expected: Any, scenes: Scenes) -> None:
    for found, number in zip(_numbers(learned, scenes), _numbers(expected, scenes), strict=True):
        np.testing.assert_array_equal(found, number)


@pytest.mark.parametrize("learner", LEARNERS.values(), ids=LEARNERS)
@settings(max_examples=25, deadline=None)
@given(scenes=small_scenes(), data=st.data())
def test_statistics_merge_in_any_order_and_grouping(
    learner: Any, scenes: Scenes, data: st.DataObject
) -> None:
    chunks, _ = split(scenes, data)
    parts = [learner.observe(chunk) for chunk in chunks]
    while len(parts) > 1:
        first = parts.pop(data.draw(st.integers(0, len(parts) - 1)))
        second = parts.pop(data.draw(st.integers(0, len(parts) - 1)))
        # As from machine to machine.
        parts.append(pickle.loads(pickle.dumps(first.merge(second))))
    _assert_same(learner.fit(parts[0]), learn(learner, [scenes]), scenes)


@pytest.mark.parametrize("learner", LEARNERS.values(), ids=LEARNERS)
@settings(max_examples=10, deadline=None)
@given(scenes=small_scenes(), data=st.data())
def test_merging_leaves_both_as_they_are(learner: Any, scenes: Scenes, data: st.DataObject) -> None:
    chunks, _ = split(scenes, data)
    first, second = learner.observe(chunks[0]), learner.observe(chunks[-1])
    before = pickle.dumps((first, second))
    learner.fit(first.merge(second))
    assert pickle.dumps((first, second)) == before


@pytest.mark.parametrize("name", METHODS)
@settings(max_examples=25, deadline=None)
@given(scenes=small_scenes(), data=st.data())
def test_parts_may_number_classes_in_their_own_way(
    name: str, scenes: Scenes, data: st.DataObject
) -> None:
    method = make_method(name)
    chunks, _ = split(scenes, data)
    sources = (scenes.labels, scenes.predictions, scenes.ignored)
    largest = max(
        max(boxes.classes.max(initial=0) for boxes in sources),
        scenes.predictions.alternatives.max(initial=0),
    )
    statistics = method.observe(NO_SCENES)
    for chunk in chunks:
        own = np.array(data.draw(st.permutations(range(int(largest) + 1))), np.int64)
        back = np.argsort(own)
        statistics = statistics.merge(method.observe(chunk.renumbered(own)).renumbered(back))
    _assert_same(method.fit(statistics), learn(method, [scenes]), scenes)


@pytest.mark.parametrize("learner", LEARNERS.values(), ids=LEARNERS)
def test_no_images_teach_nothing_and_spoil_nothing(learner: Any) -> None:
    for chunks in ([], [NO_SCENES], [NO_SCENES, NO_SCENES]):
        assert all(len(values) == 0 for values in _numbers(learn(learner, chunks), NO_SCENES))


@settings(max_examples=50, deadline=None)
@given(scenes=small_scenes(), seed=st.integers(0, 2**32))
def test_average_precision_does_not_depend_on_the_order_of_predictions(
    scenes: Scenes, seed: int
) -> None:
    predictions, _ = shuffled(scenes.predictions, np.random.default_rng(seed))
    other = Scenes(scenes.labels, predictions, scenes.ignored)
    for found, expected in zip(
        AveragePrecision.observe(other).per_class(),
        AveragePrecision.observe(scenes).per_class(),
        strict=True,
    ):
        np.testing.assert_array_equal(found, expected)
