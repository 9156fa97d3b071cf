"""Runs the property-based tests in their long form and writes ``benchmarks/results/properties.md``.

python -m benchmarks.properties [--factor 60] [tests ...]
"""

from __future__ import annotations

import argparse
import os
import sys

import pytest

from benchmarks.output import add_output_option, output_folder
from devtools.property_cases import FACTOR_VARIABLE

TESTS = ("tests/arrays/test_properties.py", "tests/bridge/read/test_raw_documents.py")


def main() -> int:
    """Runs the tests; writes what came of the cases if all of them were run."""
    parser = argparse.ArgumentParser(prog="benchmarks.properties")
    parser.add_argument("--factor", type=int, default=60, help="times as many cases as in tests")
    parser.add_argument("tests", nargs="*", default=TESTS)
    add_output_option(parser)
    options = parser.parse_args()
    folder = output_folder(parser, options)
    os.environ[FACTOR_VARIABLE] = str(options.factor)
    # What pytest cannot rewrite any more are no tests.
    ignored = "ignore::pytest.PytestAssertRewriteWarning"
    status = pytest.main(["-q", "--tb=short", "-W", ignored, *options.tests])
    text = _report(options.factor, failed=status != pytest.ExitCode.OK)
    print(text)
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "properties.md").write_text(text)
    return int(status)


def _report(factor: int, *, failed: bool) -> str:
    """Counts of cases by test and outcome, as Markdown."""
    from devtools.property_cases import OUTCOMES

    tests = dict.fromkeys(test for test, _ in OUTCOMES)
    lines = [
        "# Property-based tests, the long form\n",
        f"Written by `python -m benchmarks.properties --factor {factor}`. Each case is a call that "
        "either gives right results or a `ValueError` that names the argument; any other error, "
        "and any warning, fails the test.\n",
        "| cases | scored | refused | raw errors, warnings, wrong results |",
        "|---|---|---|---|",
    ]
    for test in tests:
        scored, refused = OUTCOMES[test, "scored"], OUTCOMES[test, "refused"]
        lines.append(f"| {test} | {scored:,} | {refused:,} | |")
    total = f"{sum(OUTCOMES.values()):,} cases"
    lines.append(f"| **{total}** | | | **{'some, see the tests' if failed else 0}** |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
