"""The method as a whole: what it finds, what it does not depend on, and what it survives."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from odquality.core.geometry import MAX_COORDINATE
from odquality.core.scenes import Boxes, Scenes
from odquality.kinds import KINDS, LABEL_KINDS
from odquality.methods.calibrated.evidence import gather_evidence
from odquality.methods.calibrated.model import PRIOR_MODEL
from odquality.methods.calibrated.overlap import overlaps
from odquality.methods.calibrated.scorer import Calibrated
from odquality.methods.interface import learn
from odquality.methods.issues import list_issues

METHOD = Calibrated()


def _score(scenes, method=METHOD):
    return learn(method, [scenes]).score(scenes)


def _assert_close(scores, expected, atol):
    for part in ("images", "labels", "predictions"):
        for name, values in getattr(expected, part).items():
            np.testing.assert_allclose(getattr(scores, part)[name], values, atol=atol)


def _is_among_worst(scores, row):
    """At most 2% are worse."""
    return np.count_nonzero(scores < scores[row]) <= 0.02 * len(scores)


def _are_named(scores, where, scenes, kinds=LABEL_KINDS):
    """Each wrong label is among the worst by its kind.

    A spurious one is among those that the detector has found: those that it has missed, here a
    tenth of them all, are as bad.
    """
    labels, predictions = scenes.labels, scenes.predictions
    pairs = overlaps(labels, predictions)
    same = labels.classes[pairs.first] == predictions.classes[pairs.second]
    found = np.isin(np.arange(len(labels)), pairs.first[same & (pairs.iou > 0.5)])
    for kind in kinds:
        row, counts = where[kind], np.ones(len(labels), bool)
        if kind == "spurious":
            counts = found | (np.arange(len(labels)) == row)
        among = int(np.count_nonzero(counts[:row]))
        assert _is_among_worst(scores.labels[kind][counts], among), kind


@pytest.fixture(scope="module")
def spoilt(clean) -> tuple[Scenes, dict[str, int]]:
    """One error of each kind in one image each, and the label rows; for overlooked, the image."""
    labels = clean.labels
    predictions = clean.predictions
    # Images whose first label is found, at their first prediction, with a fair confidence.
    fair = (
        labels.classes[labels.offsets[:-1]] == predictions.classes[predictions.offsets[:-1]]
    ) & (predictions.confidence[predictions.offsets[:-1]] > 0.7)
    near = np.abs(labels.xyxy[labels.offsets[:-1]] - predictions.xyxy[predictions.offsets[:-1]])
    images = np.flatnonzero(fair & (near.max(axis=1) < 15))[:5]
    rows = dict(zip(LABEL_KINDS, labels.offsets[images[1:]].tolist(), strict=True))

    xyxy, classes = labels.xyxy.copy(), labels.classes.copy()
    classes[rows["swap"]] = (classes[rows["swap"]] + 1) % 4
    size = xyxy[rows["badloc"], 2:] - xyxy[rows["badloc"], :2]
    xyxy[rows["badloc"]] += np.tile(size * [0.35, 0], 2)
    xyxy[rows["spurious"]] += 900
    added = labels.xyxy[rows["duplicate"]] + 1
    at = rows["duplicate"] + 1
    changed = Boxes(
        np.insert(xyxy, at, added, axis=0),
        np.insert(classes, at, classes[rows["duplicate"]]),
        labels.counts + (np.arange(len(clean)) == images[4]),
    )
    missing = labels.offsets[images[0]]
    kept = changed.take(np.delete(np.arange(len(changed)), missing))
    rows = {kind: row - 1 for kind, row in rows.items()}
    return replace(clean, labels=kept), rows | {"overlooked": int(images[0])}


def test_errors_are_found_and_named(spoilt):
    scenes, where = spoilt
    scores = _score(scenes)
    _are_named(scores, where, scenes)
    assert _is_among_worst(scores.images["overlooked"], where["overlooked"])


def test_issues_suggest_corrections(spoilt, clean):
    scenes, where = spoilt
    issues = list_issues(scenes, _score(scenes), min_probability=0.05)
    for kind in ("overlooked", "swap", "badloc"):
        image = where[kind] if kind == "overlooked" else scenes.labels.image[where[kind]]
        issue = next(issue for issue in issues if (issue.kind, issue.image) == (kind, image))
        truth = clean.labels.offsets[image]
        if kind != "badloc":
            assert issue.suggested_class == clean.labels.classes[truth]
        if kind != "swap":
            np.testing.assert_allclose(issue.suggested_box, clean.labels.xyxy[truth], atol=15)


def test_shapes_names_and_ranges(spoilt):
    scenes, _ = spoilt
    scores = _score(scenes)
    assert set(scores.images) == {"quality", *KINDS}
    assert set(scores.labels) == {"quality", *LABEL_KINDS}
    assert set(scores.predictions) == {"overlooked"}
    for values, count in (
        *((values, len(scenes)) for values in scores.images.values()),
        *((values, len(scenes.labels)) for values in scores.labels.values()),
        *((values, len(scenes.predictions)) for values in scores.predictions.values()),
    ):
        assert values.shape == (count,)
        scored = values[~np.isnan(values)]
        assert ((scored >= 0) & (scored <= 1)).all()
    assert not any(np.isnan(values).any() for values in scores.images.values())
    assert not any(np.isnan(values).any() for values in scores.labels.values())
    others = {kind: len(scenes.predictions) for kind in LABEL_KINDS} | {
        "duplicate": len(scenes.labels)
    }
    for kind, rows in scores.evidence.items():
        assert rows.min() >= -1
        assert rows.max() < others[kind]


def test_a_labels_quality_is_what_no_error_leaves(spoilt):
    scenes, _ = spoilt
    labels = _score(scenes).labels
    any_error = sum(1 - labels[kind] for kind in LABEL_KINDS)
    np.testing.assert_allclose(labels["quality"], 1 - any_error, rtol=0, atol=1e-12)
    assert (labels["quality"] <= np.min([labels[kind] for kind in LABEL_KINDS], axis=0)).all()


def test_an_image_is_as_bad_as_its_worst_label_and_what_is_missing(spoilt):
    scenes, _ = spoilt
    scores = _score(scenes)
    quality = np.empty(len(scenes))
    for image, (start, end) in enumerate(pairwise(scenes.labels.offsets.tolist())):
        lowest = {name: values[start:end].min() for name, values in scores.labels.items()}
        quality[image] = lowest.pop("quality") * scores.images["overlooked"][image]
        assert {kind: scores.images[kind][image] for kind in LABEL_KINDS} == lowest
    np.testing.assert_array_equal(scores.images["quality"], quality**scores.clustering)


def test_images_have_more_than_one_wrong_label_where_many_are_wrong(clean):
    few = _score(clean).clustering
    classes = clean.labels.classes.copy()
    classes[::6] = (classes[::6] + 1) % 3
    scores = _score(replace(clean, labels=replace(clean.labels, classes=classes)))
    wrong = np.sum(1 - scores.labels["quality"]) / len(clean)
    assert 1 <= few < 1.2 < scores.clustering
    assert scores.clustering == pytest.approx(wrong / (1 - np.exp(-wrong)))


def _hidden(scorer, scenes):
    """Missing labels that nothing shows, as many for each unlabelled unit of confidence; (N,)."""
    predictions = scenes.predictions
    missing = scorer.score(scenes).predictions["overlooked"]
    # In this data every prediction without a label may be a missing one.
    seen = np.where(np.isnan(missing), 0.0, predictions.confidence)
    return scorer.model.hidden * np.bincount(predictions.image, seen, len(scenes))


def test_several_missing_labels_are_worse_than_one(spoilt):
    scenes, _ = spoilt
    scorer = learn(METHOD, [scenes])
    scores = scorer.score(scenes)
    hidden = _hidden(scorer, scenes)
    assert hidden.max() > 0
    offsets = scenes.predictions.offsets.tolist()
    by_prediction = scores.predictions["overlooked"]
    for image, (start, end) in enumerate(pairwise(offsets)):
        one = by_prediction[start:end]
        one = one[~np.isnan(one)]
        found = scores.images["overlooked"][image] * np.exp(hidden[image])
        # But for what nothing shows: between the worst and none being missing, if they were
        # independent.
        lowest = one.min(initial=1.0)
        assert one.prod() - 1e-6 <= found <= lowest + 1e-6
        assert scores.images["overlooked"][image] <= found
        if (one < 0.9).sum() > 1:
            assert found < lowest


def test_expected_errors_are_sums_of_probabilities_and_what_they_do_not_show(spoilt):
    scenes, where = spoilt
    scorer = learn(METHOD, [scenes])
    scores = scorer.score(scenes)
    expected = scores.expected_errors
    assert set(expected) == set(KINDS)
    sums = {
        kind: np.bincount(scenes.labels.image, 1 - scores.labels[kind], len(scenes))
        for kind in LABEL_KINDS
    }
    # Two labels that repeat each other are one error.
    sums["duplicate"] = sums["duplicate"] / 2
    missing = np.nan_to_num(1 - scores.predictions["overlooked"])
    model = scorer.model
    evidence = gather_evidence(scenes, model.detected, model.expectation)
    beyond = model.seen_beyond(evidence, 1 - scores.predictions["overlooked"])
    assert 0 < beyond.max() < model.detector_weight
    sums["overlooked"] = np.bincount(scenes.predictions.image, missing + beyond, len(scenes))
    sums["overlooked"] += _hidden(scorer, scenes)
    for kind in KINDS:
        np.testing.assert_allclose(expected[kind], sums[kind], rtol=0, atol=1e-9, err_msg=kind)
    repeated = scenes.labels.image[where["duplicate"]]
    assert expected["duplicate"][repeated] == expected["duplicate"].max()
    assert expected["duplicate"][repeated] == pytest.approx(1, abs=0.1)


def test_the_same_seed_gives_the_same_scores_and_another_similar_ones(clean):
    scores = _score(clean)
    _assert_close(_score(clean), scores, atol=0)
    other = _score(clean, Calibrated(seed=52))
    assert not np.array_equal(other.images["quality"], scores.images["quality"])
    assert np.corrcoef(other.images["quality"], scores.images["quality"])[0, 1] > 0.95


@pytest.mark.parametrize("max_images", [100, 2000])
def test_scores_do_not_depend_on_order_or_chunks(clean, permute, max_images):
    method = Calibrated(max_images=max_images)
    scores = _score(clean, method)
    order = np.random.default_rng(5).permutation(len(clean))
    shuffled = permute(clean, order)
    chunks = [permute(clean, order[at : at + 70]) for at in range(0, len(order), 70)]
    fitted = learn(method, chunks)
    assert fitted == learn(method, [clean])
    images = fitted.score(shuffled).images
    for name, values in scores.images.items():
        np.testing.assert_array_equal(images[name], values[order])


def test_scores_do_not_depend_on_the_unit(clean):
    scale = np.array([1 / 640, 1 / 480, 1 / 640, 1 / 480])
    normalised = replace(
        clean,
        labels=replace(clean.labels, xyxy=clean.labels.xyxy * scale),
        predictions=replace(clean.predictions, xyxy=clean.predictions.xyxy * scale),
    )
    _assert_close(_score(normalised), _score(clean), atol=1e-6)


def test_images_are_scored_by_themselves(clean, permute):
    scorer = learn(METHOD, [clean])
    some = np.array([3, 17, 40])
    alone = scorer.score(permute(clean, some)).images["quality"]
    np.testing.assert_array_equal(alone, scorer.score(clean).images["quality"][some])


def test_one_image(make_scenes):
    scenes = make_scenes(
        [(0, 0, 50, 50, 0), (200, 0, 260, 70, 0)],
        [(1, 0, 51, 50, 0, 0.8), (200, 1, 261, 70, 1, 0.9), (400, 0, 450, 50, 1, 0.9)],
    )
    scores = _score(scenes)
    assert scores.labels["swap"].argmin() == 1
    assert scores.labels["quality"][0] > 0.9
    assert np.isnan(scores.predictions["overlooked"]).tolist() == [True, False, False]
    assert scores.predictions["overlooked"].tolist()[2] < scores.predictions["overlooked"][1]


def test_without_labels_the_prior_model_finds_what_is_missing(make_scenes):
    scenes = make_scenes([], [(0, 0, 9, 9, 0, 0.9), (50, 0, 59, 9, 0, 0.1)])
    scorer = learn(METHOD, [scenes])
    assert scorer.model == PRIOR_MODEL
    certain, doubtful = scorer.score(scenes).predictions["overlooked"]
    assert certain < 0.5 < doubtful


def test_without_predictions_no_label_is_suspicious(clean, make_scenes):
    nothing = replace(clean.predictions.take(np.zeros(0, np.int64)))
    scores = _score(replace(clean, predictions=nothing))
    assert scores.labels["quality"].min() > 0.8
    assert len(scores.predictions["overlooked"]) == 0
    assert (scores.images["overlooked"] == 1).all()


def test_without_anything(make_scenes):
    assert _score(make_scenes([], [])).images["quality"].tolist() == [1.0]
    assert learn(METHOD, []).model == PRIOR_MODEL


def test_one_class(spoilt):
    scenes, where = spoilt
    one = replace(
        scenes,
        labels=replace(scenes.labels, classes=np.zeros(len(scenes.labels), np.int64)),
        predictions=replace(
            scenes.predictions, classes=np.zeros(len(scenes.predictions), np.int64)
        ),
    )
    scores = _score(one)
    # There is no other class to be of.
    assert (scores.labels["swap"] == 1).all()
    assert (scores.images["swap"] == 1).all()
    assert not scores.expected_errors["swap"].any()
    _are_named(scores, where, one, ["spurious"])
    errors = [1 - scores.labels[kind] for kind in LABEL_KINDS]
    np.testing.assert_allclose(scores.labels["quality"], 1 - np.sum(errors, axis=0), atol=1e-12)


def test_a_class_that_was_not_learnt_from_still_contradicts(spoilt):
    scenes, where = spoilt
    scorer = learn(METHOD, [scenes])
    one_class = replace(scorer, model=replace(scorer.model, one_class=True))
    expected = 1 - scorer.score(scenes).labels["swap"][where["swap"]]
    assert expected > 0.3
    assert 1 - one_class.score(scenes).labels["swap"][where["swap"]] == expected


@pytest.mark.parametrize(
    "transform",
    [lambda confidence: confidence * 0.3, np.ones_like, lambda confidence: 0.9 + confidence / 10],
    ids=["never high", "missing", "never low"],
)
def test_any_range_of_confidences_will_do(spoilt, transform):
    scenes, where = spoilt
    predictions = scenes.predictions
    other = replace(predictions, confidence=transform(predictions.confidence))
    scores = _score(replace(scenes, predictions=other))
    _are_named(scores, where, scenes)


def test_half_of_the_labels_missing(clean):
    labels = clean.labels
    kept = np.random.default_rng(9).random(len(labels)) < 0.5
    scenes = replace(clean, labels=labels.take(np.flatnonzero(kept)))
    scores = _score(scenes).predictions["overlooked"]
    truth = learn(METHOD, [clean]).score(clean).predictions["overlooked"]
    # What has found a label of the complete labels, and none of the halved ones.
    missing = np.isnan(truth) & ~np.isnan(scores)
    false = ~np.isnan(truth)
    assert np.median(scores[missing]) < 0.6
    assert np.mean(np.median(scores[missing]) < scores[false]) > 0.95


def test_a_crowded_image(make_scenes):
    rng = np.random.default_rng(4)
    corner = rng.uniform(0, 300, (400, 2))
    rows = np.hstack([corner, corner + 20, np.zeros((400, 1))])
    labels = [tuple(row) for row in rows[1:]]
    predictions = [(*row, 0.8) for row in rows]
    scores = _score(make_scenes(labels, predictions))
    assert np.isfinite(scores.images["quality"]).all()


def test_nothing_is_missing_in_ignored_regions(make_scenes):
    found = [(0, 0, 50, 50, 0, 0.95), (300, 0, 350, 50, 0, 0.95)]
    scenes = make_scenes([(600, 0, 650, 50, 0)], found, ignored=[(0, 0, 100, 100, 0)])
    inside, outside = _score(scenes).predictions["overlooked"]
    assert np.isnan(inside)
    assert outside < 0.5


def test_nothing_but_numpy_is_needed():
    code = (
        "import sys; import numpy as np; import odquality;"
        "labels = [{'bboxes': [[0, 0, 9, 9]], 'labels': [0]}];"
        "odquality.score_labels(labels, [np.array([[0, 0, 9, 9, .5, 1]])], method='calibrated');"
        "assert not {'scipy', 'sklearn', 'fiftyone'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("source", ["labels", "predictions", "ignored"])
@pytest.mark.parametrize(
    ("box", "usual"),
    [
        ((0, 0, MAX_COORDINATE, MAX_COORDINATE), (0, 0, 1000, 1000)),
        ((-MAX_COORDINATE, -MAX_COORDINATE, MAX_COORDINATE, 700), (-10, -10, 1000, 700)),
        ((MAX_COORDINATE, 5, MAX_COORDINATE, 9), (1000, 5, 1000, 9)),
        ((0, 0, 5e-324, 5e-324), (0, 0, 1, 1)),
        ((1, 1, 1, 1), (1, 1, 2, 2)),
    ],
)
def test_a_box_of_an_absurd_size_matters_to_others_like_a_usual_one(
    clean, permute, source, box, usual
):
    near = permute(clean, np.arange(len(clean) - 1))
    image = permute(clean, np.array([len(clean) - 1]))

    def with_box(xyxy: tuple[float, ...]) -> Scenes:
        one = replace(image.predictions.take(np.array([0])), xyxy=np.array([xyxy], float))
        if source != "predictions":
            one = Boxes(one.xyxy, one.classes, one.counts)
        return Scenes.join([near, replace(image, **{source: one})])

    expected = _score(with_box(usual))
    with np.errstate(divide="raise", over="raise", invalid="raise"):
        found = _score(with_box(box))
    # What is learnt of sizes and places changes a little.
    for part, atol in (("images", 0.02), ("expected_errors", 0.05)):
        for name, values in getattr(expected, part).items():
            others = getattr(found, part)[name]
            np.testing.assert_allclose(others[:-1], values[:-1], atol=atol, err_msg=name)
            assert np.isfinite(others[-1])
    assert all(np.isfinite(values).all() for values in found.labels.values())
