"""Images as arrays of red, green and blue, from files and from arrays of any kind."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

RgbArray = NDArray[np.uint8]

_FORM = "expected (H, W), (H, W, 1), (H, W, 3) or (H, W, 4)"


def read_image(path: str | os.PathLike[str]) -> RgbArray:
    """The image in a file, turned as its metadata say, as browsers show it.

    Args:
        path: of the file, in any format that Pillow reads.

    Returns:
        (H, W, 3) uint8.

    Raises:
        ValueError: there is no such file, or no image in it that Pillow reads; it refuses those of
            more pixels than ``PIL.Image.MAX_IMAGE_PIXELS`` twice.
    """
    try:
        with Image.open(path) as image:
            turned = ImageOps.exif_transpose(image)
            if turned.mode[0] in "IF":
                return as_rgb(np.asarray(turned))
            return np.asarray(turned.convert("RGB"))
    except Exception as error:
        # Readers of damaged files, and of too large ones, may raise anything.
        raise ValueError(f"no image can be read from {os.fspath(path)!r}: {error}") from error


def as_rgb(image: NDArray[Any]) -> RgbArray:
    """An image as red, green and blue.

    Args:
        image: (H, W) or (H, W, 1) grey, (H, W, 3) RGB or (H, W, 4) RGBA, whose last is ignored.
            uint8; or bool or floats in [0, 1]; or any other numbers, of which the least becomes
            black and the greatest white.

    Returns:
        (H, W, 3) uint8, the array itself if it is one.

    Raises:
        ValueError: the array has another shape, no pixels, or no numbers.
    """
    array = np.asarray(image)
    channels = array.shape[2] if array.ndim == 3 else 1
    if array.ndim not in (2, 3) or channels not in (1, 3, 4) or not array.size:
        raise ValueError(f"image has shape {array.shape}; {_FORM}")
    if array.dtype.kind not in "buif":
        raise ValueError(f"image has dtype {array.dtype}; expected numbers")
    grey = array.reshape(*array.shape[:2], channels)[:, :, :3]
    bytes_only = grey if grey.dtype == np.uint8 else _as_bytes(grey)
    return np.ascontiguousarray(np.broadcast_to(bytes_only, (*array.shape[:2], 3)))


def save_image(image: RgbArray, path: str | os.PathLike[str]) -> None:
    """Writes an image, (H, W, 3) uint8, in the format that the file's name asks for.

    Raises:
        ValueError: no such format is known.
        OSError: the file cannot be written.
    """
    Image.fromarray(image).save(path)


def _as_bytes(values: NDArray[Any]) -> RgbArray:
    """Numbers in [0, 1], or of any range which then is stretched, as 0 to 255."""
    numbers = np.nan_to_num(values.astype(np.float64))
    low, high = float(numbers.min()), float(numbers.max())
    if values.dtype.kind in "ui" or low < 0 or high > 1:
        numbers = (numbers - low) / max(high - low, 1e-12)
    return np.rint(numbers * 255).astype(np.uint8)
