"""How the App shows a run's fields: in a group of their own, scores on the thumbnails."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import fiftyone as fo

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
        dataset.app_config.active_fields = fo.ActiveFields(exclude=active.exclude, paths=kept)
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
