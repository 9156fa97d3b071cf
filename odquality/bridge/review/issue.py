"""An issue of a FiftyOne dataset: a suspected error, and what was decided about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from odquality.bridge.decisions.identity import identity_of
from odquality.kinds import BADLOC, BY_NAME, DUPLICATE, OVERLOOKED, SPURIOUS, SWAP

OPEN = "open"

# Actions that put the suggested class on a label.
_PUTS_A_CLASS = ("add", "relabel")

NormalisedBox = tuple[float, float, float, float]


@dataclass(frozen=True)
class ReviewIssue:
    """A suspected error of a label, or a missing one.

    Boxes are ``x, y, width, height``, normalised to [0, 1].

    Attributes:
        id: its name, which lasts: runs, renames, exports and other machines leave it as it is.
        sample_id: of the image.
        filepath: of the image.
        kind: ``overlooked``, ``swap``, ``badloc``, ``spurious`` or ``duplicate``.
        action: what mends it: ``add``, ``relabel``, ``move`` or ``remove``.
        probability: in [0, 1], with what decisions have taught.
        label: the class that the label should have; its own where it is to be removed.
        box: the box that it should have; its own where that is right or it is to be removed.
        label_id: of the label, None for a missing one.
        given_label: its class when it was scored, None for a missing one.
        given_box: its box when it was scored, None for a missing one.
        prediction_id: of the prediction that shows the error, None where nothing shows it.
        detector_confidence: of that prediction, in [0, 1].
        status: ``open``, ``accepted``, ``dismissed``, ``skipped`` or ``edited`` (by hand).
        decided_by: who decided, None for an open one.
        decided_at: when (UTC), None for an open one.
        batch: the decisions that are undone together with this one, None for an open one.
        suggestion_id: of the document, until the next run.
    """

    id: str
    sample_id: str
    filepath: str
    kind: str
    action: str
    probability: float
    label: str
    box: NormalisedBox
    label_id: str | None
    given_label: str | None
    given_box: NormalisedBox | None
    prediction_id: str | None
    detector_confidence: float | None
    status: str
    decided_by: str | None
    decided_at: datetime | None
    batch: str | None
    suggestion_id: str

    @property
    def title(self) -> str:
        """What is wrong, in plain words."""
        return BY_NAME[self.kind].title

    @property
    def evidence(self) -> str:
        """Why it is suspected, in a sentence."""
        sure = "" if self.detector_confidence is None else f" at {self.detector_confidence:.2f}"
        says = f"the label says {self.given_label}"
        return {
            OVERLOOKED: f"The detector sees a {self.label} here{sure}; no label does",
            SWAP: f"The detector sees a {self.label} here{sure}; {says}",
            BADLOC: f"The detector sees this {self.given_label} elsewhere{sure}",
            SPURIOUS: f"No prediction fits this {self.given_label}",
            DUPLICATE: f"Another label marks this {self.given_label} already",
        }[self.kind]

    def __str__(self) -> str:
        return f"{self.title} {self.probability:.2f} [{self.status}] {self.evidence} ({self.id})"


def read_issue(sample: Mapping[str, Any], document: Mapping[str, Any]) -> ReviewIssue:
    """The issue in the document of a suggestion or a decision.

    Args:
        sample: ``_id`` and ``filepath`` of its sample.
        document: of the suggestion or decision.

    Raises:
        ValueError: something has cleared what makes it an issue.
    """
    sample_id, is_open = str(sample["_id"]), document.get("status") is None
    check_whole(sample_id, document)
    if document.get("undone_at") is not None:
        is_open = True
    return ReviewIssue(
        id=identity_of(sample_id, document),
        sample_id=sample_id,
        filepath=str(sample.get("filepath")),
        kind=document["kind"],
        action=document["action"],
        probability=document["confidence"],
        label=document["label"],
        box=_box(document["bounding_box"]),
        label_id=document.get("label_id"),
        given_label=document.get("given_label"),
        given_box=_box(document["given_box"]) if document.get("given_box") else None,
        prediction_id=document.get("prediction_id"),
        detector_confidence=document.get("detector_confidence"),
        status=OPEN if is_open else document["status"],
        decided_by=None if is_open else document.get("decided_by"),
        decided_at=None if is_open else document.get("decided_at"),
        batch=None if is_open else document.get("batch"),
        suggestion_id=str(document["_id"]),
    )


def check_whole(sample_id: str, document: Mapping[str, Any]) -> None:
    """Checks that the document of a suggestion or a decision has what makes it an issue.

    Raises:
        ValueError: something has cleared it in part.
    """
    needed = ["kind", "action", "confidence", "bounding_box"]
    if document.get("action") in _PUTS_A_CLASS:
        needed.append("label")
    if cleared := [name for name in needed if document.get(name) is None]:
        raise ValueError(
            f"suggestion {document.get('_id')} of sample {sample_id} has no {', '.join(cleared)}: "
            "what the run wrote was cleared in part; score again"
        )


def _box(numbers: list[float]) -> NormalisedBox:
    x, y, width, height = numbers
    return x, y, width, height
