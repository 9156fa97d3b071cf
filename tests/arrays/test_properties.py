"""Whatever is handed to the functions on arrays is scored right, or refused by name.

The tests try few cases, the same ones each time; ``python -m benchmarks.properties`` tries many
more, drawn at random, and counts them.
"""

from __future__ import annotations

import re
import warnings
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import odquality
from devtools.property_cases import cases, count
from tests.arrays import nasty
from tests.arrays.scenes import random_scenes, to_rows

Data = tuple[list[dict[str, Any]], list[Any]]

REFUSED = object()
ADVICE = "expected|belongs to|lacks|add up|unlike|seem"

FUNCTIONS: dict[str, Callable[..., Any]] = {
    "images": lambda *data: odquality.get_label_quality_scores(*data, verbose=False),
    "objectlab": lambda *data: odquality.score_labels(*data),
    "calibrated": lambda *data: odquality.score_labels(*data, method="calibrated"),
    "flags": lambda *data: odquality.find_label_issues(*data),
    "ranked": lambda *data: odquality.find_label_issues(*data, return_indices_ranked_by_score=True),
    "issues": lambda *data: odquality.find_label_issues(*data, method="calibrated"),
    "overlooked": odquality.compute_overlooked_box_scores,
    "badloc": odquality.compute_badloc_box_scores,
    "swap": odquality.compute_swap_box_scores,
}
# The calibrated method takes twenty times as long on few images.
OFTEN_QUICK = [*(name for name in FUNCTIONS if name not in ("calibrated", "issues"))] * 6
names = st.sampled_from([*OFTEN_QUICK, "calibrated", "issues"])


def attempt(test: str, call: Callable[[], Any], named: str) -> Any:
    """The result, or REFUSED after a ValueError that names what ``named`` matches.

    Any other error, and any warning, is one that nobody expects.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            result = call()
    except ValueError as error:
        message = str(error)
    else:
        count(test, "scored")
        return result
    assert re.search(named, message), f"the message names nothing: {message}"
    # Messages of numpy and of Python give no advice.
    assert re.search(ADVICE, message), message
    count(test, "refused")
    return REFUSED


def are_scores(values: Any, *, nan: bool = False) -> bool:
    """Whether an array holds scores in [0, 1], or NaN where that is allowed."""
    inside = (values >= 0) & (values <= 1)
    return values.dtype == np.float64 and bool((inside | (nan & np.isnan(values))).all())


def check(name: str, result: Any, num_images: int) -> None:
    """Checks that a result has the documented form."""
    if name == "images":
        assert result.shape == (num_images,)
        assert are_scores(result)
    elif name in ("objectlab", "calibrated"):
        assert all(len(values) == num_images for values in result.scores.values())
        assert all(map(are_scores, result.scores.values()))
        for by_kind in (result.label_scores, result.prediction_scores):
            for per_image in by_kind.values():
                assert len(per_image) == num_images
                assert all(are_scores(values, nan=True) for values in per_image)
    elif name == "flags":
        assert result.dtype == bool
        assert result.shape == (num_images,)
    elif name == "ranked":
        assert sorted(set(result.tolist())) == sorted(result.tolist())
        assert all(0 <= image < num_images for image in result)
    elif name == "issues":
        assert all(issue.probability >= 0.5 and 0 <= issue.image < num_images for issue in result)
    else:
        assert len(result) == num_images
        assert all(are_scores(values, nan=True) for values in result)


def same(one: Any, other: Any) -> bool:
    """Whether two results are equal to the last bit."""
    if isinstance(one, odquality.LabelQuality):
        parts = ("scores", "label_scores", "prediction_scores")
        return all(same(getattr(one, part), getattr(other, part)) for part in parts)
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, np.ndarray):
        return np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
    return bool(one == other)


@st.composite
def scenes(draw: st.DrawFn, *, rows: bool | None = None, least: int = 1) -> Data:
    """A few well-formed images in one of the layouts; all numbers are exact in float32."""
    num_classes = draw(st.integers(1, 3))
    labels, predictions = random_scenes(
        draw(st.integers(0, 2**20)),
        draw(st.integers(least, 5)),
        num_classes=num_classes,
        max_labels=3,
        max_predictions=5,
    )
    for label in labels:
        label["bboxes"] = label["bboxes"].round()
        if draw(st.integers(0, 3)) == 0:
            crowds = st.lists(st.booleans(), min_size=len(label["labels"]))
            label["iscrowd"] = np.array(draw(crowds)[: len(label["labels"])], bool)
    predictions = [[np.float32(found).astype(float) for found in image] for image in predictions]
    as_rows = draw(st.booleans()) if rows is None else rows
    return labels, (to_rows(predictions) if as_rows else predictions)


@cases(250)
@given(names, nasty.anything, nasty.anything)
def test_anything_as_data(name: str, labels: Any, predictions: Any) -> None:
    result = attempt(
        "anything as data", lambda: FUNCTIONS[name](labels, predictions), "labels|predictions"
    )
    if result is not REFUSED:
        check(name, result, len(labels) if hasattr(labels, "__len__") else 0)


@cases(250)
@given(st.data(), names, scenes())
def test_anything_for_an_image(data: st.DataObject, name: str, good: Data) -> None:
    """The other images keep their scores, or the message names the image."""
    labels, predictions = ([*part] for part in good)
    image = data.draw(st.integers(0, len(labels) - 1))
    kept = [number for number in range(len(labels)) if number != image]
    part = data.draw(st.sampled_from(["bboxes", "labels", "iscrowd", "predictions", "image"]))
    if part == "image":
        labels[image] = data.draw(nasty.anything)
    elif part == "predictions":
        predictions[image] = data.draw(damaged_predictions(predictions[image]))
    else:
        column = labels[image].get(part, np.zeros(len(labels[image]["labels"]), bool))
        labels[image] = {**labels[image], part: data.draw(nasty.damaged(column))}
    named = rf"(labels|predictions)(\[{image}\]|:)|predictions\[\d\] .*(unlike|classes; expected)"
    result = attempt("anything for an image", lambda: FUNCTIONS[name](labels, predictions), named)
    if result is REFUSED:
        return
    check(name, result, len(labels))
    # Where the boxes lie is judged image by image.
    found = odquality.compute_badloc_box_scores(labels, predictions)
    assert [len(scores) for scores in found] == [size(label["labels"]) for label in labels]
    alone = [[values[number] for number in kept] for values in good]
    expected = odquality.compute_badloc_box_scores(*alone)
    assert same([found[number] for number in kept], expected)


def size(values: Any) -> int:
    """Number of elements, of lists of different lengths too."""
    return sum(map(size, values)) if isinstance(values, (list, tuple)) else np.size(values)


@st.composite
def damaged_predictions(draw: st.DrawFn, prediction: Any) -> Any:
    """An image's predictions with something about them changed."""
    if isinstance(prediction, np.ndarray):
        return draw(nasty.damaged(prediction))
    position = draw(st.integers(-1, len(prediction)))
    if position < 0:
        return draw(nasty.anything)
    if position == len(prediction):
        return draw(st.sampled_from([prediction[:-1], [*prediction, prediction[0]]]))
    changed = [*prediction]
    changed[position] = draw(nasty.damaged(prediction[position]))
    return changed


