"""What the examples in docstrings say is what happens."""

from __future__ import annotations

import doctest
from types import ModuleType

import pytest

from odquality.arrays import api, box_scores, issues, recalibration, summary

MODULES = [api, box_scores, issues, recalibration, summary]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_examples(module: ModuleType) -> None:
    found = doctest.testmod(module)
    assert found.attempted > 0
    assert found.failed == 0
