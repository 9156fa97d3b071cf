"""Makes this folder a FiftyOne plugin."""

import os
import sys

_FOLDER = os.path.dirname(os.path.abspath(__file__))
if _FOLDER not in sys.path:
    # The package goes by its own name, so that FiftyOne can load the records of runs and other
    # processes can unpickle its objects. An installed odquality goes before this folder's.
    sys.path.append(_FOLDER)

from odquality.operators import register  # noqa: E402

__all__ = ["register"]