FORMS: dict[str, Callable[[Any], Any]] = {
    "list": lambda array: array.tolist(),
    "tuple": lambda array: tuple(map(tuple, array.tolist())) if array.ndim > 1 else tuple(array),
    "list of arrays": list,
    "float32": lambda array: array.astype(np.float32),
    "Fortran": np.asfortranarray,
    "strided": lambda array: np.repeat(array, 2, axis=0)[::2],
    "objects": lambda array: array.astype(object),
    "subclass": lambda array: array.view(nasty.Subclass),
    "masked nowhere": np.ma.array,
    "deque": lambda array: deque(array.tolist()),
}
SEQUENCES: dict[str, Callable[[Sequence[Any]], Any]] = {
    "list": list,
    "tuple": tuple,
    "deque": deque,
    "iterator": iter,
    "values": lambda items: dict(enumerate(items)).values(),
}
forms = st.sampled_from(sorted(FORMS))


@cases(60)
@given(st.data(), names, scenes(rows=True))
def test_forms_score_alike(data: st.DataObject, name: str, good: Data) -> None:
    expected = FUNCTIONS[name](*good)
    labels = [
        {key: FORMS[data.draw(forms)](values) for key, values in label.items()} for label in good[0]
    ]
    predictions = [FORMS[data.draw(forms)](found) for found in good[1]]
    held = [SEQUENCES[data.draw(st.sampled_from(sorted(SEQUENCES)))] for _ in range(2)]
    result = attempt(
        "forms", lambda: FUNCTIONS[name](held[0](labels), held[1](predictions)), "nothing"
    )
    assert same(result, expected)


@cases(60)
@given(st.data(), names, scenes(rows=False))
def test_layouts_score_alike(data: st.DataObject, name: str, good: Data) -> None:
    labels, per_class = good
    expected = FUNCTIONS[name](labels, to_rows(per_class))
    predictions = [[FORMS[data.draw(forms)](found) for found in image] for image in per_class]
    result = attempt("layouts", lambda: FUNCTIONS[name](labels, predictions), "nothing")
    assert same(result, expected)


@cases(80)
@given(st.data(), names, scenes())
def test_nothing_in_any_form_is_no_boxes(data: st.DataObject, name: str, good: Data) -> None:
    labels, predictions = ([*part] for part in good)
    image = data.draw(st.integers(0, len(labels)))
    plain = {"bboxes": np.empty((0, 4)), "labels": np.empty(0, int)}
    labels.insert(image, plain)
    predictions.insert(image, [])
    expected = FUNCTIONS[name](labels, predictions)
    keys = data.draw(st.sampled_from([("bboxes", "labels"), ("bboxes", "labels", "iscrowd")]))
    labels[image] = {key: data.draw(nasty.empties) for key in keys}
    predictions[image] = data.draw(nasty.empties)
    result = attempt("nothing", lambda: FUNCTIONS[name](labels, predictions), "nothing")
    assert same(result, expected)


