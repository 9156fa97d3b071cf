"""What ``import odquality`` gives, and what it leaves alone."""

from __future__ import annotations

import tests.fiftyone_environment  # noqa: F401

# isort: split
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import odquality
from odquality.bridge.folds import assign
from odquality.bridge.pictures import visualize
from odquality.bridge.run import compute, report, worst
from odquality.bridge.summary import summarize
from odquality.methods.registry import METHODS

ROOT = Path(__file__).parents[1]
PRINT_MODULES = "import sys; print(*{name.partition('.')[0] for name in sys.modules})"


def modules_after(statement: str) -> set[str]:
    """Top-level modules that a fresh interpreter holds after a statement."""
    command = [sys.executable, "-c", f"{statement}; {PRINT_MODULES}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "statement",
    ["import odquality", "import odquality.arrays.api, odquality.methods.registry"],
)
def test_the_core_needs_numpy_only(statement: str) -> None:
    modules = modules_after(statement)
    assert "numpy" in modules
    assert not modules & {
        "fiftyone",
        "PIL",
        "sklearn",
        "scipy",
        "pandas",
        "cleanlab",
        "cv2",
        "pymongo",
    }


def test_fiftyone_comes_with_what_needs_it() -> None:
    assert "fiftyone" not in modules_after("import odquality; odquality.score_labels([], [])")


def test_every_public_name_exists() -> None:
    assert all(hasattr(odquality, name) for name in odquality.__all__)


def test_lazy_names_are_those_of_the_bridge() -> None:
    assert odquality.compute_label_quality is compute.compute_label_quality
    assert odquality.assign_folds is assign.assign_folds
    assert odquality.FoldReport is assign.FoldReport
    assert odquality.visualize is visualize.visualize
    assert odquality.summarize_run is summarize.summarize_run
    assert odquality.worst_first is worst.worst_first
    assert odquality.LabelQualityReport is report.LabelQualityReport


def test_other_names_do_not_exist() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        odquality.nonsense  # noqa: B018


@pytest.mark.parametrize(
    ("function", "names"),
    [(odquality.score_labels, {"seed"}), (odquality.find_label_issues, {"min_probability"})],
)
def test_docstrings_tell_the_defaults_of_settings(
    function: Callable[..., Any], names: set[str]
) -> None:
    text = " ".join(str(function.__doc__).split())
    told = re.findall(r"(\w+): of the calibrated method alone\b.*?([\d.]+) unless given", text)
    assert {name for name, _ in told} == names
    for name, default in told:
        assert float(default) == METHODS["calibrated"].settings[name].default
