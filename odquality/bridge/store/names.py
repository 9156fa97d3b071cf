"""Names that fields of samples and labels may have."""

from __future__ import annotations

import keyword
import unicodedata
from collections.abc import Sequence
from inspect import signature
from typing import Any

import fiftyone as fo
from fiftyone.core.sample import SampleView

# What is made of a name ends in more; databases limit names and indexes.
MAX_LENGTH = 100

# Fields of samples of videos and groups, whichever the dataset holds today.
_RESERVED_BY_MEDIA = {"frames", "groups", "sample_id", "frame_number", "media_reference"}


# Attributes that detections have without anybody's adding them.
OF_DETECTIONS = frozenset((*fo.Detection._fields_ordered, "_id", "_cls"))


def check_name(argument: str, name: object, made: Sequence[str] = ()) -> str:
    """Checks that a name can be that of a field.

    Args:
        argument: what the name was given as, for the message.
        name: what was given.
        made: the names that fields get of it; the name itself if empty.

    Raises:
        ValueError: it cannot.
    """
    if not isinstance(name, str) or not name.isidentifier() or keyword.iskeyword(name):
        shown = repr(name) if len(repr(name)) <= MAX_LENGTH else f"{repr(name)[:50]}..."
        raise ValueError(
            f"{argument} is {shown}; expected a name of letters, digits and underscores that does "
            "not begin with a digit"
        )
    if len(name) > MAX_LENGTH:
        raise ValueError(f"{argument} has {len(name):,} characters; expected at most {MAX_LENGTH}")
    if name.startswith("_"):
        raise ValueError(
            f"{argument} is {name!r}; expected a name that does not begin with an underscore"
        )
    if unicodedata.normalize("NFKC", name) != name:
        raise ValueError(
            f"{argument} is {name!r}, which Python spells {unicodedata.normalize('NFKC', name)!r}; "
            f"choose another {argument}"
        )
    reserved = [one for one in made or (name,) if one in _reserved_names()]
    if reserved:
        raise ValueError(
            f"{argument} is {name!r}, but FiftyOne's samples or labels have something of their own "
            f"named {reserved}; choose another {argument}"
        )
    return name


def _reserved_names() -> set[str]:
    """Names that FiftyOne's samples and labels use themselves: attributes, methods, arguments."""
    classes: tuple[Any, ...] = (
        fo.Sample,
        SampleView,
        fo.core.odm.DatasetSampleDocument,
        fo.core.odm.NoDatasetSampleDocument,
        fo.Detection,
        fo.Detections,
    )
    attributes = {name for one in classes for name in dir(one)}
    arguments = {name for one in classes for name in signature(one.__init__).parameters}
    return attributes | arguments | _RESERVED_BY_MEDIA