@cases(60)
@given(st.data(), scenes(least=2))
def test_order_of_images_does_not_matter(data: st.DataObject, good: Data) -> None:
    labels, predictions = good
    order = data.draw(st.permutations(range(len(labels))))
    moved = [[values[number] for number in order] for values in good]
    for name in ("images", "flags"):
        found = attempt("order", lambda name=name: FUNCTIONS[name](*moved), "nothing")
        assert same(found, FUNCTIONS[name](labels, predictions)[list(order)])
    for name in ("overlooked", "badloc", "swap"):
        found = attempt("order", lambda name=name: FUNCTIONS[name](*moved), "nothing")
        expected = FUNCTIONS[name](labels, predictions)
        assert same(found, [expected[number] for number in order])


@cases(10)
@given(st.data(), scenes(least=2))
def test_order_of_images_does_not_matter_to_calibration(data: st.DataObject, good: Data) -> None:
    order = data.draw(st.permutations(range(len(good[0]))))
    moved = [[values[number] for number in order] for values in good]
    found = attempt("order", lambda: FUNCTIONS["calibrated"](*moved).scores, "nothing")
    for name, values in FUNCTIONS["calibrated"](*good).scores.items():
        np.testing.assert_allclose(found[name], values[list(order)], rtol=0, atol=1e-12)


SETTINGS: dict[str, tuple[str, ...]] = {
    "get_label_quality_scores": ("aggregation_weights", "overlapping_label_check", "verbose"),
    "score_labels": (
        *("method", "image_sizes", "aggregation_weights", "overlapping_label_check", "seed"),
    ),
    "find_label_issues": (
        *("method", "return_indices_ranked_by_score", "overlapping_label_check", "seed"),
        "min_probability",
    ),
    "compute_overlooked_box_scores": ("alpha", "high_probability_threshold"),
    "compute_badloc_box_scores": ("alpha", "low_probability_threshold"),
    "compute_swap_box_scores": ("alpha", "high_probability_threshold", "overlapping_label_check"),
    "pool_box_scores_per_image": ("temperature",),
    "issues_from_scores": ("threshold",),
}
ONE_SETTING = [(name, setting) for name, all_of_it in SETTINGS.items() for setting in all_of_it]
METHODS_OF = {"seed": "calibrated", "min_probability": "calibrated"}


@cases(250)
@given(st.sampled_from(ONE_SETTING), st.booleans(), st.one_of(nasty.scalars, nasty.anything))
def test_anything_as_a_setting(setting: tuple[str, str], fitting: bool, value: Any) -> None:
    name, parameter = setting
    settings = {parameter: value}
    if fitting and parameter in METHODS_OF:
        settings["method"] = METHODS_OF[parameter]
    data: tuple[Any, ...] = random_scenes(1, 3)
    if name in ("pool_box_scores_per_image", "issues_from_scores"):
        data = ([[0.5, 0.25], [], [1.0]],) if name.startswith("pool") else ([0.5, 0.01],)
    result = attempt(
        "anything as a setting", lambda: getattr(odquality, name)(*data, **settings), parameter
    )
    if result is not REFUSED and isinstance(result, np.ndarray):
        assert ((result >= 0) & (result <= 3)).all()


@cases(200)
@given(st.lists(st.one_of(nasty.anything, st.lists(st.floats(0, 1)))) | nasty.anything)
def test_anything_as_scores_of_boxes(scores: Any) -> None:
    result = attempt(
        "anything as box scores", lambda: odquality.pool_box_scores_per_image(scores), "box_scores"
    )
    if result is not REFUSED:
        assert are_scores(result)


@cases(60)
@given(
    st.lists(st.lists(st.floats(0, 1) | st.just(float("nan")))),
    st.floats(0, exclude_min=True, allow_infinity=False),
)
def test_pooled_scores_lie_among_those_of_the_boxes(
    scores: list[list[float]], temperature: float
) -> None:
    pooled = attempt(
        "pooling",
        lambda: odquality.pool_box_scores_per_image(scores, temperature=temperature),
        "nothing",
    )
    for value, of_image in zip(pooled, scores, strict=True):
        present = [score for score in of_image if score == score] or [1.0]
        assert min(present) - 1e-12 <= value <= max(present) + 1e-12


@cases(200)
@given(st.lists(st.one_of(nasty.scalars, st.floats(0, 1))) | nasty.anything)
def test_anything_as_scores_of_images(scores: Any) -> None:
    result = attempt(
        "anything as image scores",
        lambda: odquality.issues_from_scores(scores),
        "label_quality_scores",
    )
    if result is not REFUSED and hasattr(scores, "__len__"):
        values = np.array([float(score) for score in scores])
        assert sorted(result) == np.flatnonzero(values <= 0.1).tolist()
        assert (np.diff(values[result]) >= 0).all()
