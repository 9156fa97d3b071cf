"""The image that is open: whose it is, and what the page should hold of it.

In a grid of crops the App opens a crop: it has an id of its own, and is a copy that edits of the
dataset do not reach.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import fiftyone as fo
from fiftyone.core.collections import SampleCollection
from fiftyone.server.utils.json import serialize

from odquality.bridge.review.issue import ReviewIssue
from odquality.bridge.review.listing import ANY_STATUS, list_issues
from odquality.bridge.review.queue import crop_after, image_after
from odquality.bridge.review.views import images_of
from odquality.bridge.store.samples import all_samples

Document = dict[str, Any]


@dataclass(frozen=True)
class OpenImage:
    """An image that is open in the App.

    Attributes:
        sample_id: of the image.
        shown_id: by which the page knows what is open: that of the sample, or of a crop.
        view: that the grid shows.
    """

    sample_id: str
    shown_id: str
    view: SampleCollection

    @classmethod
    def of(cls, ctx: Any) -> OpenImage | None:
        """What is open now; None if nothing is, or it is gone."""
        shown, view = ctx.current_sample, ctx.view
        if shown is None:
            return None
        images = images_of(view, [str(shown)])
        return cls(images[0], str(shown), view) if images else None

    @property
    def is_crop(self) -> bool:
        """Whether a crop is open."""
        return self.shown_id != self.sample_id

    def issues(self, dataset: fo.Dataset, key: str) -> list[ReviewIssue]:
        """What a run suspects of the image, open or decided.

        Raises:
            ValueError: there is no such run, or it has no suggestions.
        """
        image = all_samples(dataset).select(self.sample_id)
        return list_issues(image, key, status=ANY_STATUS)

    def decided_last(self, dataset: fo.Dataset, key: str) -> list[ReviewIssue]:
        """Those issues of the image that were decided together, and after all others.

        Raises:
            ValueError: there is no such run, or it has no suggestions.
        """
        decided = [(one.decided_at, one) for one in self.issues(dataset, key) if one.decided_at]
        if not decided:
            return []
        _, latest = max(decided, key=lambda one: one[0])
        return [one for _, one in decided if one.batch == latest.batch]

    def documents(self, dataset: fo.Dataset) -> list[Document]:
        """What the page should hold now: the sample, and the crop if one is open.

        The page replaces what it holds under ``_id``.
        """
        sample = serialize(dataset[self.sample_id])
        if not self.is_crop:
            return [sample]
        crop = {
            name: _as_it_is(value, sample.get(name))
            for name, value in serialize(self.view[self.shown_id]).items()
        }
        ids = {"_id": self.shown_id, "_sample_id": self.sample_id}
        # A crop is as new as its sample, from which its boxes are.
        return [sample, {**crop, **ids, "last_modified_at": sample["last_modified_at"]}]

    def following(self, key: str) -> str | None:
        """What to open next, of what the grid shows: the id of a sample, or of a crop.

        Raises:
            ValueError: there is no such run, or it has no suggestions.
        """
        if self.is_crop:
            return crop_after(self.view, key, self.shown_id)
        return image_after(self.view, key, self.sample_id)


def _as_it_is(of_crop: Any, of_sample: Any) -> Any:
    """What became of the box of a crop; other values as they are."""
    if not isinstance(of_crop, Mapping) or "_id" not in of_crop:
        return of_crop
    boxes = (of_sample or {}).get("detections") or ()
    return next((box for box in boxes if box["_id"] == of_crop["_id"]), None)
