"""The panel without a browser."""

from __future__ import annotations

from typing import Any

import fiftyone as fo
import fiftyone.operators as foo
from fiftyone.operators.executor import ExecutionContext, Executor

from odquality.app.names import MODAL_PANEL, PANEL, PLUGIN
from odquality.app.panel.place import Place

KEY = "run"


class Shown:
    """What an event of a panel asks the App to do."""

    panel = PANEL

    def __init__(self, dataset: fo.Dataset, method: str, place: Place | None = None, **params):
        params |= {"__method__": method, "panel_id": "p"}
        if place is not None:
            params |= place.to_params()
        request = {"dataset_name": dataset.name, "params": params, **params.pop("request", {})}
        self.context = ExecutionContext(request, executor=Executor())
        foo.get_operator(f"{PLUGIN}/{self.panel}").execute(self.context)

    @property
    def requests(self) -> dict[str, Any]:
        return {
            one.operator_uri.split("/")[-1]: one.params for one in self.context.executor._requests
        }

    @property
    def parts(self) -> str:
        return str(self.requests["show_panel_output"])

    @property
    def names(self) -> list[str]:
        return [one.operator_uri.split("/")[-1] for one in self.context.executor._requests]


class ShownBeside(Shown):
    """Likewise of the panel beside an open image."""

    panel = MODAL_PANEL
