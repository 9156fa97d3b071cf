"""How long reviewers wait at hundreds of thousands of images; FiftyOne is used here."""

from __future__ import annotations

from benchmarks.review.copies import multiply
from benchmarks.review.speed import (
    KEY,
    Timings,
    queries,
    scored_dataset,
    seconds_of,
    time_decisions,
)

# Images that are scored; the others are copies of these.
NUM_SCORED = 20_000
# What the database server keeps in memory.
CACHE_GIGABYTES = 4.0
_CALLS = 3


def time_many(num_samples: int, sure_of_objects: bool) -> tuple[int, Timings]:
    """Scores some images, copies them, and reviews.

    Args:
        num_samples: a multiple of `NUM_SCORED`, or less than that.
        sure_of_objects: as `make_data` takes it.

    Returns:
        How many issues there were, and what took how long; of queries the longest of several calls,
        the first of which may find little in memory.
    """
    import odquality

    scored = min(num_samples, NUM_SCORED)
    dataset = scored_dataset(scored, sure_of_objects)
    multiply(dataset, KEY, num_samples // scored)
    timings = {
        name: max(seconds_of(query) for _ in range(_CALLS))
        for name, query in queries(dataset).items()
    }
    number = odquality.review_progress(dataset, KEY).num_open
    return number, timings | time_decisions(dataset, beside_bare=False)
