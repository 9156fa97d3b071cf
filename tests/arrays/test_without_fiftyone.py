"""The array side is tested, and so can be used, where there is neither FiftyOne nor a database."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
COLLECT = """
import sys
import pytest

class NoFiftyOne:
    def find_spec(self, name, *_):
        if name.partition(".")[0] in ("fiftyone", "pymongo", "bson"):
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, NoFiftyOne())
FOLDERS = ["core", "methods", "drawing", "summaries", "arrays"]
sys.exit(pytest.main(["--collect-only", "-qq", *(f"tests/{name}" for name in FOLDERS)]))
"""


def test_its_tests_import_neither() -> None:
    command = [sys.executable, "-c", COLLECT]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
