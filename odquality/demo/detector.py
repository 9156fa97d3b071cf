"""A small shape detector: finds what differs from the background and tells it by its form."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from cv2.typing import MatLike

from odquality.core.geometry import box_iou
from odquality.core.log_odds import logistic
from odquality.core.scenes import BoolArray, FloatArray, IntArray
from odquality.demo.scenes import CLASS_NAMES, Image, Scene

# Colour distances from the background (units of 8-bit Lab) at which the image is cut into blobs.
# The lowest one finds faint shapes, the higher ones part a shape from clutter that touches it.
LEVELS = (13.0, 22.0, 36.0)
MIN_BLOB_AREA = 100.0
# The background is a median over this many cells of this many pixels: wider than any shape.
BACKGROUND_CELL = 8
BACKGROUND_CELLS = 41
# Blobs narrower than a speck are grain; a rim is as wide as blur makes it.
SPECK = np.ones((3, 3), np.uint8)
RIM = np.ones((5, 5), np.uint8)
# Share of a hull's perimeter by which its polygon may stray, and where counting corners ends.
POLYGON_TOLERANCE = 0.035
MOST_CORNERS = 12
MATCH_IOU = 0.5
NMS_IOU = 0.4
MIN_CONFIDENCE = 0.01
# Deviations beyond these quantiles are merged blobs, not what a class looks like.
TYPICAL = (0.02, 0.98)
NEWTON_STEPS = 12


@dataclass(frozen=True)
class Detections:
    """What the detector found in one image, most confident first.

    Attributes:
        xyxy: (p, 4) float64 corners ``x1, y1, x2, y2`` in pixels.
        confidence: (p,) float64 in [0, 1]: objectness times the largest class probability.
        probabilities: (p, K) float64 in [0, 1]; each row sums to 1 over the classes.
    """

    xyxy: FloatArray
    confidence: FloatArray
    probabilities: FloatArray


@dataclass(frozen=True)
class Detector:
    """Class prototypes and an objectness model, as ``fit_detector`` learns them.

    Attributes:
        whitening: (F, F) float64; forms times it vary by 1 within a class, in every direction.
        prototypes: (K, F) float64 whitened mean form of each class.
        objectness: (T,) float64 weights of a logistic regression on what ``_cues`` gives.
    """

    whitening: FloatArray
    prototypes: FloatArray
    objectness: FloatArray

    def detect(self, image: Image) -> Detections:
        """Finds the shapes in a (height, width, 3) uint8 blue-green-red image."""
        blobs = _find_blobs(image)
        distance = _squared_distances(blobs.form @ self.whitening, self.prototypes)
        probabilities = np.exp((distance.min(axis=1, keepdims=True) - distance) / 2)
        probabilities /= probabilities.sum(axis=1, keepdims=True)
        objectness = logistic(_cues(distance, blobs.salience) @ self.objectness)
        confidence = objectness * probabilities.max(axis=1)
        xywh = np.hstack([blobs.xyxy[:, :2], blobs.xyxy[:, 2:] - blobs.xyxy[:, :2]])
        kept = cv2.dnn.NMSBoxes(xywh.tolist(), confidence.tolist(), MIN_CONFIDENCE, NMS_IOU)
        rows = np.asarray(kept, dtype=np.int64)
        return Detections(blobs.xyxy[rows], confidence[rows], probabilities[rows])


def fit_detector(scenes: Iterable[Scene]) -> Detector:
    """Learns from labelled scenes what each class looks like, and what is no shape at all."""
    pairs = [(_find_blobs(scene.image), scene) for scene in scenes]
    form = np.vstack([blobs.form for blobs, _ in pairs])
    salience = np.vstack([blobs.salience for blobs, _ in pairs])
    target = np.concatenate([_true_class(blobs.xyxy, scene) for blobs, scene in pairs])
    found = target >= 0
    means = np.stack([np.median(form[target == k], axis=0) for k in range(len(CLASS_NAMES))])
    deviation = form[found] - means[target[found]]
    deviation = deviation.clip(*np.quantile(deviation, TYPICAL, axis=0))
    covariance = np.cov(deviation.T)
    whitening = np.linalg.inv(np.linalg.cholesky(covariance)).T.astype(np.float64)
    prototypes = means @ whitening
    distance = _squared_distances(form @ whitening, prototypes)
    return Detector(whitening, prototypes, _fit_logistic(_cues(distance, salience), found))


@dataclass(frozen=True)
class _Blobs:
    """Candidates: boxes (b, 4), form (b, F), and how much they stand out (b, 2)."""

    xyxy: FloatArray
    form: FloatArray
    salience: FloatArray


def _find_blobs(image: Image) -> _Blobs:
    lab = cv2.cvtColor(cv2.GaussianBlur(cv2.medianBlur(image, 5), (5, 5), 0), cv2.COLOR_BGR2Lab)
    height, width = image.shape[:2]
    cells = (width // BACKGROUND_CELL, height // BACKGROUND_CELL)
    coarse = cv2.resize(lab, cells, interpolation=cv2.INTER_AREA)
    background = cv2.resize(cv2.medianBlur(coarse, BACKGROUND_CELLS), (width, height))
    difference = cv2.absdiff(lab, background).astype(np.float32)
    contrast = np.sqrt(np.einsum("ijc,ijc->ij", difference, difference))
    edges = cv2.morphologyEx(contrast, cv2.MORPH_GRADIENT, RIM)
    noise = np.median(contrast)
    boxes, forms, salience = [], [], []
    for level in LEVELS:
        mask = (contrast > level + noise).astype(np.uint8)
        mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, SPECK)
        for contour in cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]:
            area = cv2.contourArea(contour)
            if area >= MIN_BLOB_AREA:
                x, y, w, h = cv2.boundingRect(contour)
                boxes.append((x, y, x + w, y + h))
                forms.append(_form(contour))
                rim = edges[contour[:, 0, 1], contour[:, 0, 0]]
                salience.append((np.log(area), np.log(np.median(rim) / (noise + 1))))
    return _Blobs(
        np.array(boxes, dtype=np.float64).reshape(-1, 4),
        np.array(forms, dtype=np.float64).reshape(-1, 7),
        np.array(salience, dtype=np.float64).reshape(-1, 2),
    )


def _form(contour: MatLike) -> tuple[float, ...]:
    """Seven numbers that hardly depend on a contour's size and rotation."""
    area, hull = cv2.contourArea(contour), cv2.convexHull(contour)
    hull_area, tolerance = cv2.contourArea(hull), POLYGON_TOLERANCE * cv2.arcLength(hull, True)
    moments = cv2.moments(contour)
    # Unlike Hu's, this moment also stays the same when a shape is squeezed (Flusser and Suk).
    flusser = (moments["mu20"] * moments["mu02"] - moments["mu11"] ** 2) / moments["m00"] ** 4
    return (
        4 * math.pi * area / cv2.arcLength(contour, True) ** 2,
        area / hull_area,
        min(len(cv2.approxPolyDP(hull, tolerance, True)), MOST_CORNERS),
        math.log(flusser),
        math.log(cv2.HuMoments(moments)[0, 0]),
        hull_area / math.prod(cv2.minAreaRect(contour)[1]),
        hull_area / cv2.minEnclosingTriangle(hull)[0],
    )


