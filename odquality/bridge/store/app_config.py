"""How the App shows a run's fields: in a group of their own, scores on the thumbnails.

Without a list of its own a dataset shows every field of labels, those of today and of tomorrow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import fiftyone as fo

from odquality.bridge.store import schema
from odquality.bridge.store.marks import decided_labels

GROUP = "label quality"


def show_fields(dataset: fo.Dataset, paths: Sequence[str], visible: Sequence[str]) -> None:
    """Puts sample fields into the sidebar's group of this plugin; leaves the rest as it is.

    Args:
        dataset: whose App configuration is changed.
        paths: fields of the samples.
        visible: those of them to show on the thumbnails.
    """
    groups = _groups(dataset)
    _remove(groups, paths)
    group = next((group for group in groups if group.name == GROUP), None)
    if group is None:
        group = fo.SidebarGroupDocument(name=GROUP, paths=[], expanded=True)
        groups.insert(_after_tags(groups), group)
    group.paths = [*group.paths, *paths]
    dataset.app_config.sidebar_groups = groups
    active = dataset.app_config.active_fields or fo.ActiveFields(paths=[])
    others = [path for path in active.paths or [] if path not in visible]
    # Either the paths that are shown, or those that are not.
    paths = others if active.exclude else [*others, *visible]
    dataset.app_config.active_fields = fo.ActiveFields(exclude=active.exclude, paths=paths)
    dataset.save()


def hide_decisions(dataset: fo.Dataset) -> None:
    """Leaves decisions undrawn until users switch them on; all else is shown as before."""
    active = dataset.app_config.active_fields
    if active is not None and active.exclude:
        paths = list(dict.fromkeys([*active.paths, *_decisions(dataset)]))
        dataset.app_config.active_fields = fo.ActiveFields(exclude=True, paths=paths)
    elif active is None or not active.paths:
        paths = [path for path in _labels(dataset) if path not in _decisions(dataset)]
        dataset.app_config.active_fields = fo.ActiveFields(paths=paths)
    dataset.save()


def show_suggestions(dataset: fo.Dataset, path: str) -> None:
    """Draws a new field of suggestions where all labels are drawn but decisions."""
    active = dataset.app_config.active_fields
    if active is None or active.exclude or path in active.paths:
        return
    if {*active.paths, path, *_decisions(dataset)} == set(_labels(dataset)):
        dataset.app_config.active_fields = fo.ActiveFields(paths=[*active.paths, path])
        dataset.save()


def forget_paths(dataset: fo.Dataset, paths: Sequence[str]) -> None:
    """Takes fields out of the App configuration, and the plugin's group with the last of them."""
    if dataset.app_config.sidebar_groups is not None:
        groups = _groups(dataset)
        _remove(groups, paths)
        dataset.app_config.sidebar_groups = [
            group for group in groups if group.name != GROUP or group.paths
        ]
    active = dataset.app_config.active_fields
    if active is not None and active.paths:
        kept = [path for path in active.paths if path not in paths]
        # All labels are shown without a list, too.
        is_needed = active.exclude or set(kept) != set(_labels(dataset))
        shown = fo.ActiveFields(exclude=active.exclude, paths=kept) if is_needed else None
        dataset.app_config.active_fields = shown
    dataset.save()


def rename_paths(dataset: fo.Dataset, new_paths: Mapping[str, str]) -> None:
    """Renames fields in the App configuration, where they are in it."""
    config = dataset.app_config
    if config.sidebar_groups is not None:
        groups = _groups(dataset)
        for group in groups:
            group.paths = [new_paths.get(path, path) for path in group.paths]
        config.sidebar_groups = groups
    if config.active_fields is not None and config.active_fields.paths:
        paths = [new_paths.get(path, path) for path in config.active_fields.paths]
        config.active_fields = fo.ActiveFields(exclude=config.active_fields.exclude, paths=paths)
    dataset.save()


def _groups(dataset: fo.Dataset) -> list[fo.SidebarGroupDocument]:
    configured = dataset.app_config.sidebar_groups
    if configured is None:
        configured = fo.DatasetAppConfig.default_sidebar_groups(dataset)
    return list(configured)


def _remove(groups: Sequence[fo.SidebarGroupDocument], paths: Sequence[str]) -> None:
    for group in groups:
        group.paths = [path for path in group.paths if path not in paths]


def _after_tags(groups: Sequence[fo.SidebarGroupDocument]) -> int:
    """Position below the tags, where the App's users look first."""
    return 1 if groups and groups[0].name == "tags" else 0


def _labels(dataset: fo.Dataset) -> list[str]:
    """Paths of the fields that the App shows where nobody has said which."""
    paths: list[str] = list(fo.DatasetAppConfig.default_active_fields(dataset).paths)
    return paths


def _decisions(dataset: fo.Dataset) -> list[str]:
    """Paths of the fields with decisions on labels."""
    declared = schema.declared(dataset).items()
    return [path for path, field in declared if decided_labels(field.get("info")) is not None]
