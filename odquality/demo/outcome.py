"""What a person who reviews the worst images of the demo would find."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from odquality.core.scenes import BoolArray, FloatArray, IntArray
from odquality.kinds import BY_NAME, in_order, label_of

# Of this many images, the first ones, the share with an error is counted.
FIRST = (10, 20)


@dataclass(frozen=True)
class Order:
    """How good an order of images is for a review.

    Attributes:
        found: number of images with an error among the first, as many as have one.
        precision: share of images with an error among the first `FIRST`.
    """

    found: float
    precision: tuple[float, ...]

    @classmethod
    def of(cls, scores: FloatArray, wrong: BoolArray) -> Order:
        """The order by scores (N,), the lowest first, where ``wrong`` (N,) images have an error."""
        in_turn = wrong[np.argsort(scores, kind="stable")]
        return cls(
            int(in_turn[: np.count_nonzero(wrong)].sum()),
            tuple(float(in_turn[:number].mean()) for number in FIRST),
        )


@dataclass(frozen=True)
class KindFound:
    """What the score of a kind of error finds of that kind.

    Attributes:
        found: errors of the kind among the first images, as many as have such an error.
        total: errors of the kind.
        example: the first image that has one, or None.
    """

    found: float
    total: float
    example: int | None = None


@dataclass(frozen=True)
class Outcome:
    """What is found of known errors; `print` it.

    Attributes:
        num_images: of the demo.
        num_wrong: images with an error.
        method: the order of the method.
        simple: the order of the simple score.
        kinds: what is found of each kind that the method scores, by that kind's own score.
    """

    num_images: float
    num_wrong: float
    method: Order
    simple: Order
    kinds: Mapping[str, KindFound]

    @property
    def chance(self) -> float:
        """Share of images with an error, which any order finds."""
        return self.num_wrong / self.num_images

    def describe(
        self, names: Sequence[str] = (), scores: Mapping[str, FloatArray] | None = None
    ) -> str:
        """The outcome for people.

        Args:
            names: what each image is called, for examples; none are given without.
            scores: (N,) per kind, which examples quote.
        """
        wrong = _number(self.num_wrong)
        first = " and ".join(str(number) for number in FIRST)
        precisions = [
            " and ".join(f"{share:.2f}" for share in order.precision)
            for order in (self.method, self.simple)
        ]
        lines = [
            f"{wrong} of {_number(self.num_images)} images have an injected label error",
            f"  found among the {wrong} worst images: {_number(self.method.found)} "
            f"(by a simple score {_number(self.simple.found)}, "
            f"by chance {_number(self.num_wrong * self.chance)})",
            f"  share with an error among the first {first}: {precisions[0]} (by a simple score "
            f"{precisions[1]}, by chance {self.chance:.2f})",
            "  by kind, each in the order of its own score:",
        ]
        for kind in in_order(self.kinds):
            one = self.kinds[kind]
            total = _number(one.total)
            line = (
                f"    {label_of(kind):<22} {_number(one.found)} of {total} among the first {total}"
            )
            if names and one.example is not None:
                line += f", such as {names[one.example]}"
                if scores is not None:
                    line += f" ({1 - scores[kind][one.example]:.0%})"
                line += f": {BY_NAME[kind].action} a label"
            lines.append(line)
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.describe()


def assess(
    scores: Mapping[str, FloatArray], simple: FloatArray, errors: Sequence[Sequence[str]]
) -> Outcome:
    """Compares scores with known errors.

    Args:
        scores: (N,) per name, ``quality`` and kinds of error; lower = more likely mislabelled.
        simple: (N,) the simple score, likewise.
        errors: the kinds of the errors in each of N images.
    """
    wrong = np.array([bool(kinds) for kinds in errors], bool)
    return Outcome(
        len(errors),
        int(wrong.sum()),
        Order.of(scores["quality"], wrong),
        Order.of(simple, wrong),
        {
            kind: _of_kind(
                scores[kind], np.array([kinds.count(kind) for kinds in map(list, errors)])
            )
            for kind in BY_NAME
            if kind in scores
        },
    )


def mean(outcomes: Sequence[Outcome]) -> Outcome:
    """The mean of outcomes of the same method; without examples."""

    def average(orders: Sequence[Order]) -> Order:
        return Order(
            float(np.mean([one.found for one in orders])),
            tuple(np.mean([one.precision for one in orders], axis=0).tolist()),
        )

    return Outcome(
        float(np.mean([one.num_images for one in outcomes])),
        float(np.mean([one.num_wrong for one in outcomes])),
        average([one.method for one in outcomes]),
        average([one.simple for one in outcomes]),
        {
            kind: KindFound(
                float(np.mean([one.kinds[kind].found for one in outcomes])),
                float(np.mean([one.kinds[kind].total for one in outcomes])),
            )
            for kind in outcomes[0].kinds
        },
    )


def _of_kind(scores: FloatArray, number: IntArray) -> KindFound:
    """What an order by ``scores`` (N,) finds of the ``number`` (N,) of errors in each image."""
    order = np.argsort(scores, kind="stable")
    in_turn = number[order]
    first = np.flatnonzero(in_turn)
    return KindFound(
        int(in_turn[: np.count_nonzero(number)].sum()),
        int(number.sum()),
        int(order[first[0]]) if len(first) else None,
    )


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
