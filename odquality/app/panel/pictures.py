"""Pictures for the panel."""

from __future__ import annotations

import base64
import io
import logging
from typing import Any

from fiftyone.core.collections import SampleCollection
from PIL import Image

from odquality.bridge.pictures.card import draw_card
from odquality.bridge.pictures.visualize import visualize
from odquality.bridge.review.issue import ReviewIssue
from odquality.bridge.review.queue import Card

_LOGGER = logging.getLogger(__name__)

CARD_SIZE, EXAMPLE_SIZE = 560, 240
_JPEG_QUALITY = 85


def card_urls(card: Card) -> dict[str, str]:
    """The pictures of a card by their names, as data URLs; empty if its image cannot be read."""
    try:
        near, whole = draw_card(card, size=CARD_SIZE)
    except (ValueError, OSError):
        return {"crop": _no_picture(), "whole": _no_picture()}
    return {"crop": _url(near), "whole": _url(whole)}


def example_url(samples: SampleCollection, key: str, issue: ReviewIssue) -> str:
    """An issue with its surroundings, as a data URL; empty if its image cannot be read."""
    try:
        return _url(visualize(samples, key, issue=issue, size=EXAMPLE_SIZE, legend=False))
    except (ValueError, OSError):
        return _no_picture()


def _no_picture() -> str:
    # Media elsewhere, or gone: the words of a card are enough to decide in the open image.
    _LOGGER.info("An issue could not be drawn", exc_info=True)
    return ""


def _url(picture: Any) -> str:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=_JPEG_QUALITY)
    return "data:image/jpeg;base64," + base64.b64encode(file.getvalue()).decode()
