"""Beam is an extra: nothing loads it before it is used, and who lacks it is told."""

from __future__ import annotations

import tests.fiftyone_environment  # noqa: F401

# isort: split
import subprocess
import sys
from pathlib import Path
from typing import Any

import fiftyone as fo
import pytest

import odquality
from odquality.bridge.engines.parts_engine import IMAGES_PER_PART

ROOT = Path(__file__).parents[3]


def test_beam_is_loaded_when_a_run_starts() -> None:
    pytest.importorskip("apache_beam", reason='needs Apache Beam: pip install ".[beam]"')
    code = "import sys, odquality; odquality.BeamEngine(['--runner=DirectRunner'])"
    code += "; print('apache_beam' in sys.modules)"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_who_lacks_it_is_told_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apache_beam", None)
    with pytest.raises(ImportError, match=r'pip install "odquality\[beam\]"'):
        odquality.BeamEngine()


@pytest.mark.parametrize("form", ["flags", "dict", "options", "nothing"])
def test_options_in_any_form(form: str) -> None:
    pytest.importorskip("apache_beam", reason='needs Apache Beam: pip install ".[beam]"')
    from apache_beam.options.pipeline_options import DirectOptions, PipelineOptions

    from odquality.bridge.engines.pipeline import options_of

    given: dict[str, Any] = {
        "flags": ["--direct_running_mode=multi_processing", "--direct_num_workers=2"],
        "dict": {"direct_running_mode": "multi_processing", "direct_num_workers": 2},
        "options": PipelineOptions(direct_running_mode="multi_processing", direct_num_workers=2),
        "nothing": None,
    }
    options = options_of(given[form]).view_as(DirectOptions)
    workers = max(1, fo.core.utils.recommend_process_pool_workers()) if form == "nothing" else 2
    assert options.direct_running_mode == "multi_processing"
    assert options.direct_num_workers == workers


@pytest.mark.parametrize("form", [None, {"direct_num_workers": 2}, ["--direct_num_workers=2"]])
@pytest.mark.parametrize("of_program", [["--streaming"], ["--num_workers", "x"], ["--project=x"]])
def test_the_command_line_of_the_program_says_nothing(
    form: Any, of_program: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("apache_beam", reason='needs Apache Beam: pip install ".[beam]"')
    from odquality.bridge.engines.pipeline import options_of

    expected = options_of(form).get_all_options()
    monkeypatch.setattr(sys, "argv", ["score.py", *of_program])
    assert options_of(form).get_all_options() == expected


DASK = "--runner=apache_beam.runners.dask.dask_runner.DaskRunner"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ("--runner=DaskRunner", "expected Apache Beam's PipelineOptions, a list of flags"),
        (5, "expected Apache Beam's"),
        ([5], "expected Apache Beam's"),
        ({5: "DirectRunner"}, "expected Apache Beam's"),
        (["--direct_num_workers=two"], "refuses: argument --direct_num_workers: invalid int"),
        (["--direct_running_mode=fast"], "refuses: argument --direct_running_mode: invalid choice"),
        ([DASK, "--dask_npartitions=two"], "refuses: argument --dask_npartitions: invalid int"),
    ],
)
def test_options_that_beam_cannot_read_are_refused(
    dataset: fo.Dataset, options: Any, told: str
) -> None:
    pytest.importorskip("apache_beam", reason='needs Apache Beam: pip install ".[beam]"')
    with pytest.raises(ValueError, match=rf"pipeline_options is .*{told}"):
        odquality.compute_label_quality(dataset, engine=odquality.BeamEngine(options))
    assert dataset.list_runs() == []


@pytest.mark.parametrize(
    ("given", "size"), [([], 1), (["--dask_npartitions=3"], None), (["--dask_partition_size=5"], 5)]
)
def test_dask_spreads_parts_unless_told_otherwise(given: list[str], size: int | None) -> None:
    pytest.importorskip("apache_beam", reason='needs Apache Beam: pip install ".[beam]"')
    from apache_beam.runners.dask.dask_runner import DaskOptions

    from odquality.bridge.engines.pipeline import options_of

    runner = "--runner=apache_beam.runners.dask.dask_runner.DaskRunner"
    assert options_of([runner, *given]).view_as(DaskOptions).partition_size == size


def test_parts_are_of_a_size_that_suits_clusters() -> None:
    pytest.importorskip("apache_beam", reason='needs Apache Beam: pip install ".[beam]"')
    assert odquality.BeamEngine().images_per_part == IMAGES_PER_PART == 10_000
