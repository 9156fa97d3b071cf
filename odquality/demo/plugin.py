"""Lets FiftyOne find this plugin when it runs from its own folder."""

from __future__ import annotations

import os
from pathlib import Path

import fiftyone as fo
import fiftyone.plugins as fop

PLUGIN = "@odquality/label-quality"
_FOLDER = Path(__file__).resolve().parents[2]


def make_plugin_known() -> None:
    """Points FiftyOne to this plugin's folder if the plugin is not installed.

    Raises:
        FileNotFoundError: this package was installed without the plugin's manifest.
    """
    if PLUGIN in fop.list_plugins():
        return
    if not (_FOLDER / "fiftyone.yml").is_file():
        raise FileNotFoundError(
            f"the plugin {PLUGIN} is not installed; run the demo from a clone of it, or install it "
            "by `fiftyone plugins download`"
        )
    fo.config.plugins_dir = str(_FOLDER)
    # The App's server is another process.
    os.environ["FIFTYONE_PLUGINS_DIR"] = str(_FOLDER)