def _true_class(xyxy: FloatArray, scene: Scene) -> IntArray:
    """Class of the true box that each box hits, (b,); -1 for none."""
    classes = np.full(len(xyxy), -1)
    for box, class_index in zip(scene.labels.xyxy, scene.labels.classes, strict=True):
        classes[box_iou(xyxy.T, box[:, None]) >= MATCH_IOU] = class_index
    return classes


def _squared_distances(points: FloatArray, prototypes: FloatArray) -> FloatArray:
    difference = points[:, None] - prototypes
    return np.asarray(np.einsum("bkf,bkf->bk", difference, difference), dtype=np.float64)


def _cues(distance: FloatArray, salience: FloatArray) -> FloatArray:
    """What objectness depends on: distance to the nearest class, size, sharpness and a bias."""
    nearest = distance.min(axis=1, keepdims=True)
    return np.hstack([np.log1p(nearest), np.sqrt(nearest), salience, np.ones_like(nearest)])


def _fit_logistic(inputs: FloatArray, target: BoolArray) -> FloatArray:
    """Weights of a logistic regression with a unit Gaussian prior, by Newton's method."""
    weights = np.zeros(inputs.shape[1])
    for _ in range(NEWTON_STEPS):
        chance = logistic(inputs @ weights)
        hessian = (inputs.T * (chance * (1 - chance))) @ inputs + np.eye(len(weights))
        weights += np.linalg.solve(hessian, inputs.T @ (target - chance) - weights)
    return weights
