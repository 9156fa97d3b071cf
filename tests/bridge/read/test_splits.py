"""Words that say what a sample was used for."""

from __future__ import annotations

from typing import Any

import pytest

from odquality.bridge.read.splits import images_by_part
from odquality.core.in_sample import HELD_OUT, TRAINING, UNKNOWN


@pytest.mark.parametrize(
    ("tags", "split", "part"),
    [
        (["train"], None, TRAINING),
        (["reviewed", "Training"], None, TRAINING),
        ([], "trainval", TRAINING),
        (["val"], None, HELD_OUT),
        (["val", "test"], None, HELD_OUT),
        (None, " TEST ", HELD_OUT),
        (["train", "val"], None, UNKNOWN),
        (["train"], "test", UNKNOWN),
        (["strain", "test-drive"], "latest", UNKNOWN),
        ("train", None, UNKNOWN),
        ([3, None], {"label": "train"}, UNKNOWN),
        ([], None, UNKNOWN),
    ],
)
def test_a_sample_is_of_the_part_that_it_names(tags: Any, split: Any, part: str) -> None:
    (name,) = images_by_part([{"tags": tags, "split": split}])
    assert name == part


def test_every_image_is_of_one_part() -> None:
    words = ["train", "x", "val", "train"]
    parts = images_by_part([{"tags": [word], "split": None} for word in words])
    assert {name: images.tolist() for name, images in parts.items()} == {
        TRAINING: [True, False, False, True],
        UNKNOWN: [False, True, False, False],
        HELD_OUT: [False, False, True, False],
    }
    assert images_by_part([]) == {}
