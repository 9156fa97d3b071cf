"""Makes this folder a FiftyOne plugin."""

import os
import sys
from typing import Any

_FOLDER = os.path.dirname(os.path.abspath(__file__))
if _FOLDER not in sys.path:
    # The package goes by its own name, so that FiftyOne can load the records of runs and other
    # processes can unpickle its objects. An installed odquality goes before this folder's.
    sys.path.append(_FOLDER)


def register(plugin: Any) -> None:
    """Tells FiftyOne of the operators and panels; it calls this when it loads the plugin."""
    # Not above: tools that collect packages import this file, and FiftyOne takes seconds.
    from odquality.app.register import register_all

    register_all(plugin)
