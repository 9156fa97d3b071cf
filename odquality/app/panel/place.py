"""Where a reviewer is in the panel; the buttons carry it along.

A panel can keep state, but the App stores each change of it with its layout, which takes it a
second. So nothing is kept but the place of an image that is open to be edited by hand: whatever a
button or a plot needs to know travels with it to the page and back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from odquality.bridge.review.outcome import Outcome
from odquality.bridge.review.rows import BY_IMAGES, ORDERS
from odquality.kinds import KINDS

OVERVIEW, CARDS, MANY = "overview", "cards", "many"
TABS = (OVERVIEW, CARDS, MANY)

# This many decisions can be taken back one by one before those of others come.
_MOST_BATCHES = 50


@dataclass(frozen=True)
class Place:
    """Where a reviewer is.

    Attributes:
        key: of the run.
        tab: that is open.
        order: of the cards.
        kind: of error that is reviewed; all if None.
        sample_id: of the image that is looked at.
        issue_id: of the card.
        least: probability from which on many are accepted, None before one is chosen.
        batches: what was decided from here together, by name and number, the latest last.
        of_class: class, as labelled or as suggested, that is reviewed; all if None.
        choosing: whether the reviewer chooses which cards come.
    """

    key: str
    tab: str = OVERVIEW
    order: str = BY_IMAGES
    kind: str | None = None
    sample_id: str | None = None
    issue_id: str | None = None
    least: float | None = None
    batches: tuple[tuple[str, int], ...] = field(default=())
    of_class: str | None = None
    choosing: bool = False

    def moved(self, **changes: Any) -> Place:
        """This place with something else."""
        return replace(self, **changes)

    def decided(self, outcome: Outcome) -> Place:
        """This place after decisions."""
        made = self.batches
        if outcome.batch is not None:
            made = (*made, (outcome.batch, len(outcome.done)))
        return replace(self, batches=made[-_MOST_BATCHES:], issue_id=None)

    def to_params(self) -> dict[str, Any]:
        """What a button carries."""
        return {"place": {**asdict(self), "batches": [list(one) for one in self.batches]}}

    @classmethod
    def of_params(cls, params: Mapping[str, Any], key: str) -> Place:
        """The place that a button or a plot carried; the overview of a run if none did."""
        view = params.get("view")
        given = params.get("place", view.get("place") if isinstance(view, Mapping) else None)
        if not isinstance(given, Mapping) or not isinstance(given.get("key"), str):
            return cls(key)
        least = given.get("least")
        return cls(
            key=given["key"],
            tab=given["tab"] if given.get("tab") in TABS else OVERVIEW,
            order=given["order"] if given.get("order") in ORDERS else BY_IMAGES,
            kind=given["kind"] if given.get("kind") in KINDS else None,
            sample_id=_text(given.get("sample_id")),
            issue_id=_text(given.get("issue_id")),
            least=float(least) if isinstance(least, (int, float)) else None,
            batches=tuple(
                (name, number)
                for name, number in filter(_is_pair, given.get("batches") or ())
                if isinstance(name, str) and isinstance(number, int)
            ),
            of_class=_text(given.get("of_class")),
            choosing=given.get("choosing") is True,
        )


def place_of(ctx: Any) -> Place:
    """The place that an event's button or plot carried."""
    return Place.of_params(ctx.params, "")


def _is_pair(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and len(value) == 2


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
