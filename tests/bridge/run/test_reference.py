"""A run on real detections gives the scores of cleanlab, where both are there."""

from __future__ import annotations

from collections.abc import Iterator

import fiftyone as fo
import numpy as np
import pytest

from devtools.datasets import make_dataset
from devtools.real_data import VOC
from tests.bridge.datasets import compute

NUM_IMAGES = 300


@pytest.fixture
def voc() -> Iterator[fo.Dataset]:
    if not VOC.is_file():
        pytest.skip("the real data (voc2007test_yolov2.npz) is not there")
    dataset = make_dataset(VOC, "voc-of-the-tests", num_images=NUM_IMAGES)
    yield dataset
    dataset.delete()


def test_real_detections(voc: fo.Dataset) -> None:
    rank = pytest.importorskip("cleanlab.object_detection.rank")
    codes = {name: number for number, name in enumerate(voc.default_classes)}
    labels, predictions = [], []
    for one in voc.iter_samples():
        size = np.tile([one.metadata.width, one.metadata.height], 2)
        sides = []
        for detections in (one.ground_truth.detections, one.predictions.detections):
            boxes = np.array([box.bounding_box for box in detections]).reshape(-1, 4)
            boxes[:, 2:] += boxes[:, :2]
            sides.append(boxes * size)
        names = [codes[box.label] for box in one.ground_truth.detections]
        labels.append({"bboxes": sides[0], "labels": np.array(names, int)})
        confidence = [box.confidence for box in one.predictions.detections]
        rows = np.column_stack([sides[1], confidence])
        best = np.array([np.argmax(box.probs) for box in one.predictions.detections], int)
        predictions.append([rows[best == number] for number in range(len(codes))])
    report = compute(voc)
    expected = rank.get_label_quality_scores(labels, predictions, verbose=False)
    np.testing.assert_allclose(voc.values("label_quality"), expected, rtol=0, atol=1e-12)
    assert report.num_scored == NUM_IMAGES
    assert report.treated == {}
