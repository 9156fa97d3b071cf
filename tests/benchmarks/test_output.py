"""Only whole runs replace the published tables."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import fiftyone as fo
import pytest

from benchmarks.accuracy.__main__ import main
from benchmarks.output import RESULTS, add_output_option, output_folder
from tests.bridge.datasets import random_samples


def folder_of(*arguments: str, complete: bool = True) -> Path | None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--data", type=Path, default=Path("here"))
    parser.add_argument("--quick", action="store_true")
    add_output_option(parser)
    return output_folder(parser, parser.parse_args(arguments), complete=complete)


@pytest.mark.parametrize("arguments", [(), ("--data", "there"), ("--seeds", "5")])
def test_a_whole_run_writes_the_published_tables(arguments: tuple[str, ...]) -> None:
    assert folder_of(*arguments) == RESULTS
    assert RESULTS.joinpath("accuracy.md").is_file()


@pytest.mark.parametrize("arguments", [("--quick",), ("--seeds", "1"), ("--quick", "--data", "x")])
def test_a_partial_run_prints(arguments: tuple[str, ...]) -> None:
    assert folder_of(*arguments) is None


def test_a_run_without_all_data_prints() -> None:
    assert folder_of(complete=False) is None


def test_any_run_writes_to_a_folder_of_its_own(tmp_path: Path) -> None:
    assert folder_of("--quick", "--output", str(tmp_path)) == tmp_path
    assert folder_of("--output", str(tmp_path)) == tmp_path


def test_a_partial_run_cannot_replace_the_published_tables(
    capsys: pytest.CaptureFixture[str],
) -> None:
    roundabout = RESULTS / ".." / RESULTS.name
    with pytest.raises(SystemExit):
        folder_of("--quick", "--output", str(roundabout))
    assert "partial run" in capsys.readouterr().err


@pytest.fixture
def small() -> Iterator[str]:
    dataset = fo.Dataset()
    dataset.add_samples(random_samples(12))
    yield dataset.name
    dataset.delete()


def test_a_quick_run_on_a_dataset_of_ones_own(
    small: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    published = {file.name: file.read_bytes() for file in RESULTS.iterdir()}
    main(["--quick", "--fiftyone-dataset", small, "--output", str(tmp_path)])
    assert f"## {small}: 12 images" in capsys.readouterr().out
    assert f"## {small}: 12 images" in (tmp_path / "accuracy.md").read_text()
    assert {file.name: file.read_bytes() for file in RESULTS.iterdir()} == published
