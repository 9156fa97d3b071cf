"""Memory that a chunk of images frees is there for the next one."""

from __future__ import annotations

import os
import platform
import subprocess
import sys

import pytest

CHUNKS = """
import resource
import numpy as np
from odquality.arrays.memory import keep_freed_memory

def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

def chunk():
    # Arrays of 2 MB, all freed at the end.
    return [np.ones(1 << 18) for _ in range(6)]

if {keep}:
    keep_freed_memory()
chunk()
before = faults()
for _ in range(10):
    chunk()
print(faults() - before)
"""


def page_faults(*, keep: bool) -> int:
    program = CHUNKS.format(keep=keep)
    # Dask, which other tests load, has processes give memory back at once.
    environment = {name: one for name, one in os.environ.items() if "MALLOC" not in name}
    command = [sys.executable, "-c", program]
    run = subprocess.run(command, capture_output=True, check=True, env=environment)
    return int(run.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="about glibc")
def test_freed_memory_is_used_again() -> None:
    assert page_faults(keep=True) < page_faults(keep=False) / 10
