"""What is drawn: boxes with names, and suspected errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

# Left, top, width and height as shares of the image's width and height.
RelativeBox = tuple[float, float, float, float]


@dataclass(frozen=True)
class NamedBox:
    """A label or a prediction.

    Attributes:
        label: its class.
        box: where it is.
        confidence: of a prediction, in [0, 1]; None for a label.
    """

    label: str
    box: RelativeBox
    confidence: float | None = None

    @property
    def text(self) -> str:
        """The class, with the confidence if there is one."""
        return self.label if self.confidence is None else f"{self.label} {self.confidence:.0%}"


class SuspectedError(Protocol):
    """Whatever has these attributes can be drawn as a suspected error; `ErrorBox` has them."""

    @property
    def kind(self) -> str:
        """Name of the kind of error."""

    @property
    def probability(self) -> float | None:
        """How likely it is, in [0, 1]; None if unknown."""

    @property
    def label(self) -> str:
        """The class that the label should have; its own one if it is to be moved or removed."""

    @property
    def box(self) -> RelativeBox:
        """The box that it should have; its own one if it is to be relabelled or removed."""

    @property
    def given_label(self) -> str | None:
        """The class that it has; None where there is no label."""

    @property
    def given_box(self) -> RelativeBox | None:
        """The box that it has; None where there is no label."""


@dataclass(frozen=True)
class ErrorBox:
    """A suspected error, as `SuspectedError` describes it."""

    kind: str
    probability: float | None
    label: str
    box: RelativeBox
    given_label: str | None = None
    given_box: RelativeBox | None = None
