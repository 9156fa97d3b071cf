"""A reviewer's decisions, and what they answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np

from odquality.core.parameters import boolean, choice, is_integer, number, shown
from odquality.core.scenes import BoolArray, FloatArray, IntArray
from odquality.kinds import KINDS, LABEL_KINDS, OVERLOOKED

LABEL, PREDICTION = "label", "prediction"

# An index, or an id in a database.
Name = int | str

# What has the id in FiftyOne, where it goes by another name.
_WITH_ID = {"image": "sample"}


class Suspect(Protocol):
    """A box that may have an error: an issue, or a question of `next_to_review`."""

    @property
    def image(self) -> Name: ...  # noqa: D102

    @property
    def kind(self) -> str: ...  # noqa: D102

    @property
    def label(self) -> Name | None: ...  # noqa: D102

    @property
    def prediction(self) -> Name | None: ...  # noqa: D102


@dataclass(frozen=True)
class Decision:
    """What a reviewer found.

    Attributes:
        image: index of the image; of a run in FiftyOne the id of the sample.
        kind: of the error that was asked about; None if the label is right in every way.
        is_error: whether there is such an error.
        label: index of the label within its image, or its id; None for ``overlooked``.
        prediction: for ``overlooked``, index of the prediction within its image, or its id.
        probability: of the error, as the run gave it before any decision. Only a run in FiftyOne
            needs it, and only if the box is no longer there to look it up.
    """

    image: Name
    kind: str | None
    is_error: bool
    label: Name | None = None
    prediction: Name | None = None
    probability: float | None = None

    @classmethod
    def about(cls, suspect: Suspect, is_error: bool) -> Decision:
        """A decision on an `Issue` or a `Question`.

        Args:
            suspect: what was asked about.
            is_error: whether it is an error of that kind.

        Returns:
            The decision, by the indices of the image and of the label or prediction.

        Raises:
            ValueError: it is neither.
        """
        try:
            if suspect.kind == OVERLOOKED:
                return cls(suspect.image, OVERLOOKED, is_error, prediction=suspect.prediction)
            return cls(suspect.image, suspect.kind, is_error, label=suspect.label)
        except AttributeError:
            raise ValueError(
                f"suspect is {shown(suspect)}; expected an issue, as find_label_issues gives them, "
                "or a question of next_to_review"
            ) from None

    @classmethod
    def confirm(cls, image: Name, label: Name) -> Decision:
        """The decision that a label is right in every way.

        Args:
            image: index of the image; of a run in FiftyOne the id of the sample.
            label: index of the label within its image, or its id.
        """
        return cls(image, None, False, label=label)

    @property
    def box(self) -> Box:
        """What was decided on."""
        side = side_of(self.kind)
        return Box(self.image, side, self.prediction if side == PREDICTION else self.label)


class Box(NamedTuple):
    """A label or a prediction, which ``side`` tells, by name."""

    image: Name
    side: str
    name: Name | None


class Answer(NamedTuple):
    """Whether a box has an error of a kind."""

    box: Box
    kind: str


def answers(decisions: Iterable[Decision]) -> dict[Answer, bool]:
    """What decisions say of boxes and kinds.

    A label has one error at most: if it has one of a kind, it has none of the others, unless
    another decision says so. That it lacks one says nothing of the others.

    Args:
        decisions: in any order; the same one may come twice.

    Raises:
        ValueError: one is malformed, or two contradict each other.
    """
    given: dict[Answer, bool] = {}
    implied: set[Answer] = set()
    for position, decision in enumerate(listed(decisions)):
        check(decision, f"decisions[{position}]")
        others = {Answer(decision.box, kind) for kind in LABEL_KINDS}
        if decision.kind is None:
            said = dict.fromkeys(others, False)
        else:
            said = {Answer(decision.box, decision.kind): bool(decision.is_error)}
            if decision.is_error and decision.kind != OVERLOOKED:
                implied |= others
        for answer, is_error in said.items():
            if given.setdefault(answer, is_error) != is_error:
                raise ValueError(
                    f"decisions[{position}] is {decision}, and another decision says the contrary; "
                    "expected one of them"
                )
    return {**dict.fromkeys(implied, False), **given}


def check(decision: Any, name: str) -> None:
    """Checks that a decision is about one box.

    Raises:
        ValueError: it is not; the message begins with ``name``.
    """
    if not isinstance(decision, Decision):
        raise ValueError(f"{name} is {shown(decision)}; expected an odquality.Decision")
    boolean(f"{name}.is_error", decision.is_error)
    if decision.kind is not None:
        choice(f"{name}.kind", decision.kind, KINDS)
    elif decision.is_error:
        raise ValueError(f"{name} is an error of no kind; expected a kind, or is_error=False")
    if decision.probability is not None:
        number(f"{name}.probability", decision.probability, 0, 1)
    for attribute in ("image", side_of(decision.kind)):
        value = getattr(decision, attribute)
        if not (is_integer(value) or isinstance(value, str)):
            raise ValueError(
                f"{name}.{attribute} is {shown(value)}; expected the index of the {attribute}, or "
                f"in FiftyOne the {_WITH_ID.get(attribute, attribute)}'s id"
            )


def side_of(kind: str | None) -> str:
    """The boxes on which an error shows: ``label`` or ``prediction``."""
    return PREDICTION if kind == OVERLOOKED else LABEL


def listed(
    values: Any, name: str = "decisions", expected: str = "a list of odquality.Decision"
) -> list[Any]:
    """Decisions or the like as a list, unchecked.

    Raises:
        ValueError: they are no iterable of anything that could be such; says what was expected.
    """
    if isinstance(values, (str, bytes, Mapping)) or not isinstance(values, Iterable):
        raise ValueError(f"{name} is {shown(values)}; expected {expected}")
    return list(values)


@dataclass(frozen=True)
class Outcomes:
    """n answers beside what the method had said.

    In whatever order answers come, `of` puts them into the same one, so that all that is computed
    from them is the same to the last bit.

    Attributes:
        kind: (n,) int64 index into `KINDS`.
        probability: (n,) float64 in [0, 1], by the run as it was before any decision.
        is_error: (n,) whether there was an error of that kind.
    """

    kind: IntArray
    probability: FloatArray
    is_error: BoolArray

    @classmethod
    def of(cls, rows: Iterable[tuple[str, float, bool]]) -> Outcomes:
        """The outcomes of kind, probability and whether there was an error."""
        ordered = sorted(
            (KINDS.index(kind), float(said), bool(wrong)) for kind, said, wrong in rows
        )
        return cls(
            np.array([row[0] for row in ordered], np.int64),
            np.array([row[1] for row in ordered], np.float64),
            np.array([row[2] for row in ordered], bool),
        )

    def __len__(self) -> int:
        return len(self.kind)

    def of_kind(self, kind: str) -> tuple[FloatArray, BoolArray]:
        """Probabilities and findings of one kind, (n,) each."""
        mine = self.kind == KINDS.index(kind)
        return self.probability[mine], self.is_error[mine]

    def probabilities(self) -> dict[str, FloatArray]:
        """Probabilities by kind, (n,) each."""
        return {kind: self.of_kind(kind)[0] for kind in KINDS}
