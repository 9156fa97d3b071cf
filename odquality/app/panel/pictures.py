"""Pictures for the panel."""

from __future__ import annotations

import base64
import io
import logging

from fiftyone.core.collections import SampleCollection
from PIL import Image

from odquality.bridge.pictures.visualize import visualize
from odquality.bridge.review.issue import ReviewIssue

_LOGGER = logging.getLogger(__name__)

CROP_SIZE, IMAGE_SIZE, EXAMPLE_SIZE = 560, 560, 240
_JPEG_QUALITY = 85


def crop_url(samples: SampleCollection, key: str, issue: ReviewIssue, size: int) -> str:
    """An issue with its surroundings, as a data URL; empty if its image cannot be read."""
    return _url(samples, key, size=size, issue=issue, legend=False)


def image_url(samples: SampleCollection, key: str, issue: ReviewIssue) -> str:
    """The image of an issue with all that is open on it, as a data URL."""
    return _url(samples.select(issue.sample_id), key, size=IMAGE_SIZE)


def _url(samples: SampleCollection, key: str, **arguments: object) -> str:
    try:
        picture = visualize(samples, key, **arguments)  # type: ignore[arg-type]
    except (ValueError, OSError):
        # Media elsewhere, or gone: the words of a card are enough to decide in the open image.
        _LOGGER.info("An issue could not be drawn", exc_info=True)
        return ""
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=_JPEG_QUALITY)
    return "data:image/jpeg;base64," + base64.b64encode(file.getvalue()).decode()
