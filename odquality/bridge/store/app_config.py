"""How the App shows a run's fields: in a group of their own, scores on the thumbnails.

Without a list of its own a dataset shows every field of labels, those of today and of tomorrow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import fiftyone as fo

from odquality.bridge.store import app_memory, schema
from odquality.bridge.store.app_memory import Active, Before
from odquality.bridge.store.dataset_document import changing_app_config
from odquality.bridge.store.marks import decided_labels, marked_key

GROUP = "label quality"


def show_fields(dataset: fo.Dataset, paths: Sequence[str], visible: Sequence[str]) -> None:
    """Puts sample fields into the sidebar's group of this plugin; leaves the rest as it is.

    Args:
        dataset: whose App configuration is changed.
        paths: fields of the samples.
        visible: those of them to show on the thumbnails.
    """
    with changing_app_config(dataset) as config:
        has_groups = config.sidebar_groups is not None
        groups = _groups(dataset, config)
        _remove(groups, paths)
        group = next((group for group in groups if group.name == GROUP), None)
        before = None if group is None else app_memory.remembered(dataset)
        if before is not None:
            has_groups = before.has_groups
        mine = Active.of(config)
        if before is not None and _is_as_made(dataset, mine, before):
            mine = before.active
        elif mine is not None:
            # Suggestions may be drawn already.
            mine = Active(mine.exclude, _without_runs(dataset, mine.paths))
        if group is None:
            group = fo.SidebarGroupDocument(name=GROUP, paths=[], expanded=True)
            groups.insert(_after_tags(groups), group)
        group.paths = [*group.paths, *paths]
        config.sidebar_groups = groups
        active = config.active_fields or fo.ActiveFields(paths=[])
        others = [path for path in active.paths or [] if path not in visible]
        # Either the paths that are shown, or those that are not.
        paths = others if active.exclude else [*others, *visible]
        config.active_fields = fo.ActiveFields(exclude=active.exclude, paths=paths)
        app_memory.remember(dataset, Before(has_groups, mine, Active(active.exclude, paths)))


def hide_decisions(dataset: fo.Dataset) -> None:
    """Leaves decisions undrawn until users switch them on; all else is shown as before."""
    with changing_app_config(dataset) as config:
        _hide_decisions(dataset, config)


def _hide_decisions(dataset: fo.Dataset, config: fo.DatasetAppConfig) -> None:
    active = config.active_fields
    if active is not None and active.exclude:
        paths = list(dict.fromkeys([*active.paths, *_decisions(dataset)]))
        config.active_fields = fo.ActiveFields(exclude=True, paths=paths)
    elif active is None or not active.paths:
        paths = [path for path in _labels(dataset) if path not in _decisions(dataset)]
        config.active_fields = fo.ActiveFields(paths=paths)


def show_suggestions(dataset: fo.Dataset, path: str) -> None:
    """Draws a new field of suggestions where all labels are drawn but decisions."""
    with changing_app_config(dataset) as config:
        active = config.active_fields
        if active is None or active.exclude or path in active.paths:
            return
        if {*active.paths, path, *_decisions(dataset)} == set(_labels(dataset)):
            config.active_fields = fo.ActiveFields(paths=[*active.paths, path])


def forget_paths(dataset: fo.Dataset, paths: Sequence[str]) -> None:
    """Takes fields out of the App configuration, and the plugin's group with the last of them.

    Then it is what it was before the first of them, but for what the user has changed since.
    """
    if not paths:
        return
    with changing_app_config(dataset) as config:
        had_group = _has_group(config)
        if config.sidebar_groups is not None:
            groups = _groups(dataset, config)
            _remove(groups, paths)
            config.sidebar_groups = [
                group for group in groups if group.name != GROUP or group.paths
            ]
        active = config.active_fields
        if active is not None and active.paths:
            kept = [path for path in active.paths if path not in paths]
            # All labels are shown without a list, too.
            is_needed = active.exclude or set(kept) != set(_labels(dataset))
            shown = fo.ActiveFields(exclude=active.exclude, paths=kept) if is_needed else None
            config.active_fields = shown
        if had_group and not _has_group(config):
            _restore(dataset, config, active)


def rename_paths(dataset: fo.Dataset, new_paths: Mapping[str, str]) -> None:
    """Renames fields in the App configuration, where they are in it."""
    with changing_app_config(dataset) as config:
        if config.sidebar_groups is not None:
            groups = _groups(dataset, config)
            for group in groups:
                group.paths = [new_paths.get(path, path) for path in group.paths]
            config.sidebar_groups = groups
        active = config.active_fields
        if active is not None and active.paths:
            paths = [new_paths.get(path, path) for path in active.paths]
            config.active_fields = fo.ActiveFields(exclude=active.exclude, paths=paths)


def _restore(
    dataset: fo.Dataset, config: fo.DatasetAppConfig, active: fo.ActiveFields | None
) -> None:
    """Gives a dataset back what it had before the plugin's fields, where it is as they left it.

    Args:
        dataset: without these fields.
        config: of the App, to be changed.
        active: its list of fields when they were still there.
    """
    before = app_memory.remembered(dataset)
    if before is None:
        return
    app_memory.forget(dataset)
    made = None if active is None else Active(active.exclude, active.paths or [])
    if _is_as_made(dataset, made, before):
        mine = before.active
        config.active_fields = (
            None if mine is None else fo.ActiveFields(exclude=mine.exclude, paths=mine.paths)
        )
    if not before.has_groups and _are_default(dataset, config):
        config.sidebar_groups = None
    if _decisions(dataset):
        _hide_decisions(dataset, config)


def _has_group(config: fo.DatasetAppConfig) -> bool:
    """Whether the sidebar has the plugin's group."""
    return any(group.name == GROUP for group in config.sidebar_groups or ())


def _without_runs(dataset: fo.Dataset, paths: Sequence[str]) -> list[str]:
    """Those of some paths that no run wrote."""
    declared = schema.declared(dataset)
    return [path for path in paths if not marked_key(declared.get(path, {}).get("info"), path)]


def _is_as_made(dataset: fo.Dataset, active: Active | None, before: Before) -> bool:
    """Whether a list is the one that the plugin made, but for fields that came or went by runs."""
    there = set(schema.declared(dataset)).difference(_decisions(dataset))
    made = before.made
    return (
        active is not None
        and bool(active.exclude) == bool(made.exclude)
        and there.intersection(active.paths) == there.intersection(made.paths)
    )


def _are_default(dataset: fo.Dataset, config: fo.DatasetAppConfig) -> bool:
    """Whether the groups are FiftyOne's, of the fields that they have."""
    groups = [(group.name, list(group.paths)) for group in config.sidebar_groups]
    listed = {path for _, paths in groups for path in paths}
    default = fo.DatasetAppConfig.default_sidebar_groups(dataset)
    return groups == [
        (group.name, [path for path in group.paths if path in listed]) for group in default
    ]


def _groups(dataset: fo.Dataset, config: fo.DatasetAppConfig) -> list[fo.SidebarGroupDocument]:
    configured = config.sidebar_groups
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
