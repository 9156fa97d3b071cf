"""The documents' Python code runs and gives what it says; `documents.py` says how."""

from __future__ import annotations

import tests.fiftyone_environment  # noqa: F401

# isort: split
import ast
import doctest
import re
import shutil
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from importlib import import_module
from inspect import signature
from pathlib import Path
from types import FunctionType
from typing import Any

import cv2
import fiftyone as fo
import numpy as np
import pytest
import yaml
from fiftyone import ViewField as F

import odquality
from odquality.app.operators import OPERATORS
from odquality.bridge.run.described import Described
from odquality.bridge.run.settings import RUN_PARAMETERS
from tests.bridge.datasets import random_samples
from tests.documents import (
    BLOCKS,
    CLAIM,
    DOCUMENTS,
    ROOT,
    TRAINS_WITH,
    missing_libraries,
    run,
    run_document,
)

# It starts from files; tests/test_guide.py makes them.
GUIDE = "docs/guide.md"
REFERENCE = "docs/reference.md"
SKILL = ROOT / "skills/label-quality/SKILL.md"
MANIFEST = ROOT / "fiftyone.yml"
TEXTS = {
    path.relative_to(ROOT).as_posix(): path.read_text()
    for path in (*DOCUMENTS, ROOT / "benchmarks/README.md")
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


@pytest.mark.parametrize("document", [name for name in BLOCKS if BLOCKS[name] and name != GUIDE])
def test_the_code_of_documents(
    document: str, my_dataset: fo.Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_document(document, monkeypatch)


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


@pytest.mark.parametrize("name", sorted(odquality.__all__))
def test_whatever_can_be_called_is_described(name: str) -> None:
    if isinstance(getattr(odquality, name), FunctionType):
        assert any(re.search(rf"\b{name}\b", text) for text in TEXTS.values())


def test_the_reference_tells_all_that_is_public() -> None:
    rows = re.findall(r"^\| `(\w+)(?=[`(])", TEXTS[REFERENCE], re.MULTILINE)
    settings = [one.name for one in RUN_PARAMETERS]
    public = [name for name in odquality.__all__ if name != "__version__"]
    assert sorted(rows) == sorted([*public, *settings])


@pytest.mark.parametrize("parameter", RUN_PARAMETERS, ids=lambda one: one.name)
def test_the_reference_tells_the_defaults_of_settings(parameter: Described) -> None:
    (row,) = re.findall(rf"^\| `{parameter.name}` \| `(.*?)` \|", TEXTS[REFERENCE], re.MULTILINE)
    assert ast.literal_eval(row) == parameter.default


@pytest.mark.parametrize("name", sorted(odquality.__all__))
def test_the_reference_tells_arguments_and_attributes_that_there_are(name: str) -> None:
    public = getattr(odquality, name)
    if isinstance(public, FunctionType):
        (call,) = re.findall(rf"^\| `{name}\((.*?)\)` \|", TEXTS[REFERENCE], re.MULTILINE)
        told = re.findall(r"\w+", call)
        assert told == [one for one in signature(public).parameters if one in told]
    elif is_dataclass(public):
        (row,) = re.findall(rf"^\| `{name}\b.*", TEXTS[REFERENCE], re.MULTILINE)
        told = re.findall(r"`(\w+)(?:\(\.\.\.\))?`", row.partition(" | ")[2])
        there = {*dir(public), *(one.name for one in fields(public))}
        assert there.issuperset({*told} - {*odquality.__all__})


@pytest.mark.parametrize(
    "name", [one.split(":")[0] for one in yaml.safe_load(MANIFEST.read_text())["operators"]]
)
def test_every_operator_is_described(name: str) -> None:
    (operator,) = [one for one in OPERATORS if one().config.name == name]
    assert name in SKILL.read_text()
    # "**Accept**, **Dismiss**, **Skip label issues**" names three.
    first, *_ = operator().config.label.split()
    assert f"**{first}" in TEXTS[GUIDE]


@pytest.mark.parametrize("document", TEXTS)
def test_links_lead_somewhere(document: str) -> None:
    text = re.sub(r"```.*?```", "", TEXTS[document], flags=re.DOTALL)
    links = [link for link in re.findall(r"\]\(([^)]+)\)", text) if not link.startswith("http")]
    for link in links:
        path, _, heading = link.partition("#")
        file = (ROOT / document).parent / path if path else ROOT / document
        assert file.exists(), link
        if heading:
            headings = re.findall(r"^#+ (.+)$", file.read_text(), re.MULTILINE)
            assert heading in [one.lower().replace(" ", "-") for one in headings], link


@pytest.mark.parametrize("module", MODULES_WITH_EXAMPLES)
def test_the_examples_of_docstrings(module: str) -> None:
    result = doctest.testmod(import_module(module))
    assert result.attempted > 0
    assert result.failed == 0


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
