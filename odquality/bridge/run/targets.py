"""Checks what a run is asked to score before anything is read or written."""

from __future__ import annotations

import fiftyone as fo
from fiftyone.core.collections import SampleCollection

from odquality.bridge.store.database import is_generated

GENERATED_ADVICE = (
    "its samples are made from those of another dataset. Score the samples they come from, or "
    "make a dataset of them first: view.clone()"
)


def detections_fields(samples: SampleCollection) -> list[str]:
    """Paths of the fields of type Detections, in the order of the schema."""
    schema = samples.get_field_schema(flat=True, embedded_doc_type=fo.Detections)
    return list(schema)


def check_samples(samples: object) -> None:
    """Checks that samples are images one can score.

    Raises:
        ValueError: says what else they are and what to do.
    """
    if not isinstance(samples, SampleCollection):
        raise ValueError(
            f"samples is a {type(samples).__name__}; expected a FiftyOne dataset or view"
        )
    if is_generated(samples):
        raise ValueError(f"samples is a {type(samples).__name__}: {GENERATED_ADVICE}")
    media_type = samples.media_type
    if media_type == fo.core.media.GROUP:
        slices = ", ".join(map(repr, samples.group_slices or ()))
        raise ValueError(
            "samples is grouped; choose a slice of images, for instance by "
            f"samples.select_group_slices(name) (slices: {slices})"
        )
    if media_type == fo.core.media.VIDEO:
        raise ValueError(
            "samples holds videos; score their frames as images: "
            "samples.to_frames(sample_frames=True).clone()"
        )
    # Files without an extension are of an unknown type.
    if media_type not in (fo.core.media.IMAGE, fo.core.media.UNKNOWN, None):
        raise ValueError(f"samples holds media of type {media_type!r}; expected images")


def check_field(samples: SampleCollection, argument: str, path: str) -> None:
    """Checks that a path leads to a Detections field.

    Raises:
        ValueError: names the argument and the fields that would do.
    """
    candidates = detections_fields(samples)
    if path in candidates:
        return
    found = samples.get_field(path) if isinstance(path, str) and path else None
    if found is None:
        problem = "which does not exist"
    else:
        document_type = getattr(found, "document_type", None)
        problem = f"a field of type {(document_type or type(found)).__name__}"
    hint = f"one of {candidates}" if candidates else "one, but the dataset has none"
    raise ValueError(f"{argument} is {path!r}, {problem}; expected a Detections field: {hint}")
