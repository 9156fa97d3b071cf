"""Rendered scenes are reproducible, and their boxes fit what was drawn."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from odquality.core.geometry import box_iou
from odquality.demo.scenes import CLASS_NAMES, paint, render_scene, shape_outline

WHITE = np.full(3, 255.0)


def test_same_seed_same_scene() -> None:
    """A scene depends on the random state alone."""
    first, second = (render_scene(np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(first.image, second.image)
    np.testing.assert_array_equal(first.labels.xyxy, second.labels.xyxy)
    np.testing.assert_array_equal(first.labels.classes, second.labels.classes)
    other = render_scene(np.random.default_rng(4))
    assert not np.array_equal(first.labels.xyxy, other.labels.xyxy)


@pytest.mark.parametrize("class_index", range(len(CLASS_NAMES)))
def test_box_is_tight_around_the_painted_pixels(class_index: int) -> None:
    """The box holds every covered pixel and touches one on each side."""
    rng = np.random.default_rng(class_index)
    for _ in range(20):
        canvas = np.zeros((200, 240, 3), np.uint8)
        outline = rng.uniform(70, 130, 2) + rng.uniform(15, 60) * shape_outline(class_index, rng)
        x1, y1, x2, y2 = paint(canvas, outline, WHITE).astype(int)
        # The canvas is black and the paint white, so brightness is coverage.
        covered = canvas[..., 0] >= 128
        inside = covered[y1:y2, x1:x2]
        assert inside.sum() == covered.sum()
        edges = (inside[0], inside[-1], inside[:, 0], inside[:, -1])
        assert all(edge.any() for edge in edges)
        # Independent of the drawing: pixel i is centered on the whole number i.
        corners = np.concatenate([outline.min(axis=0), outline.max(axis=0) + 1])
        np.testing.assert_allclose([x1, y1, x2, y2], corners, atol=2.5)


def test_outlines_differ_by_class() -> None:
    """Each class has its own number of corners and of hull corners."""
    rng = np.random.default_rng(0)
    corners = {}
    for class_index, name in enumerate(CLASS_NAMES):
        outline = shape_outline(class_index, rng)
        assert np.hypot(*outline.T).max() <= 1.0 + 1e-9
        # A shape that turns inwards has more corners than its hull.
        corners[name] = len(outline), len(cv2.convexHull(outline.astype(np.float32)))
    assert corners["triangle"] == (3, 3)
    assert corners["square"] == (4, 4)
    assert corners["pentagon"] == (5, 5)
    assert corners["star"] == (10, 5)
    assert corners["circle"][1] > 40


def test_labels_lie_inside_the_image_and_hardly_overlap() -> None:
    """Boxes fit the image, have valid classes and keep apart."""
    for seed in range(30):
        scene = render_scene(np.random.default_rng(seed))
        height, width = scene.image.shape[:2]
        xyxy, classes = scene.labels.xyxy, scene.labels.classes
        assert scene.image.dtype == np.uint8
        assert len(xyxy) == len(classes) >= 1
        assert set(classes.tolist()) <= set(range(len(CLASS_NAMES)))
        assert (xyxy[:, :2] >= 0).all()
        assert (xyxy[:, 2:] <= (width, height)).all()
        assert (xyxy[:, 2:] - xyxy[:, :2] >= 10).all()
        for row, box in enumerate(xyxy[1:], start=1):
            assert (box_iou(xyxy[:row].T, box[:, None]) < 0.25).all()


def test_shapes_are_visible_where_their_boxes_are() -> None:
    """Almost every box differs from the ring of background around it."""
    differences = []
    for seed in range(10):
        scene = render_scene(np.random.default_rng(seed))
        image = scene.image.astype(np.float64)
        for x1, y1, x2, y2 in scene.labels.xyxy.astype(int):
            side = max(2, (x2 - x1) // 8)
            cy, cx = (y1 + y2) // 2, (x1 + x2) // 2
            middle = image[cy - side : cy + side, cx - side : cx + side].mean(axis=(0, 1))
            background = np.median(image, axis=(0, 1))
            differences.append(np.linalg.norm(middle - background))
    assert np.mean(np.array(differences) > 25) > 0.85
