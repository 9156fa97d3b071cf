"""The tables of the simulated reviews."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence

from benchmarks.accuracy.tables import number, table
from benchmarks.review.course import MARKS, Course, State
from benchmarks.review.speed import NUM_LABELS, NUM_PREDICTIONS, Timings

COURSE_HEADING = "# What a review buys"
WAITING_HEADING = "# How long a reviewer waits"
MANY_HEADING = "# How long a reviewer of many images waits"

COURSE_LEGEND = """\
A reviewer who knows the corrected labels of the same images decides on one box after the other. In
odquality the boxes are the issues that the run suggests, taken and decided on by the functions
`list_issues`, `accept` and `dismiss`: accepted is what leaves one error less, and the label is then
what the detector suggests; everything else is dismissed, whatever else the reviewer may see there.
Every ten decisions the run learns. Of the other orders the reviewer looks at *boxes*, which are
labels and the predictions that the method names as missing objects, the most suspicious first; or
opens *whole images*, the worst first, looks at each label and draws each missing box. Each label
that is looked at and each box that is drawn counts as a decision, and whatever is wrong there
becomes what the corrected labels say, to the pixel: that favours the others. An error is what
`accuracy/comparison.py` says. AP is that of the labels against the corrected ones: precision times
recall of each class at an IoU of .5, mean over the classes; in brackets the mean over the IoUs from
.5 to .95. Random orders are means over {seeds} seeds.

Labels can be scored again at any time. The last table of a dataset tells how many errors a run then
expects to be left, of those that a label or a prediction shows, with its 90% interval, and how many
there are. It has not seen what the earlier run
learnt from the decisions; what was dismissed counts as right."""

SPEED_LEGEND = f"""\
Seconds on {{samples:,}} images with {NUM_LABELS} labels and {NUM_PREDICTIONS} predictions each, of
a detector that is sure of objects alone, and of one that is as sure of anything, so that the run
suggests a flood of issues; {{cores}} cores, at a load of {{load:.0f}} by other
processes.
Queries are medians of several calls. Every tenth decision comes with a lesson, which corrects the
probabilities of all that is open. A bare update moves the document of a suggestion from one list to
another, if it is there, and does no more; no sample is read."""


MANY_LEGEND = f"""\
Seconds with {NUM_LABELS} labels and {NUM_PREDICTIONS} predictions an image, of a detector that is
sure of objects alone, and of one that is as sure of anything (a flood of issues); {{cores}} cores,
at a load of {{load:.0f}} by other processes, and a database server that keeps {{cache:g}} GB
in memory, less than there is. {{scored:,}} images are scored, and copied with the run's fields,
indexes and record. Of queries the longest of three calls counts: the first may find little of what
it reads in memory."""


def courses_to_markdown(reviews: Mapping[str, Mapping[str, Course]], seeds: int) -> str:
    """The tables of all datasets; of each the courses by the name of the order."""
    parts = [COURSE_HEADING, COURSE_LEGEND.format(seeds=seeds)]
    for name, courses in reviews.items():
        start = next(iter(courses.values()))[0]
        parts += [
            f"## {name}",
            f"{start.errors:,.0f} errors; AP {number(start.precision)} "
            f"({number(start.mean_precision)}) before the review.",
            _table(courses),
        ]
        if any(course[0].expected for course in courses.values()):
            parts.append(_expected_table(courses))
    return "\n\n".join(parts) + "\n"


def _table(courses: Mapping[str, Course]) -> str:
    marks = MARKS[1:]
    header = ["order", *(f"errors fixed by {mark} decisions" for mark in marks)]
    header += [f"AP after {mark}" for mark in marks]
    rows = []
    for name, course in courses.items():
        fixed = [f"{course[0].errors - course[mark].errors:,.0f}" for mark in marks]
        reached = [
            f"{number(course[mark].precision)} ({number(course[mark].mean_precision)})"
            for mark in marks
        ]
        rows.append([name, *fixed, *reached])
    return table(header, rows)


def _expected_table(courses: Mapping[str, Course]) -> str:
    header = ["order", *(f"expected, of errors after {mark} decisions" for mark in MARKS)]
    told = {name: course for name, course in courses.items() if course[0].expected}
    rows = [[name, *map(_expected, course.values())] for name, course in told.items()]
    return table(header, rows)


def _expected(state: State) -> str:
    expected = state.expected
    assert expected is not None, "scored at one mark, and so at each"
    return (
        f"{expected.number:,.0f} [{expected.low:,.0f} to {expected.high:,.0f}] "
        f"of {state.errors:,.0f}"
    )


def timings_to_markdown(timed: Sequence[tuple[int, Timings]], samples: int, load: float) -> str:
    """The table of what takes how long.

    Args:
        timed: of each dataset the number of its issues, and the seconds of each call.
        samples: number of images.
        load: of the machine by other processes, as `os.getloadavg` tells it.
    """
    header = ["", *(f"{issues:,} issues" for issues, _ in timed)]
    names = timed[0][1]
    rows = [[name, *(f"{seconds[name]:.2f}" for _, seconds in timed)] for name in names]
    legend = SPEED_LEGEND.format(samples=samples, cores=os.cpu_count(), load=load)
    return "\n\n".join([WAITING_HEADING, legend, table(header, rows)]) + "\n"


def many_to_markdown(
    timed: Sequence[tuple[int, int, Timings]], *, scored: int, cache: float, load: float
) -> str:
    """The table of what takes how long at many images.

    Args:
        timed: of each dataset the numbers of its images and issues, and the seconds of each call.
        scored: number of images that were scored, of which others are copies.
        cache: gigabytes that the database server keeps in memory.
        load: as `timings_to_markdown` takes it.
    """
    header = ["", *(f"{images:,} images, {issues:,} issues" for images, issues, _ in timed)]
    names = timed[0][2]
    rows = [[name, *(f"{seconds[name]:.2f}" for *_, seconds in timed)] for name in names]
    legend = MANY_LEGEND.format(scored=scored, cache=cache, cores=os.cpu_count(), load=load)
    return "\n\n".join([MANY_HEADING, legend, table(header, rows)]) + "\n"


def merged(text: str, sections: Sequence[str]) -> str:
    """A text of sections, some of them in place of those under the same heading or new.

    Args:
        text: sections that each begin with a line ``# heading``; empty for none.
        sections: of that form.
    """
    every = [one for one in re.split(r"(?m)^(?=# )", text) if one.strip()]
    by_heading = {one.partition("\n")[0]: one.rstrip("\n") + "\n" for one in [*every, *sections]}
    return "\n".join(by_heading.values())
