"""How many cases property-based tests try, and what came of them.

As part of the tests they try few, the same ones each time. ``python -m benchmarks.properties`` runs
them again with many more, drawn at random, and writes down what was counted.
"""

from __future__ import annotations

import os
from collections import Counter

from hypothesis import HealthCheck, settings

# The environment variable that multiplies the number of cases.
FACTOR_VARIABLE = "ODQUALITY_PROPERTY_FACTOR"

# Number of cases by (test, outcome).
OUTCOMES: Counter[tuple[str, str]] = Counter()


def cases(number: int) -> settings:
    """Settings of a test that tries ``number`` cases, in the long form so many times more."""
    factor = int(os.environ.get(FACTOR_VARIABLE, "1"))
    return settings(
        max_examples=number * factor,
        derandomize=factor == 1,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


def count(test: str, outcome: str) -> None:
    """Counts a case and what came of it, such as ``scored`` or ``refused``."""
    OUTCOMES[test, outcome] += 1
