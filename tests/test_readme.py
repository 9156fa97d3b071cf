"""The documents' Python code runs, in order, and gives what its comments say.

Each document's blocks share one namespace, as if typed one after another. ``# -> value`` behind an
expression says what it gives, numbers to the digits shown. Blocks that name neither FiftyOne nor a
dataset run as where FiftyOne is not installed. The App is not opened. Blocks that need a library
for training run where it is installed.
"""

from __future__ import annotations

import tests.fiftyone_environment  # noqa: F401

# isort: split
import ast
import doctest
import re
import shutil
import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import cv2
import fiftyone as fo
import numpy as np
import pytest
from fiftyone import ViewField as F

from tests.bridge.datasets import random_samples

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
NEEDS_FIFTYONE = re.compile(r"\b(fiftyone|dataset)\b")
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
MODULES_WITH_EXAMPLES = [
    ".".join(file.relative_to(ROOT).with_suffix("").parts)
    for file in sorted((ROOT / "odquality").rglob("*.py"))
    if ">>> " in file.read_text()
]


@pytest.fixture
def my_dataset(tmp_path: Path) -> Iterator[fo.Dataset]:
    """The dataset that the documents load, with images."""
    dataset = fo.Dataset("my-dataset")
    samples = random_samples(30)
    for number, sample in enumerate(samples):
        sample.filepath = str(tmp_path / f"{number}.jpg")
        image = np.zeros((sample.metadata.height, sample.metadata.width, 3), np.uint8)
        assert cv2.imwrite(sample.filepath, image)
    dataset.add_samples(samples)
    yield dataset
    dataset.delete()


@pytest.mark.parametrize("document", [name for name, blocks in BLOCKS.items() if blocks])
def test_the_code_of_documents(
    document: str, my_dataset: fo.Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Under such a name, what the code is warned of is an error.
    names: dict[str, Any] = {"__name__": "tests.document"}
    for line, source in BLOCKS[document]:
        if missing_libraries(source):
            continue
        with monkeypatch.context() as patch:
            if not NEEDS_FIFTYONE.search(source):
                patch.setitem(sys.modules, "fiftyone", None)
            run(source, names, f"{document}, block of line {line}")


@pytest.mark.parametrize(
    ("document", "line", "source"),
    [
        (document, line, source)
        for document, blocks in BLOCKS.items()
        for line, source in blocks
        if TRAINS_WITH.search(source)
    ],
)
def test_code_that_trains_was_run(document: str, line: int, source: str) -> None:
    """It is with the document, where its libraries are; here it can be read as Python at least."""
    ast.parse(source)
    if missing := missing_libraries(source):
        pytest.skip(f"{document}, line {line} needs {', '.join(missing)}, not installed here")


def missing_libraries(source: str) -> list[str]:
    """Libraries for training that a block needs and that are not installed."""
    return [name for name in sorted(set(TRAINS_WITH.findall(source))) if find_spec(name) is None]


def test_the_guide_exports_and_predicts_what_was_held_out(my_dataset: fo.Dataset) -> None:
    names: dict[str, Any] = {"__name__": "tests.document"}
    for line, source in BLOCKS["docs/out-of-fold.md"]:
        if not TRAINS_WITH.search(source):
            run(source, names, f"block of line {line}")
    folder = Path(names["export_yolo"](my_dataset.match(F("fold") != 0))).parent
    try:
        assert (folder / "dataset.yaml").read_text().count("images/") == 2
        exported = {path.name for path in (folder / "images").rglob("*.jpg")}
    finally:
        shutil.rmtree(folder)
    paths, folds = my_dataset.values(["filepath", "fold"])
    assert exported == {
        Path(path).name for path, fold in zip(paths, folds, strict=True) if fold != 0
    }

    seen: list[set[str]] = []

    def train(view: Any) -> set[str]:
        seen.append(set(view.values("id")))
        return seen[-1]

    def predict(learnt: set[str], sample: Any) -> list[fo.Detection]:
        assert sample.id not in learnt
        return [fo.Detection(label=sample.id, bounding_box=[0, 0, 1, 1], confidence=0.5)]

    names["predict_out_of_fold"](my_dataset, train, predict, "check")
    assert [len(learnt) for learnt in seen] == [20, 20, 20]
    by_sample = my_dataset.values(["id", "check.detections.label"])
    assert [[one] for one in by_sample[0]] == by_sample[1]


def test_the_readme_shows_both_sides() -> None:
    sources = [source for _, source in BLOCKS["README.md"]]
    assert any("compute_label_quality" in source for source in sources)
    assert any("get_label_quality_scores" in source for source in sources)
    assert sum(len(CLAIM.findall(source)) for source in sources) >= 5


@pytest.mark.parametrize("module", MODULES_WITH_EXAMPLES)
def test_the_examples_of_docstrings(module: str) -> None:
    result = doctest.testmod(import_module(module))
    assert result.attempted > 0
    assert result.failed == 0


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


@pytest.mark.parametrize(
    ("given", "claim"),
    [
        (np.array([0.0411]), "[0.040]"),
        ([[0.3]], "[[0.5]]"),
        (np.array([True]), "[False]"),
        (1, "2"),
    ],
)
def test_a_false_claim_is_noticed(given: Any, claim: str) -> None:
    with pytest.raises(AssertionError):
        run(f"given  # -> {claim}", {"given": given}, "here")
