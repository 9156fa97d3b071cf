"""The house: which part of the package may import which, and what from outside."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = "odquality"

# Parts of the package, the one that a module belongs to being the longest that its name begins
# with, and the parts that each may import. A part may always import itself.
MAY_IMPORT: dict[str, set[str]] = {
    "odquality": {
        "odquality._version",
        "odquality.learning",
        "odquality.methods",
        "odquality.arrays",
        "odquality.bridge.engines",
        "odquality.bridge.folds",
        "odquality.bridge.review",
        "odquality.bridge.run",
        "odquality.bridge.pictures",
        "odquality.bridge.summary",
    },
    "odquality._version": set(),
    "odquality.kinds": set(),
    "odquality.core": set(),
    "odquality.drawing": {"odquality.kinds", "odquality.core"},
    "odquality.summaries": {"odquality.kinds", "odquality.core"},
    "odquality.learning": {"odquality.kinds", "odquality.core"},
    "odquality.methods": {"odquality.kinds", "odquality.core"},
    "odquality.methods.objectlab": {"odquality.kinds", "odquality.core", "odquality.methods"},
    "odquality.methods.calibrated": {"odquality.kinds", "odquality.core", "odquality.methods"},
    "odquality.arrays": {
        "odquality.kinds",
        "odquality.core",
        "odquality.summaries",
        "odquality.learning",
        "odquality.methods",
        "odquality.methods.objectlab",
    },
    "odquality.bridge": {"odquality.bridge.run", "odquality.bridge.store"},
    "odquality.bridge.store": set(),
    "odquality.bridge.read": {"odquality.core", "odquality.bridge.store"},
    "odquality.bridge.folds": {"odquality.core", "odquality.bridge.store"},
    "odquality.bridge.write": {
        "odquality.kinds",
        "odquality.core",
        "odquality.methods",
        "odquality.bridge.store",
        "odquality.bridge.read",
    },
    "odquality.bridge.decisions": {
        "odquality.kinds",
        "odquality.core",
        "odquality.bridge.store",
        "odquality.bridge.write",
    },
    "odquality.bridge.review": {
        "odquality.kinds",
        "odquality.core",
        "odquality.learning",
        "odquality.bridge.store",
        "odquality.bridge.write",
        "odquality.bridge.decisions",
        "odquality.bridge.run",
    },
    "odquality.bridge.run": {
        "odquality._version",
        "odquality.kinds",
        "odquality.core",
        "odquality.learning",
        "odquality.summaries",
        "odquality.methods",
        "odquality.bridge.store",
        "odquality.bridge.read",
        "odquality.bridge.write",
        "odquality.bridge.decisions",
    },
    "odquality.bridge.engines": {
        "odquality.core",
        "odquality.bridge.store",
        "odquality.bridge.read",
        "odquality.bridge.run",
    },
    "odquality.bridge.pictures": {
        "odquality.core",
        "odquality.drawing",
        "odquality.bridge.store",
        "odquality.bridge.review",
        "odquality.bridge.run",
    },
    "odquality.bridge.summary": {
        "odquality.kinds",
        "odquality.core",
        "odquality.summaries",
        "odquality.bridge.store",
        "odquality.bridge.run",
    },
    "odquality.app": {
        "odquality.learning",
        "odquality.summaries",
        "odquality.bridge.pictures",
        "odquality.bridge.summary",
        "odquality.kinds",
        "odquality.core",
        "odquality.methods",
        "odquality.methods.objectlab",
        "odquality.bridge.store",
        "odquality.bridge.folds",
        "odquality.bridge.read",
        "odquality.bridge.decisions",
        "odquality.bridge.review",
        "odquality.bridge.run",
    },
    "odquality.demo": {"odquality", "odquality.kinds", "odquality.core", "odquality.bridge.run"},
}
# The table of the methods names them all; nothing else in `methods` knows a single one.
EXCEPTIONS = {
    "odquality.methods.registry": {"odquality.methods.objectlab", "odquality.methods.calibrated"}
}

# FiftyOne and what it brings along; Pillow, which it brings too, is for pictures alone.
FIFTYONE = {"fiftyone", "mongoengine", "pymongo", "bson", "gridfs", "eta", "psutil"}
FROM_OUTSIDE: dict[str, set[str]] = {
    "odquality": set(),
    "odquality._version": set(),
    "odquality.kinds": set(),
    "odquality.core": {"numpy"},
    "odquality.drawing": {"numpy", "PIL"},
    "odquality.summaries": {"numpy"},
    "odquality.learning": {"numpy"},
    "odquality.methods": {"numpy"},
    "odquality.methods.objectlab": {"numpy"},
    "odquality.methods.calibrated": {"numpy"},
    "odquality.arrays": {"numpy"},
    "odquality.bridge": FIFTYONE,
    "odquality.bridge.store": FIFTYONE,
    "odquality.bridge.read": {"numpy", *FIFTYONE},
    "odquality.bridge.folds": {"numpy", *FIFTYONE},
    "odquality.bridge.write": {"numpy", *FIFTYONE},
    "odquality.bridge.decisions": {"numpy", *FIFTYONE},
    "odquality.bridge.review": {"numpy", *FIFTYONE},
    "odquality.bridge.run": {"numpy", *FIFTYONE},
    "odquality.bridge.engines": {"apache_beam", *FIFTYONE},
    "odquality.bridge.pictures": {"numpy", *FIFTYONE},
    "odquality.bridge.summary": {"numpy", *FIFTYONE},
    "odquality.app": {"PIL", *FIFTYONE},
}


def part_of(module: str) -> str:
    """The part that a module belongs to."""
    parts = [part for part in MAY_IMPORT if f"{module}.".startswith(f"{part}.")]
    return max(parts, key=len)


def imports_of(path: Path) -> Iterator[str]:
    """Every module that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            assert node.module is not None
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name if name in MODULES else node.module for name in names)


