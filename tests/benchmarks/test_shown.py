"""What thresholds show, in the table of the benchmark."""

from __future__ import annotations

import re

from benchmarks.accuracy.shown import THRESHOLDS, injected, rows
from odquality.arrays.api import find_label_issues
from odquality.kinds import KINDS
from tests.benchmarks.test_evaluation import CORRUPTED, DATA, SPOILED


def test_a_row_per_kind_and_one_of_all() -> None:
    case = injected("synthetic", DATA, CORRUPTED)
    found = [
        [[int(number) for number in re.findall(r"\d+", cell)] for cell in cells]
        for _, _, _, *cells in rows(case)
    ]
    assert [row[1] for row in rows(case)] == [*KINDS, "all"]
    for column, threshold in enumerate(THRESHOLDS):
        kinds, everything = [row[column] for row in found[:-1]], found[-1][column]
        assert everything[:2] == [sum(one[0] for one in kinds), sum(one[1] for one in kinds)]
        issues = find_label_issues(
            SPOILED.label_dicts(),
            SPOILED.prediction_rows(),
            method="calibrated",
            min_probability=threshold,
        )
        missing = [issue for issue in issues if issue.kind == "overlooked"]
        assert kinds[0][0] == len(missing) > 0
        assert all(shown >= right for shown, right, _ in kinds)
    assert found[-1][2][1] > 10
