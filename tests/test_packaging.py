"""The ways to get the plugin: a clone, FiftyOne's download, pip."""

from __future__ import annotations

import tests.fiftyone_environment  # noqa: F401

# isort: split
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml

import odquality

ROOT = Path(__file__).parents[1]
PLUGIN = "@odquality/label-quality"
LIST_OPERATORS = (
    "import fiftyone.operators as foo;"
    f"print(sorted(op.name for op in foo.list_operators() if op.plugin_name == '{PLUGIN}'))"
)
OPERATORS = [
    "accept_all_label_issues",
    "accept_label_issues",
    "assign_folds",
    "compute_label_quality",
    "delete_label_decisions",
    "delete_label_quality",
    "dismiss_label_issues",
    "export_label_issues",
    "label_quality_modal",
    "label_quality_panel",
    "label_review_progress",
    "learn_from_label_decisions",
    "list_label_issues",
    "note_label_edits",
    "redo_label_decisions",
    "restore_my_colors",
    "show_kind_colors",
    "show_worst_images",
    "skip_label_issues",
    "tag_label_issues",
    "undo_label_decisions",
]
CONTENTS = (
    "__init__.py",
    "fiftyone.yml",
    "dist",
    "odquality",
    "pyproject.toml",
    "README.md",
    "LICENSE",
)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A copy of the plugin in a folder whose name is no Python identifier."""
    folder = tmp_path / "my-plugin copy"
    folder.mkdir()
    for name in CONTENTS:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder)
    return folder


@pytest.fixture
def download_url(clone: Path, tmp_path: Path) -> Iterator[str]:
    """Address of a local server's zip file with the plugin."""
    served = tmp_path / "served"
    shutil.make_archive(str(served / "plugin"), "zip", clone.parent, clone.name)
    handler = partial(SimpleHTTPRequestHandler, directory=str(served))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/plugin.zip"
    server.shutdown()


def run_python(code: str, cwd: Path, **environment: str) -> str:
    """What a new Python, in which nothing but site-packages can be imported, prints."""
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=cwd,
        env=variables | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


def test_clone_is_a_plugin(clone: Path, tmp_path: Path) -> None:
    assert run_python(LIST_OPERATORS, tmp_path, FIFTYONE_PLUGINS_DIR=str(clone)) == str(OPERATORS)


def test_download_is_a_plugin(download_url: str, tmp_path: Path) -> None:
    plugins = tmp_path / "plugins"
    plugins.mkdir()
    download = f"import fiftyone.plugins as fop; fop.download_plugin('{download_url}');"
    printed = run_python(download + LIST_OPERATORS, tmp_path, FIFTYONE_PLUGINS_DIR=str(plugins))
    assert printed.splitlines()[-1] == str(OPERATORS)


def test_pip_installs_the_package(clone: Path, tmp_path: Path) -> None:
    target = tmp_path / "installed"
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"),
            *("--no-build-isolation", "--target", str(target), str(clone)),
        ],
        check=True,
    )
    code = (
        f"import sys; sys.path.insert(0, {str(target)!r});"
        "import odquality, odquality.bridge.run.compute, odquality.methods.calibrated.scorer,"
        "odquality.app.operators;"
        "print(odquality.__file__)"
    )
    assert run_python(code, tmp_path).startswith(str(target))


def test_manifest_tells_the_package_version() -> None:
    manifest = yaml.safe_load((ROOT / "fiftyone.yml").read_text())
    assert manifest["version"] == odquality.__version__
    assert manifest["name"] == PLUGIN