def modules() -> dict[str, Path]:
    """Every module of the package by its name."""
    found = {}
    for path in sorted((ROOT / PACKAGE).rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(part for part in parts if part != "__init__")] = path
    return found


MODULES = modules()


def test_there_are_modules_in_every_part() -> None:
    assert {part_of(module) for module in MODULES} == set(MAY_IMPORT)


@pytest.mark.parametrize("module", MODULES)
def test_arrows_point_down_only(module: str) -> None:
    part = part_of(module)
    allowed = MAY_IMPORT[part] | EXCEPTIONS.get(module, set()) | {part}
    inside = {name for name in imports_of(MODULES[module]) if name.split(".")[0] == PACKAGE}
    assert {part_of(name) for name in inside} <= allowed


@pytest.mark.parametrize("module", [name for name in MODULES if part_of(name) in FROM_OUTSIDE])
def test_what_comes_from_outside(module: str) -> None:
    names = {name.split(".")[0] for name in imports_of(MODULES[module])}
    outside = names - {PACKAGE} - set(sys.stdlib_module_names)
    assert outside <= FROM_OUTSIDE[part_of(module)]


def private_names(file: Path) -> list[str]:
    """What a file takes of others although it begins with an underscore."""
    found = []
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.Attribute):
            is_own = isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")
            found += [] if is_own else [node.attr]
    named_tuple = {"_fields", "_replace", "_asdict"}
    return [name for name in found if name.startswith("_") and name not in named_tuple]


@pytest.mark.parametrize(
    "module",
    [
        name
        for name in MODULES
        if name.startswith(("odquality.bridge", "odquality.app", "odquality.demo"))
        and part_of(name) != "odquality.bridge.store"
    ],
)
def test_what_is_not_public_in_fiftyone_stands_in_one_folder(module: str) -> None:
    assert {name for name in private_names(MODULES[module]) if not name.startswith("__")} == set()


def test_private_names_are_seen(tmp_path: Path) -> None:
    file = tmp_path / "nosy.py"
    file.write_text("from a import _b\nself._own = view._stages\nrow._replace(c=_d)\n")
    assert private_names(file) == ["_b", "_stages"]


def test_arrays_and_bridge_never_meet() -> None:
    for part, allowed in MAY_IMPORT.items():
        if part.startswith("odquality.bridge"):
            assert "odquality.arrays" not in allowed
    assert not [one for one in MAY_IMPORT["odquality.arrays"] if one.startswith("odquality.bridge")]


def test_no_two_parts_import_each_other() -> None:
    below: dict[str, set[str]] = {}
    while len(below) < len(MAY_IMPORT):
        ready = [
            part for part in MAY_IMPORT if part not in below and MAY_IMPORT[part] <= set(below)
        ]
        assert ready, f"a circle among {set(MAY_IMPORT) - set(below)}"
        below |= {part: MAY_IMPORT[part] for part in ready}


def test_methods_do_not_know_each_other() -> None:
    single = {part for part in MAY_IMPORT if part.startswith("odquality.methods.")}
    assert len(single) >= 2
    assert not any(MAY_IMPORT[part] & single for part in single)


def folders() -> list[str]:
    """Every folder of the package that the documents tell of: parts, and what the App has."""
    of_parts = {
        part.removeprefix(f"{PACKAGE}.").replace(".", "/") for part in MAY_IMPORT if "." in part
    }
    of_the_app = {f"app/{path.parent.name}" for path in (ROOT / PACKAGE / "app").glob("*/*.py")}
    own_row = {one for one in of_parts if not one.startswith("methods/")} | of_the_app
    return sorted(one for one in own_row if (ROOT / PACKAGE / one).is_dir())


@pytest.mark.parametrize("folder", folders())
def test_documents_name_every_folder(folder: str) -> None:
    if folder not in ("app", "bridge"):
        assert f"`{folder}/`" in (ROOT / "docs/architecture.md").read_text()
    if "/" not in folder:
        assert f"\n{PACKAGE}/{folder} " in (ROOT / "README.md").read_text()


def test_an_import_inside_a_function_is_seen(tmp_path: Path) -> None:
    file = tmp_path / "late.py"
    file.write_text("def f():\n    from odquality.bridge import runs\n    import numpy.linalg\n")
    assert list(imports_of(file)) == ["odquality.bridge.runs", "numpy.linalg"]
