from __future__ import annotations

import pytest

from odquality.app.operators.form import guess_fields, read_settings


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (["ground_truth", "predictions"], ("ground_truth", "predictions")),
        (["predictions", "ground_truth"], ("ground_truth", "predictions")),
        (["yolo", "labels"], ("labels", "yolo")),
        (["detections", "faster_rcnn", "annotations"], ("annotations", "faster_rcnn")),
        (["first", "second"], ("first", "second")),
        (["model_a", "model_b", "gt"], ("gt", "model_a")),
    ],
)
def test_fields_are_guessed_by_their_names(fields, expected):
    assert guess_fields(fields) == expected


def test_empty_attribute_names_stand_for_none():
    settings = read_settings({"probs_attr": "", "iscrowd": ""})
    assert settings.probs_attr is None
    assert settings.iscrowd is None


def test_what_is_not_given_has_its_default():
    assert read_settings({}).key == "label_quality"
