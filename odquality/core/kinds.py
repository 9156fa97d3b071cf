"""The kinds of label error."""

from __future__ import annotations

# An object without a label. The detector's prediction shows it, so its score is a prediction's.
OVERLOOKED = "overlooked"

# A label of the wrong class, in the wrong place, on nothing, or on an object that has one already.
LABEL_KINDS = ("swap", "badloc", "spurious", "duplicate")

KINDS = (OVERLOOKED, *LABEL_KINDS)
