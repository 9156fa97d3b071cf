"""Pictures of labels, predictions and suspected errors."""

from __future__ import annotations

from time import perf_counter
from typing import Any

import numpy as np
import pytest
from PIL import ImageColor

from odquality.drawing.boxes import ErrorBox, NamedBox
from odquality.drawing.scene import draw_scene
from odquality.kinds import BY_NAME, KINDS

IMAGE = np.full((60, 80, 3), 200, np.uint8)
BOX = (0.25, 0.25, 0.5, 0.5)
OTHER = (0.1, 0.3, 0.5, 0.5)


def error_of(kind: str, **attributes: Any) -> ErrorBox:
    given = {} if kind == "overlooked" else {"given_label": "cat", "given_box": BOX}
    return ErrorBox(
        **{"kind": kind, "probability": 0.9, "label": "cat", "box": BOX} | given | attributes
    )


def pixels_of(picture: np.ndarray, color: str) -> np.ndarray:
    """(n, 2) rows and columns of the pixels of a colour."""
    return np.argwhere((picture == ImageColor.getrgb(color)).all(axis=2))


def test_an_image_is_scaled_and_otherwise_left_alone() -> None:
    picture = draw_scene(IMAGE, size=160)
    assert (picture.shape, picture.dtype) == ((120, 160, 3), np.uint8)
    assert (picture == 200).all()


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_has_the_color_of_its_kind(kind: str) -> None:
    picture = draw_scene(IMAGE, errors=[error_of(kind)], size=320, legend=False)
    for other in KINDS:
        found = pixels_of(picture, BY_NAME[other].color)
        assert (len(found) > 100) == (other == kind)
    rows, columns = pixels_of(picture, BY_NAME[kind].color).T
    # The box and the line around it; what is written begins above it.
    assert (columns.min(), rows.max()) == pytest.approx((80, 180), abs=3)


def test_a_suggested_box_is_dashed() -> None:
    picture = draw_scene(IMAGE, errors=[error_of("badloc", box=OTHER)], size=320, legend=False)
    is_color = (picture == ImageColor.getrgb(BY_NAME["badloc"].color)).all(axis=2)
    # The lower edges of the label as it is, and of the box that it should have.
    assert is_color[180, 80:185].all()
    assert 0.3 < is_color[192, 32:192].mean() < 0.7


def test_a_label_is_drawn_once_as_it_is_or_as_suspected() -> None:
    label = NamedBox("cat", BOX)
    suspected = error_of("spurious")
    both = draw_scene(IMAGE, labels=[label], errors=[suspected], size=320, legend=False)
    alone = draw_scene(IMAGE, errors=[suspected], size=320, legend=False)
    np.testing.assert_array_equal(both, alone)


def test_labels_and_predictions_do_not_look_alike() -> None:
    label = draw_scene(IMAGE, labels=[NamedBox("cat", BOX)], size=320)
    prediction = draw_scene(IMAGE, predictions=[NamedBox("cat", BOX)], size=320)
    assert (label != prediction).any(axis=2).sum() > 500


def test_the_legend_names_what_there_is_below_the_picture() -> None:
    errors = [error_of(kind) for kind in KINDS]
    without = draw_scene(IMAGE, errors=errors, size=320, legend=False)
    one = draw_scene(IMAGE, errors=errors[:1], size=320)
    all_kinds = draw_scene(IMAGE, errors=errors, size=320)
    assert without.shape == (240, 320, 3)
    assert 240 < len(one) < len(all_kinds)
    for kind in KINDS:
        assert len(pixels_of(all_kinds[240:], BY_NAME[kind].color)) > 20


def test_a_part_is_shown_around_a_box() -> None:
    image = np.zeros((400, 400, 3), np.uint8)
    image[100:110, 100:110] = 255
    part = draw_scene(image, around=(0.25, 0.25, 0.025, 0.025), size=100, legend=False)
    assert part.shape == (100, 100, 3)
    assert (part > 128).all(axis=2).mean() > 0.05


def test_crowded_images_and_long_names_are_drawn() -> None:
    rng = np.random.default_rng(0)
    boxes = [(*corner, 0.2, 0.2) for corner in rng.uniform(-0.2, 1.1, (300, 2)).tolist()]
    labels = [NamedBox("a class of a very long name " * 9, box) for box in boxes]
    errors = [error_of("overlooked", box=box, label="物体 " * 40) for box in boxes[:20]]
    assert draw_scene(IMAGE, labels=labels, errors=errors, size=64).shape[1] == 64


@pytest.mark.parametrize("box", [(-1e12, 0.1, 2e12, 1e300), (0.9, 0.9, -0.5, -0.5), (0, 0, 0, 0)])
def test_odd_boxes_are_drawn(box: tuple[float, float, float, float]) -> None:
    errors = [error_of("badloc", box=box), error_of("swap", given_box=box)]
    assert draw_scene(IMAGE, labels=[NamedBox("cat", box)], errors=errors, size=64).shape[1] == 64


def test_anything_like_an_error_can_be_drawn() -> None:
    class Issue:
        kind, probability, label, box = "swap", None, "dog", BOX
        given_label, given_box = "cat", BOX

    assert len(pixels_of(draw_scene(IMAGE, errors=[Issue()]), BY_NAME["swap"].color))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"around": (0, 0, 1)}, r"around is \(0, 0, 1\); expected x, y, width and height"),
        ({"around": (0, 0, -1, 1)}, "of at least 0"),
        ({"around": (0, 0, float("nan"), 1)}, "around is nan"),
        ({"size": 5}, "size is 5; expected an integer from 32 to 8192"),
        ({"surroundings": -1}, "surroundings is -1"),
        ({"errors": [error_of("nonsense")]}, "kind is 'nonsense'; expected one of 'overlooked'"),
    ],
)
def test_what_cannot_be_drawn_is_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        draw_scene(IMAGE, **arguments)


def test_a_small_part_is_drawn_quickly() -> None:
    rng = np.random.default_rng(0)
    image = rng.integers(0, 256, (2000, 3000, 3), dtype=np.uint8)
    labels = [NamedBox("cat", (x, y, 0.1, 0.1)) for x, y in rng.uniform(0, 0.9, (30, 2)).tolist()]
    seconds = []
    for _ in range(5):
        start = perf_counter()
        draw_scene(image, labels=labels, errors=[error_of("swap")], around=BOX, size=320)
        seconds.append(perf_counter() - start)
    # 8 ms on an idle core.
    assert min(seconds) < 0.1
