"""Checks what a run is asked to score before anything is read or written."""

from __future__ import annotations

import fiftyone as fo
from fiftyone.core.clips import ClipsView
from fiftyone.core.collections import SampleCollection

from odquality.bridge.store.marks import is_own
from odquality.bridge.store.names import OF_DETECTIONS
from odquality.bridge.store.samples import (
    check_collection,
    dataset_of,
    is_dynamic_groups,
    is_generated,
    is_patches,
)
from odquality.core.parameters import shown

_PATCHES_ADVICE = (
    "each of its samples is one box. Score the samples that they come from: "
    'fo.load_dataset(samples.dataset_name).select(samples.distinct("sample_id"))'
)
_FRAME_PATCHES_ADVICE = (
    "each of its samples is one box of a frame. Score the frames: "
    "fo.load_dataset(samples.dataset_name).to_frames(sample_frames=True).clone()"
)
_FRAMES_ADVICE = (
    "its samples are made from the frames of videos. Score a dataset of them: samples.clone()"
)
_VIDEO_ADVICE = "score their frames as images: samples.to_frames(sample_frames=True).clone()"
_DYNAMIC_GROUPS_ADVICE = "score its samples without the groups: samples.flatten()"
_IMAGES = (fo.core.media.IMAGE, fo.core.media.UNKNOWN, None)


def detections_fields(samples: SampleCollection) -> list[str]:
    """Paths of the fields of type Detections that no run of this plugin wrote, in schema order."""
    schema = samples.get_field_schema(flat=True, embedded_doc_type=fo.Detections)
    return [path for path, field in schema.items() if not is_own(field)]


def check_samples(given: object) -> None:
    """Checks that samples are images one can score.

    Raises:
        ValueError: says what else they are and what to do.
    """
    samples = check_collection(given)
    advice = _advice(samples)
    if advice:
        raise ValueError(f"samples is a {type(samples).__name__}: {advice}")
    media_type = samples.media_type
    if media_type == fo.core.media.GROUP:
        raise ValueError(f"samples is grouped: {_slice_advice(samples)}")
    if media_type == fo.core.media.VIDEO:
        raise ValueError(f"samples holds videos; {_VIDEO_ADVICE}")
    # Files without an extension are of an unknown type.
    if media_type not in _IMAGES:
        raise ValueError(f"samples holds media of type {media_type!r}; expected images")


def check_field(samples: SampleCollection, argument: str, path: object) -> None:
    """Checks that a path leads to a Detections field.

    Raises:
        ValueError: names the argument and the fields that would do.
    """
    candidates = detections_fields(samples)
    if path in candidates:
        return
    found = samples.get_field(path) if isinstance(path, str) and path else None
    document_type = getattr(found, "document_type", None)
    if found is None:
        problem = "which does not exist"
    elif is_own(found):
        problem = "which a run of this plugin wrote"
    else:
        problem = f"a field of type {(document_type or type(found)).__name__}"
    if document_type is fo.Detection:
        problem += " (a sample of patches is one box; score the dataset that has them all)"
    hint = f"one of {candidates}" if candidates else "one, but the dataset has none"
    raise ValueError(f"{argument} is {shown(path)}, {problem}; expected a Detections field: {hint}")


def check_attribute(
    samples: SampleCollection, argument: str, field: str, attribute: object
) -> None:
    """Checks that something can name an attribute of the detections of a field, or is None.

    Raises:
        ValueError: names the argument and says what was expected.
    """
    if attribute is None:
        return
    if not isinstance(attribute, str) or not attribute.strip() or set(attribute) & set("$.\0"):
        raise ValueError(
            f"{argument} is {shown(attribute)}; expected the name of an attribute of the "
            f"detections in {field!r}, without '$' and '.', or None"
        )
    own = is_own(samples.get_field(f"{field}.detections.{attribute}"))
    if own or attribute in OF_DETECTIONS:
        what = "a run of this plugin wrote" if own else "means something else"
        raise ValueError(
            f"{argument} is {attribute!r}, an attribute that {what}; expected another, or None"
        )


def _advice(samples: SampleCollection) -> str | None:
    """What to score instead of a view whose samples are no samples of a dataset."""
    if is_dynamic_groups(samples):
        if samples.flatten().media_type != fo.core.media.GROUP:
            return _DYNAMIC_GROUPS_ADVICE
        first = "" if samples.group_media_types is None else "take samples.flatten(), and "
        return f"samples is grouped: {first}{_slice_advice(samples)}"
    if not is_generated(samples):
        return None
    if is_patches(samples):
        return _FRAME_PATCHES_ADVICE if samples.has_field("frame_id") else _PATCHES_ADVICE
    if isinstance(samples, ClipsView):
        return f"its samples are parts of videos; {_VIDEO_ADVICE}"
    return _FRAMES_ADVICE


def _slice_advice(samples: SampleCollection) -> str:
    media_types, grouped = samples.group_media_types, "samples"
    if media_types is None:
        # A slice that a view groups by something else does not tell that it is one.
        media_types = dataset_of(samples).group_media_types or {}
        grouped = "fo.load_dataset(samples.dataset_name)"
    images = [name for name, media_type in media_types.items() if media_type in _IMAGES]
    if not images:
        return f"none of its slices holds images: {media_types}"
    slices = ", ".join(map(repr, images))
    return (
        f"choose a slice of images: {grouped}.select_group_slices({images[0]!r}) (slices: {slices})"
    )
