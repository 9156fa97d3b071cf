from __future__ import annotations

from itertools import permutations

import pytest

from odquality.app.operators.guess import guess_fields


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (["ground_truth", "predictions"], ("ground_truth", "predictions")),
        (["predictions", "ground_truth"], ("ground_truth", "predictions")),
        (["yolo", "labels"], ("labels", "yolo")),
        (["detections", "faster_rcnn", "annotations"], ("annotations", "faster_rcnn")),
        (["detections", "ground_truth"], ("ground_truth", "detections")),
        (["first", "second"], ("first", "second")),
        (["model_a", "model_b", "gt"], ("gt", "model_a")),
        (["predicted_labels", "labels"], ("labels", "predicted_labels")),
        (["weights", "gt_boxes"], ("gt_boxes", "weights")),
        (["predBoxes", "groundTruth"], ("groundTruth", "predBoxes")),
        (["predictions", "boxes"], ("boxes", "predictions")),
        (["yolov8n", "human_verified", "detr"], ("human_verified", "yolov8n")),
    ],
)
def test_fields_are_guessed_by_their_names(fields, expected):
    assert guess_fields(fields) == expected


@pytest.mark.parametrize(
    "fields", [("labels", "detections", "yolo"), ("gt", "boxes", "predictions")]
)
def test_order_does_not_matter_where_names_tell(fields):
    guesses = {guess_fields(order) for order in permutations(fields)}
    assert guesses == {(fields[0], fields[2])}
