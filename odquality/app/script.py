"""The parts of the plugin's script that panels can hold; without it they have buttons.

They are parts of a panel and no operators: at an operator that it does not know a page breaks.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import fiftyone.operators.types as types
import fiftyone.plugins as fop

from odquality.app.names import PLUGIN


@cache
def has_script() -> bool:
    """Whether the plugin's script is where the App looks for it, as long as its server runs."""
    return bool(fop.get_plugin(PLUGIN).has_js)


def add_keys(panel: types.Object, keys: Mapping[str, str], params: Mapping[str, Any]) -> None:
    """Binds keys.

    Args:
        panel: to which they belong.
        keys: what each of them calls, the URI of a panel's method.
        params: that these get.
    """
    _add(panel, "keys", "LabelQualityKeys", keys=dict(keys), params=dict(params))


def add_choice_of(
    panel: types.Object,
    label: str,
    choices: Mapping[str, Mapping[str, Any]],
    calls: str,
    place: Mapping[str, Any],
) -> None:
    """A field to choose one of many by typing.

    Args:
        panel: to which it is added.
        label: what the field is called.
        choices: by its text, what of the place each changes.
        calls: the URI of the panel's method that gets the changed place.
        place: where the reviewer is, as plain values.
    """
    listed = [{"label": text, "changes": dict(changes)} for text, changes in choices.items()]
    view = {"label": label, "choices": listed, "operator": calls, "place": dict(place)}
    _add(panel, "choice", "LabelQualityChoice", **view)


def add_refresh(panel: types.Object, samples: list[Any]) -> None:
    """Lets the page show samples as they are now, in the grid and open, where it has older ones.

    Args:
        panel: that they come with.
        samples: documents, as FiftyOne's server gives them.
    """
    _add(panel, "shown", "LabelQualityRefresh", samples=samples)


def add_beside(panel: types.Object) -> None:
    """Lets the page put the panel beside the image, once; the user may move it."""
    _add(panel, "beside", "LabelQualityBeside")


def add_colors(panel: types.Object, calls: str) -> None:
    """Lets the page tell of its colours when the panel is drawn and whenever these have changed.

    A page that is being loaded may go back to the colours that it was loaded with.

    Args:
        panel: that is drawn in the page.
        calls: the URI of the panel's method that settles them.
    """
    _add(panel, "colors", "LabelQualityColors", operator=calls)


def _add(panel: types.Object, name: str, component: str, **values: Any) -> None:
    panel.view(name, types.ComponentView(component, **values))
