"""Points FiftyOne to a database and folders of the tests' own.

This happens on import, which must come before that of FiftyOne. The tests of the core, the methods
and the arrays need neither.
"""

from __future__ import annotations

import atexit
import os
from contextlib import ExitStack
from pathlib import Path

from devtools.private_database import private_database
from devtools.temporary_folder import temporary_folder

_CLEANUP = ExitStack()
_HOME = _CLEANUP.enter_context(temporary_folder())
_PLUGINS = _HOME / "plugins"
_PLUGINS.mkdir()
(_PLUGINS / "label-quality").symlink_to(Path(__file__).parents[1])

os.environ.update(
    _CLEANUP.enter_context(private_database()),
    HOME=str(_HOME),
    FIFTYONE_PLUGINS_DIR=str(_PLUGINS),
    FIFTYONE_ALLOW_LEGACY_ORCHESTRATORS="true",
)

# FiftyOne talks to the database once more when Python exits, and temporary folders that are still
# there are removed, which the server must not write to then. Exit handlers run last in, first out:
# FiftyOne's come later than this, that of temporary folders came with the first of them.
atexit.register(_CLEANUP.close)
