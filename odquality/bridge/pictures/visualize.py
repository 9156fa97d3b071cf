"""Draws a sample with its labels, its predictions and what a run suspects."""

from __future__ import annotations

import os
from collections.abc import Mapping

import fiftyone as fo
from bson import ObjectId
from fiftyone.core.collections import SampleCollection
from fiftyone.core.sample import SampleView

from odquality.bridge.pictures.boxes import (
    ATTRIBUTES,
    LEAST_CONFIDENCE,
    Document,
    error_box,
    has_box,
    likely,
    named_box,
    places_of,
)
from odquality.bridge.review.issue import ReviewIssue
from odquality.bridge.review.listing import find_issue
from odquality.bridge.run.lookup import find_run
from odquality.bridge.run.run_paths import RunPaths
from odquality.bridge.run.worst import worst_first
from odquality.bridge.store.samples import (
    all_samples,
    check_collection,
    collection_of,
    dataset_of,
)
from odquality.core.parameters import number, shown
from odquality.drawing.boxes import RelativeBox, SuspectedError
from odquality.drawing.frame import around_all
from odquality.drawing.images import RgbArray, read_image, save_image
from odquality.drawing.scene import DEFAULT_SIZE, draw_scene


def visualize(
    samples: SampleCollection | fo.Sample | SampleView,
    key: str,
    *,
    issue: ReviewIssue | fo.Detection | str | None = None,
    around: RelativeBox | None = None,
    surroundings: float = 0.75,
    min_confidence: float = LEAST_CONFIDENCE,
    size: int = DEFAULT_SIZE,
    legend: bool = True,
    save_as: str | os.PathLike[str] | None = None,
) -> RgbArray:
    """A picture of a sample with its labels, its predictions and what a run suspects.

    Labels have solid grey lines, predictions thin dotted ones. What is suspected has the colour of
    its kind of error: a solid line around the label as it is, a dashed one around the box that it
    should have; with it stand its class, the class that it should have, and the probability. Of
    runs that suggest nothing, ObjectLab's for one, labels and predictions are drawn.

    In a notebook ``PIL.Image.fromarray(odquality.visualize(...))`` shows the picture.

    Args:
        samples: a sample; or a dataset or view, of which the sample to review first is drawn, or
            the one with the issue.
        key: of the run.
        issue: the issue of a review or its id, or the suggestion or its id, to draw alone with its
            surroundings; all suggestions if None.
        around: a box ``x, y, width, height``, as shares of the image's width and height, of which
            only the surroundings are drawn.
        surroundings: what is drawn on each side of that box or issue at least, as a share of its
            longest side.
        min_confidence: least confidence of the predictions that are drawn, in [0, 1].
        size: of the longest side of the picture without the legend, in pixels; smaller images are
            enlarged to it, larger ones reduced.
        legend: whether to explain the lines below the picture.
        save_as: file that the picture is also written to; its ending tells the format.

    Returns:
        (H, W, 3) uint8, red, green and blue.

    Raises:
        ValueError: there is no such run or issue; the sample is in no dataset, or nothing can be
            read from its file; or an argument is out of its range.
        OSError: the file cannot be written.
    """
    least = number("min_confidence", min_confidence, 0, 1)
    collection = _collection_of(samples)
    record = find_run(collection, key)
    paths = RunPaths.of(dataset_of(collection), record)
    if isinstance(issue, str) and "/" in issue:
        issue = find_issue(collection, key, named := issue)
        if issue is None:
            raise _no_issue(named, key)
    sample = samples
    if isinstance(samples, SampleCollection):
        paths.check_shown(samples)
        sample = _sample_of(samples, key, paths, issue)
    paths.check_shown(sample)
    labels = {name: named_box(one) for name, one in _detections(sample, paths.labels).items()}
    suspected: dict[str, SuspectedError] = {
        name: error_box(one, labels.get(str(one.get("label_id"))))
        for name, one in _detections(sample, paths.suggestions).items()
    }
    errors = list(suspected.values())
    if issue is not None:
        errors = [_chosen(issue, key, suspected)]
        around = around_all(places_of(errors[0])) if around is None else around
    picture = draw_scene(
        read_image(sample.filepath),
        labels=labels.values(),
        predictions=likely(_detections(sample, paths.predictions).values(), least),
        errors=errors,
        around=around,
        surroundings=surroundings,
        size=size,
        legend=legend,
    )
    if save_as is not None:
        save_image(picture, save_as)
    return picture


def _collection_of(samples: object) -> SampleCollection:
    """The dataset or view, or that which a sample is of.

    Raises:
        ValueError: it is none of these.
    """
    if not isinstance(samples, (fo.Sample, SampleView)):
        return check_collection(samples)
    if not samples.in_dataset:
        raise ValueError("samples is a sample that is in no dataset, so there is no run on it")
    return collection_of(samples)


def _sample_of(
    samples: SampleCollection, key: str, paths: RunPaths, issue: object
) -> fo.Sample | SampleView:
    """The sample with an issue, or the one to review first.

    Raises:
        ValueError: there is none.
    """
    samples = all_samples(samples)
    if issue is None:
        first = worst_first(samples, key).limit(1)
        if not len(first):
            raise ValueError(
                f"samples has none that run {key!r} scored; score them, or pass the dataset"
            )
        return first.first()
    if isinstance(issue, ReviewIssue):
        found = samples.select(issue.sample_id)
    elif paths.suggestions is not None and ObjectId.is_valid(_id_of(issue)):
        found = samples.match_labels(ids=[_id_of(issue)], fields=_field(paths.suggestions))
    else:
        raise _no_issue(issue, key)
    if not len(found):
        raise _no_issue(issue, key)
    return found.first()


def _chosen(issue: object, key: str, suspected: Mapping[str, SuspectedError]) -> SuspectedError:
    """The issue of a review as it is, which may be decided; or a suggestion of the sample.

    Raises:
        ValueError: there is no such suggestion.
    """
    if isinstance(issue, ReviewIssue):
        return issue
    if _id_of(issue) not in suspected:
        raise _no_issue(issue, key)
    return suspected[_id_of(issue)]


def _id_of(issue: object) -> str:
    found = issue.id if isinstance(issue, fo.Detection) else issue
    if not isinstance(found, str):
        raise ValueError(f"issue is {shown(issue)}; expected an issue or suggestion, or its id")
    return found


def _no_issue(issue: object, key: str) -> ValueError:
    name = issue.id if isinstance(issue, (fo.Detection, ReviewIssue)) else issue
    return ValueError(f"issue is {name!r}; run {key!r} has no such suggestion on these samples")


def _field(path: str) -> str:
    return path.rpartition(".")[0]


def _detections(sample: fo.Sample | SampleView, path: str | None) -> dict[str, Document]:
    """What is drawn of the detections in a list that have a box, by their ids."""
    value = None if path is None else sample.get_field(_field(path))
    found = {} if value is None else {one.id: _document(one) for one in value.detections or []}
    return {name: one for name, one in found.items() if has_box(one)}


def _document(detection: fo.Detection) -> Document:
    """A detection with what it has of the attributes; runs of earlier versions wrote fewer."""
    return {name: detection[name] for name in ATTRIBUTES if detection.has_field(name)}
