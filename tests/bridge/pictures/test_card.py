"""Pictures of cards."""

from __future__ import annotations

from pathlib import Path

import fiftyone as fo
import numpy as np
import pytest
from PIL import Image, ImageColor

import odquality
from odquality.bridge.pictures.card import draw_card
from odquality.bridge.review.queue import Card, next_card
from odquality.kinds import BY_NAME
from tests.bridge.conftest import MakeDataset
from tests.bridge.datasets import HEIGHT, WIDTH, random_samples

KEY, SIZE = "lq", 400


@pytest.fixture
def dataset(make_dataset: MakeDataset, tmp_path: Path) -> fo.Dataset:
    """Forty grey images of which much is suspected."""
    samples = random_samples(40)
    for number, sample in enumerate(samples):
        sample.filepath = str(tmp_path / f"{number}.png")
        Image.new("RGB", (WIDTH, HEIGHT), "#b0b0b0").save(sample.filepath)
    made = make_dataset(samples)
    odquality.compute_label_quality(made, key=KEY, min_probability=0.01)
    return made


@pytest.fixture
def card(dataset: fo.Dataset) -> Card:
    found = next_card(dataset, KEY)
    assert found is not None
    assert found.others
    return found


def where(picture: np.ndarray, color: str) -> np.ndarray:
    return (picture == ImageColor.getrgb(color)).all(axis=2)


def test_the_issue_is_drawn_from_near_alone(card: Card) -> None:
    near, _ = draw_card(card, size=SIZE)
    assert near.shape[2] == 3
    assert max(near.shape[:2]) == SIZE
    drawn = {kind.name for kind in BY_NAME.values() if where(near, kind.color).any()}
    assert drawn == {card.issue.kind}


def test_it_is_drawn_as_visualize_draws_it(dataset: fo.Dataset, card: Card) -> None:
    near, _ = draw_card(card, size=SIZE)
    same = odquality.visualize(dataset, KEY, issue=card.issue, size=SIZE, legend=False)
    np.testing.assert_array_equal(near, same)


def test_on_the_whole_image_it_alone_is_in_the_light(card: Card) -> None:
    _, whole = draw_card(card, size=SIZE)
    height = round(SIZE * HEIGHT / max(WIDTH, HEIGHT))
    image = whole[:height]
    lit, dark = where(image, "#b0b0b0"), where(image, "#585858")
    assert lit.any()
    assert dark.any()
    x, y, width, box_height = card.issue.box
    left, right = round(x * SIZE), round((x + width) * SIZE)
    top, bottom = round(y * height), round((y + box_height) * height)
    assert not dark[top:bottom, left:right].any()


def test_an_image_that_was_replaced_is_read_again(card: Card) -> None:
    before, _ = draw_card(card, size=SIZE)
    Image.new("RGB", (WIDTH, HEIGHT), "#303030").save(card.issue.filepath)
    after, _ = draw_card(card, size=SIZE)
    assert where(before, "#b0b0b0").any()
    assert where(after, "#303030").any()
