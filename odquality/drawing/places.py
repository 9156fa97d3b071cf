"""Finds places for the texts of boxes, so that they do not cover one another."""

from __future__ import annotations

from collections.abc import Iterator

from odquality.drawing.frame import Corners


class Places:
    """The places that are taken in a picture.

    Args:
        width: of the picture, in pixels.
        height: of the picture, in pixels.
    """

    def __init__(self, width: int, height: int) -> None:
        self._width = width
        self._height = height
        self._taken: list[Corners] = []

    def take(self, box: Corners, size: tuple[int, int], *, must: bool = False) -> Corners | None:
        """Takes a place for a text by a box.

        Args:
            box: which the text belongs to.
            size: width and height of the text.
            must: whether it is written over other texts where there is no room.

        Returns:
            Its corners in whole pixels; None where there is no room, or where nothing of the box
            is in the picture.
        """
        if box[2] < 0 or box[3] < 0 or box[0] > self._width or box[1] > self._height:
            return None
        candidates = list(self._by(box, size))
        free = [place for place in candidates if self._is_free(place)]
        if not free and not must:
            return None
        chosen = (free or candidates)[0]
        self._taken.append(chosen)
        return chosen

    def _by(self, box: Corners, size: tuple[int, int]) -> Iterator[Corners]:
        """Places by a box, the best first: above and below it, then in its corners."""
        left, top, right, bottom = box
        width, height = size
        for x in (left, right - width):
            for y in (top - height, bottom, top, bottom - height):
                yield self._inside(x, y, width, height)

    def _inside(self, x: float, y: float, width: int, height: int) -> Corners:
        """A place moved into the picture."""
        x1 = round(min(max(x, 0), max(self._width - 1 - width, 0)))
        y1 = round(min(max(y, 0), max(self._height - 1 - height, 0)))
        return x1, y1, x1 + width, y1 + height

    def _is_free(self, place: Corners) -> bool:
        x1, y1, x2, y2 = place
        return not any(
            x1 < right and left < x2 and y1 < bottom and top < y2
            for left, top, right, bottom in self._taken
        )
