"""Names by which the App knows this plugin and its parts."""

from __future__ import annotations

PLUGIN = "@odquality/label-quality"

COMPUTE = f"{PLUGIN}/compute_label_quality"
PANEL = "label_quality_panel"
MODAL_PANEL = "label_quality_modal"
