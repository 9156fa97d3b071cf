"""Runs the documents' Python code, in order, and compares it with what its comments say.

Each document's blocks share one namespace, as if typed one after another. ``# -> value`` behind an
expression says what it gives, numbers to the digits shown. Blocks that name neither FiftyOne nor a
dataset run as where FiftyOne is not installed. The App is not opened. Blocks that need a library
for training run where it is installed.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
NEEDS_FIFTYONE = re.compile(r"\b(fiftyone|fo|dataset)\b")
# They are large, and no part of the tests' environment.
TRAINS_WITH = re.compile(r"^(?:from|import) (torch|torchvision|ultralytics)\b", re.MULTILINE)
OPENS_THE_APP = "fo.launch_app("
CLAIM = re.compile(r"#\s*->\s*(.+)")

BLOCKS = {
    document.relative_to(ROOT).as_posix(): [
        (document.read_text()[: block.start()].count("\n") + 1, block.group(1))
        for block in BLOCK.finditer(document.read_text())
    ]
    for document in DOCUMENTS
}


def run_document(
    document: str,
    monkeypatch: pytest.MonkeyPatch,
    after: Callable[[str, dict[str, Any]], None] | None = None,
) -> dict[str, Any]:
    """Runs the blocks of a document.

    Args:
        document: its path in the repository.
        monkeypatch: hides FiftyOne from the blocks that do not need it.
        after: gets each block that has run, and what there is then, by name.

    Returns:
        What the blocks leave behind, by name.
    """
    # Under such a name, what the code is warned of is an error.
    names: dict[str, Any] = {"__name__": "tests.document"}
    for line, source in BLOCKS[document]:
        if missing_libraries(source):
            continue
        with monkeypatch.context() as patch:
            if not NEEDS_FIFTYONE.search(source):
                patch.setitem(sys.modules, "fiftyone", None)
            run(source, names, f"{document}, block of line {line}")
        if after is not None:
            after(source, names)
    return names


def missing_libraries(source: str) -> list[str]:
    """Libraries for training that a block needs and that are not installed."""
    return [name for name in sorted(set(TRAINS_WITH.findall(source))) if find_spec(name) is None]


def run(source: str, names: dict[str, Any], where: str) -> None:
    """Runs a block and compares what it claims."""
    lines = source.splitlines()
    for statement in ast.parse(source).body:
        assert statement.end_lineno is not None
        if OPENS_THE_APP in (ast.get_source_segment(source, statement) or ""):
            continue
        claim = CLAIM.search(lines[statement.end_lineno - 1])
        if claim is None:
            exec(compile(ast.Module([statement], []), where, "exec"), names)
            continue
        assert isinstance(statement, ast.Expr), f"{where}: only an expression gives a value"
        given = eval(compile(ast.Expression(statement.value), where, "eval"), names)
        assert_as_claimed(given, claim.group(1), f"{where}: {claim.group()}")


def assert_as_claimed(given: Any, claim: str, where: str) -> None:
    expected = ast.literal_eval(claim)
    if np.asarray(expected).dtype.kind == "f":
        digits = max(len(digits) for digits in re.findall(r"\.(\d+)", claim))
        np.testing.assert_allclose(given, expected, rtol=0, atol=0.5 * 10**-digits, err_msg=where)
    else:
        as_list = given.tolist() if isinstance(given, np.ndarray) else given
        assert as_list == expected, where
