"""Tells FiftyOne of the operators and panels."""

from __future__ import annotations

from typing import Any

from odquality.app.modal.panel import LabelQualityModal
from odquality.app.operators import OPERATORS
from odquality.app.panel.panel import LabelQualityPanel

PANELS = (LabelQualityPanel, LabelQualityModal)


def register_all(plugin: Any) -> None:
    """Registers everything that the App gets."""
    for each in (*OPERATORS, *PANELS):
        plugin.register(each)
