"""What a reviewer is asked."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Question:
    """A box to decide on: ``Decision.about(question, is_error)``.

    Attributes:
        image: index of the image.
        kind: of the error that it may show.
        probability: in [0, 1], after the decisions so far.
        label: index of the label within the image, None for ``overlooked``.
        prediction: for ``overlooked``, index of the prediction within the image.
    """

    image: int
    kind: str
    probability: float
    label: int | None
    prediction: int | None
