"""Only whole runs replace the published tables."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import fiftyone as fo
import numpy as np
import pytest

from benchmarks.accuracy.__main__ import main
from benchmarks.accuracy.files import DATASETS
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


def test_a_part_with_tables_of_its_own_is_whole() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--part")
    add_output_option(parser)
    for arguments, folder in ((["--part", "a"], RESULTS), (["--part", "a", "--seeds", "1"], None)):
        assert output_folder(parser, parser.parse_args(arguments), apart=["part"]) == folder


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


def test_a_run_that_lacks_a_file_leaves_it_out_and_replaces_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["--data", str(tmp_path)])
    assert "ODQUALITY_DATA" in capsys.readouterr().err
    image = np.repeat(np.arange(30), 3)
    corners = np.random.default_rng(0).uniform(0, 50, (90, 2))
    boxes = {"img": image, "cls": image % 2, "xyxy": np.hstack([corners, corners + 30])}
    arrays = {f"{set_}_{name}": each for set_ in ("gt", "pr") for name, each in boxes.items()}
    np.savez(
        tmp_path / DATASETS["voc"].file,
        img_id=np.arange(30),
        img_wh=np.full((30, 2), 100),
        class_names=np.array(["a", "b"]),
        gt_iscrowd=np.zeros(90),
        pr_score=np.linspace(0.1, 0.9, 90),
        **arrays,
    )
    published = {file.name: file.read_bytes() for file in RESULTS.iterdir()}
    main(["--data", str(tmp_path), "--datasets", "voc,kaist", "--quick"])
    printed = capsys.readouterr().out
    assert "left out: kaist" in printed
    assert "### voc: 30 images, 90 labels" in printed
    assert {file.name: file.read_bytes() for file in RESULTS.iterdir()} == published


def test_a_quick_run_on_a_dataset_of_ones_own(
    small: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    published = {file.name: file.read_bytes() for file in RESULTS.iterdir()}
    main(["--quick", "--fiftyone-dataset", small, "--output", str(tmp_path)])
    assert f"## {small}: 12 images" in capsys.readouterr().out
    assert f"## {small}: 12 images" in (tmp_path / "accuracy.md").read_text()
    assert {file.name: file.read_bytes() for file in RESULTS.iterdir()} == published
