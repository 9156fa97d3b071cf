"""Tables of measurements."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def table(rows: Iterable[dict[str, Any]]) -> str:
    """A Markdown table of rows with the same keys."""
    rows = list(rows)
    names = list(rows[0])
    lines = [f"| {' | '.join(names)} |", f"|{'---|' * len(names)}"]
    lines += [f"| {' | '.join(_format(row[name]) for name in names)} |" for row in rows]
    return "\n".join(lines) + "\n"


def _format(value: Any) -> str:
    if isinstance(value, int):
        return f"{value:,}"
    if not isinstance(value, float):
        return str(value)
    return (
        f"{value:.1e}"
        if 0 < abs(value) < 1e-3
        else f"{value:,.2f}"
        if value < 100
        else f"{value:,.0f}"
    )
