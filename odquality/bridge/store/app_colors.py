"""The colours of the App's session, and a memory of what they were; no dataset's saved colours."""

from __future__ import annotations

from typing import Any

import fiftyone as fo
from fiftyone.core.state import StateDescription, build_color_scheme
from fiftyone.server.events import get_state

from odquality.bridge.store.memory import memory_of

Document = dict[str, Any]

_KEY, _CHOICE = "my_colors", "colors_are_mine"

# What the App's ``set_color_scheme`` calls the parts of a scheme.
_NAMES = {
    "color_by": "color_by",
    "color_pool": "color_pool",
    "opacity": "opacity",
    "multicolor_keypoints": "multi_color_keypoints",
    "show_skeletons": "show_keypoint_skeletons",
    "fields": "fields",
    "colorscales": "colorscales",
    "default_colorscale": "defaultColorscale",
    "default_mask_targets_colors": "default_mask_targets_colors",
    "label_tags": "labelTags",
}


def session_colors(dataset: fo.Dataset) -> Document:
    """The scheme of the App's session, outside of the App that of the dataset; parts that are set.

    Public: ``session.color_scheme``, which only the process that opened the App has.
    """
    state = _session_of(dataset)
    return saved_colors(dataset) if state is None else _parts(state.color_scheme)


def are_as_loaded(dataset: fo.Dataset) -> bool:
    """Whether the App's session has the colours that a dataset is opened with: none were chosen."""
    state = _session_of(dataset)
    if state is None:
        return False
    loaded = build_color_scheme(None, dataset, state.config)
    return _parts(state.color_scheme) == _parts(loaded)


def saved_colors(dataset: fo.Dataset) -> Document:
    """The scheme that is saved with the dataset; parts that are set."""
    return _parts(dataset.app_config.color_scheme)


def remember(dataset: fo.Dataset, colors: Document) -> None:
    """Keeps the colours of a session beside the dataset."""
    memory_of(dataset).set(_KEY, colors)


def remembered(dataset: fo.Dataset) -> Document | None:
    """The colours that were kept last; None if none were."""
    found: Document | None = memory_of(dataset).get(_KEY)
    return found


def note_choice(dataset: fo.Dataset, *, are_mine: bool) -> None:
    """Notes whether the user wants colours of their own."""
    memory_of(dataset).set(_CHOICE, are_mine)


def are_mine(dataset: fo.Dataset) -> bool:
    """Whether the user has chosen colours of their own."""
    return bool(memory_of(dataset).get(_CHOICE))


def _session_of(dataset: fo.Dataset) -> StateDescription | None:
    """The state of the App's session if the dataset is open there."""
    state = get_state()
    is_open = state.dataset is not None and state.dataset.name == dataset.name
    return state if is_open else None


def _parts(scheme: Any) -> Document:
    """A scheme as the App's ``set_color_scheme`` takes it."""
    if scheme is None:
        return {}
    parts = {name: getattr(scheme, name, None) for name in _NAMES}
    return {
        _NAMES[name]: _plain(value) for name, value in parts.items() if value not in (None, {}, [])
    }


def _plain(value: Any) -> Any:
    """Plain lists and dicts for the database's own."""
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, (list, tuple)) else value
