"""Names of classes that are numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from odquality.arrays.sequences import NO_SEQUENCES
from odquality.core.parameters import is_integer, shown

ClassNames = Mapping[int, str] | Sequence[str]

# Stands where there is no box of any class.
NO_BOX = "-"


class ClassNaming:
    """Names classes; those without a name go by their number.

    Args:
        names: by number, or in the order of the numbers from 0 on; None for none.

    Raises:
        ValueError: the names are neither.
    """

    def __init__(self, names: ClassNames | None) -> None:
        if isinstance(names, NO_SEQUENCES) or not isinstance(
            names, (Mapping, Sequence, type(None))
        ):
            raise ValueError(
                f"class_names is {shown(names)}; expected a name of each class, in a list or by "
                "number"
            )
        numbered = names if isinstance(names, Mapping) else dict(enumerate(names or ()))
        if wrong := [number for number in numbered if not is_integer(number)]:
            raise ValueError(f"class_names names class {shown(wrong[0])}; expected integers")
        self._names = {number: str(name) for number, name in numbered.items()}

    def name(self, number: int) -> str:
        """The name of a class; `NO_BOX` for a number below 0."""
        return NO_BOX if number < 0 else self._names.get(number, str(number))

    def pairs(self, counts: Mapping[tuple[int, int], int]) -> dict[tuple[str, str], int]:
        """Counts of pairs of classes, by name."""
        return {(self.name(one), self.name(other)): n for (one, other), n in counts.items()}
