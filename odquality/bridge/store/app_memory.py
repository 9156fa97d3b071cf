"""What the App showed of a dataset before the plugin's fields came; kept beside the dataset."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import fiftyone as fo

from odquality.bridge.store.memory import memory_of

_KEY = "app_before"


@dataclass(frozen=True)
class Active:
    """A list of fields that are drawn, or of those that are not.

    Attributes:
        exclude: whether it lists those that are not.
        paths: of the fields.
    """

    exclude: bool | None
    paths: Sequence[str]

    @classmethod
    def of(cls, config: fo.DatasetAppConfig) -> Active | None:
        """That of an App configuration; None if it has no list of its own."""
        found = config.active_fields
        return None if found is None else cls(found.exclude, list(found.paths or ()))


@dataclass(frozen=True)
class Before:
    """The App's configuration without the fields of runs.

    Attributes:
        has_groups: whether the dataset had groups of its own in the sidebar.
        active: its list of fields; None if it had none.
        made: the list that the plugin made of that.
    """

    has_groups: bool
    active: Active | None
    made: Active


def remember(dataset: fo.Dataset, before: Before) -> None:
    """Keeps what there was."""
    memory_of(dataset).set(_KEY, asdict(before))


def remembered(dataset: fo.Dataset) -> Before | None:
    """What there was; None if that is not known, as in a clone."""
    found: dict[str, Any] | None = memory_of(dataset).get(_KEY)
    if found is None:
        return None
    active = found["active"]
    return Before(
        found["has_groups"], None if active is None else Active(**active), Active(**found["made"])
    )


def forget(dataset: fo.Dataset) -> None:
    """Keeps it no longer."""
    memory_of(dataset).delete(_KEY)
