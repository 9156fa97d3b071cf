"""Renders images of simple shapes together with their true boxes and classes."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from odquality.core.scenes import FloatArray, IntArray

Image = NDArray[np.uint8]

# Corners of each class's outline; every second corner of a star is an inner one.
CORNERS = {"circle": 72, "triangle": 3, "square": 4, "pentagon": 5, "star": 10}
CLASS_NAMES = tuple(CORNERS)
STAR_INNER_RADIUS = 0.45
SQUEEZE = (0.78, 1.0)

IMAGE_SIZES = ((640, 480), (480, 640), (640, 427), (600, 480))
SHAPES = (4, 9)
RADIUS = (15.0, 58.0)
GAP = 10.0
# Share of the shapes that may touch a neighbour, and by how many pixels they then overlap.
TOUCHING_SHARE = 0.05
TOUCHING_GAP = -4.0
PLACEMENT_TRIES = 60
# Share of the shapes that hardly stand out, and how much of their own colour these have.
FAINT_SHARE = 0.05
FAINT_STRENGTH = (0.25, 0.5)
CLUTTER = (1, 5)
CLUTTER_STRENGTH = (0.1, 0.8)
LETTERS = "ADEKLMRSTVX"
BLUR_SIGMA = (0.5, 2.0)
NOISE_SIGMA = (2.0, 12.0)
# fillPoly takes fixed-point corners with this many fractional bits.
SUBPIXEL_BITS = 4


@dataclass(frozen=True)
class Labels:
    """Boxes of one image.

    Attributes:
        xyxy: (n, 4) float64 corners ``x1, y1, x2, y2`` in pixels; pixel i spans [i, i + 1).
        classes: (n,) int64 index into ``CLASS_NAMES``.
    """

    xyxy: FloatArray
    classes: IntArray


@dataclass(frozen=True)
class Scene:
    """One rendered image and the truth about it.

    Attributes:
        image: (height, width, 3) uint8, blue-green-red.
        labels: the tight box and the class of every shape.
    """

    image: Image
    labels: Labels


def render_scene(rng: np.random.Generator) -> Scene:
    """Renders a random scene; the same state of ``rng`` gives the same scene."""
    size = np.array(IMAGE_SIZES[rng.integers(len(IMAGE_SIZES))])
    base = rng.uniform(70, 190) + rng.uniform(-25, 25, 3)
    image = _mottled(size, base, rng)
    for _ in range(rng.integers(*CLUTTER, endpoint=True)):
        strength = rng.uniform(*CLUTTER_STRENGTH)
        _draw_clutter(image, base + strength * (_vivid(rng) - base), rng)
    boxes, classes = [], []
    for center, radius in _place(size, rng):
        classes.append(int(rng.integers(len(CLASS_NAMES))))
        strength = rng.uniform(*FAINT_STRENGTH) if rng.random() < FAINT_SHARE else 1.0
        outline = center + radius * shape_outline(classes[-1], rng)
        boxes.append(paint(image, outline, base + strength * (_vivid(rng) - base)))
    return Scene(_photograph(image, rng), Labels(np.array(boxes), np.array(classes)))


def shape_outline(class_index: int, rng: np.random.Generator) -> FloatArray:
    """Corners of a randomly turned and slightly squeezed shape, (m, 2) within the unit circle."""
    name = CLASS_NAMES[class_index]
    corners = _on_circle(np.arange(CORNERS[name]) / CORNERS[name] + rng.random())
    if name == "star":
        corners[1::2] *= STAR_INNER_RADIUS
    corners *= rng.permutation([1.0, rng.uniform(*SQUEEZE)])
    return corners


def paint(image: Image, outline: FloatArray, color: FloatArray) -> FloatArray:
    """Fills an outline, in place.

    Args:
        image: (height, width, 3) uint8 canvas.
        outline: (m, 2) float64 corners in pixels; whole numbers are pixel centers.
        color: (3,) in [0, 255], blue-green-red.

    Returns:
        (4,) float64 tight xyxy box of the pixels of which the outline covers at least half.
    """
    points = [np.rint(outline * (1 << SUBPIXEL_BITS)).astype(np.int32)]
    cv2.fillPoly(image, points, color.tolist(), cv2.LINE_AA, SUBPIXEL_BITS)
    coverage = np.zeros(image.shape[:2], np.uint8)
    cv2.fillPoly(coverage, points, (255,), cv2.LINE_AA, SUBPIXEL_BITS)
    x, y, width, height = cv2.boundingRect((coverage >= 128).astype(np.uint8))
    return np.array([x, y, x + width, y + height], dtype=np.float64)


def _place(size: IntArray, rng: np.random.Generator) -> list[tuple[FloatArray, float]]:
    """Centers and radii of shapes that lie inside the image and, mostly, apart."""
    placed: list[tuple[FloatArray, float]] = []
    for _ in range(rng.integers(*SHAPES, endpoint=True)):
        radius = float(np.exp(rng.uniform(*np.log(RADIUS))))
        gap = TOUCHING_GAP if rng.random() < TOUCHING_SHARE else GAP
        for _ in range(PLACEMENT_TRIES):
            center = rng.uniform(radius + 2, size - radius - 2)
            if all(np.hypot(*(center - c)) > radius + r + gap for c, r in placed):
                placed.append((center, radius))
                break
    return placed


def _mottled(size: IntArray, base: FloatArray, rng: np.random.Generator) -> Image:
    """A canvas of one colour with soft stains of several sizes."""
    stains = np.zeros((size[1], size[0]), np.float32)
    for cells, amplitude in ((4, 10.0), (16, 4.0), (90, 4.0)):
        grain = rng.normal(0, amplitude, (cells, cells)).astype(np.float32)
        stains += cv2.resize(grain, size.tolist(), interpolation=cv2.INTER_CUBIC)
    return (stains[..., None] + base.astype(np.float32)).clip(0, 255).astype(np.uint8)


def _draw_clutter(image: Image, color: FloatArray, rng: np.random.Generator) -> None:
    """Draws a thing of no class: a letter or a torn scrap, many as narrow as a scratch."""
    start = rng.uniform(0, image.shape[1::-1])
    if rng.random() < 1 / 3:
        letter, height = LETTERS[rng.integers(len(LETTERS))], rng.uniform(0.8, 2.2)
        place = start.astype(int).tolist()
        cv2.putText(image, letter, place, 0, height, color.tolist(), 4, cv2.LINE_AA)
        return
    reach = rng.uniform(0.5, 1.0, (12, 1))
    scrap = reach * _on_circle(np.sort(rng.random(12))) * (rng.uniform(10, 60), rng.uniform(4, 30))
    cos, sin = _on_circle(np.asarray(rng.random()))
    paint(image, start + scrap @ np.array([[cos, sin], [-sin, cos]]), color)


def _photograph(canvas: Image, rng: np.random.Generator) -> Image:
    """The canvas, lit from one side, blurred and with film grain."""
    height, width = canvas.shape[:2]
    across, down = rng.uniform(-0.18, 0.18, 2)
    light = 1 + across * np.linspace(-1, 1, width) + down * np.linspace(-1, 1, height)[:, None]
    lit = canvas * light[..., None].astype(np.float32)
    blurred = cv2.GaussianBlur(lit, (0, 0), rng.uniform(*BLUR_SIGMA))
    grain = rng.standard_normal((height, width, 1), dtype=np.float32) * rng.uniform(*NOISE_SIGMA)
    return np.asarray((blurred + grain).clip(0, 255), dtype=np.uint8)


def _vivid(rng: np.random.Generator) -> FloatArray:
    """A random saturated colour, (3,) in [0, 255], blue-green-red."""
    hsv = np.array([[rng.integers((0, 130, 120), (180, 235, 245))]], np.uint8)
    return np.asarray(cv2.cvtColor(hsv, cv2.COLOR_HSV2BGR)[0, 0], dtype=np.float64)


def _on_circle(turns: FloatArray) -> FloatArray:
    """Points of the unit circle at the given shares of a full turn, (..., 2)."""
    angles = 2 * np.pi * turns
    return np.stack([np.cos(angles), np.sin(angles)], axis=-1)
