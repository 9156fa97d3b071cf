"""Markdown tables of rankings: methods down, metrics, kinds or scenarios across."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter

import numpy as np

from benchmarks.accuracy.reliability import ReliabilityBin, error_of
from benchmarks.accuracy.runner import Result

METRICS = {
    "AUROC": "auroc",
    "average precision": "average_precision",
    "precision at T": "precision_at_t",
    "precision at 100": "precision_at_100",
}
NONE = "-"


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def by_metric(results: Sequence[Result]) -> str:
    """One column per metric, mean and standard deviation over the seeds."""
    rows = []
    for method, mine in group(results, lambda result: result.method).items():
        cells = [with_spread(_values(mine, metric)) for metric in METRICS.values()]
        seeds = len({result.seed for result in mine})
        rows.append([method, *cells, str(seeds)])
    return table(["method", *METRICS, "seeds"], rows)


def cross_table(
    results: Sequence[Result],
    axes: tuple[str, str],
    metrics: Sequence[str] = tuple(METRICS),
) -> str:
    """A cell holds the means of the metrics over the seeds.

    Args:
        results: the rankings.
        axes: which attributes of a result go down and across.
        metrics: some of ``METRICS``.
    """
    down, across = (attrgetter(axis) for axis in axes)
    columns = list(group(results, across))
    rows = []
    for name, mine in group(results, down).items():
        cells = group(mine, across)
        rows.append([name, *(_means(cells.get(column, []), metrics) for column in columns)])
    return table([axes[0], *columns], rows)


def reliability_table(curves: dict[str, list[ReliabilityBin]]) -> str:
    """One row per bin; a cell holds the observed share of errors and the number of items.

    The last row holds the expected calibration errors.
    """
    lows = sorted({each.low for curve in curves.values() for each in curve})
    rows = []
    for low in lows:
        cells = []
        for curve in curves.values():
            (cell,) = [
                f"{number(each.error_share)} ({each.count:,})" for each in curve if each.low == low
            ] or [NONE]
            cells.append(cell)
        rows.append([f"{number(low)} to {number(low + 0.1)}", *cells])
    rows.append(["calibration error", *(number(error_of(curve)) for curve in curves.values())])
    return table(["probability", *curves], rows)


def largest_spread(results: Sequence[Result], metric: str) -> float:
    """Largest standard deviation over the seeds of any group of like results; NaN for none."""
    spreads = [
        np.std(_values(mine, metric))
        for mine in group(results, lambda r: f"{r.scenario} {r.level} {r.kind} {r.method}").values()
    ]
    return max((float(spread) for spread in spreads if not np.isnan(spread)), default=np.nan)


def group(results: Sequence[Result], key_of: Callable[[Result], str]) -> dict[str, list[Result]]:
    """Results by a key, in the order in which the keys first occur."""
    groups: dict[str, list[Result]] = {}
    for result in results:
        groups.setdefault(key_of(result), []).append(result)
    return groups


def number(value: float) -> str:
    """A figure in [0, 1] with three digits."""
    if np.isnan(value):
        return NONE
    return f"{value:.3f}".removeprefix("0")


def with_spread(values: list[float]) -> str:
    """Mean and standard deviation."""
    if len(values) == 1 or np.isnan(values).any():
        return number(_mean(values))
    return f"{number(_mean(values))} +/- {number(float(np.std(values)))}"


def _means(results: Sequence[Result], metrics: Sequence[str]) -> str:
    if not results:
        return NONE
    return " / ".join(number(_mean(_values(results, METRICS[name]))) for name in metrics)


def _mean(values: list[float]) -> float:
    return float(np.mean(values))


def _values(results: Sequence[Result], metric: str) -> list[float]:
    return [float(getattr(result.ranking, metric)) for result in results]
