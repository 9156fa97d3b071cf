"""Where the real annotations and detections are."""

from __future__ import annotations

import os
from pathlib import Path

# Names another folder than ``shared/data`` beside the repository.
DATA_VARIABLE = "ODQUALITY_DATA"
DATA_FOLDER = Path(os.environ.get(DATA_VARIABLE, Path(__file__).parents[2] / "shared" / "data"))
VOC = DATA_FOLDER / "voc2007test_yolov2.npz"
BCCD = DATA_FOLDER / "bccd" / "bccd.npz"
