"""The order of the tests."""

from __future__ import annotations

from pathlib import Path

import pytest

_TESTS = Path(__file__).parent
# Files of these take minutes. Where processes share the tests, one that comes late is waited for.
_LONG = tuple(_TESTS / part for part in ("e2e", "faults", "bridge/engines", "benchmarks"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Has the long ones first."""
    items.sort(key=lambda item: not any(folder in item.path.parents for folder in _LONG))
