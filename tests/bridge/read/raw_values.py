"""Documents as nobody should write them: whatever MongoDB stores, where FiftyOne expects labels."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bson import Code, Decimal128, Int64, MaxKey, MinKey, ObjectId, Regex, Timestamp
from bson.datetime_ms import DatetimeMS
from hypothesis import strategies as st

Document = dict[str, Any]

BOX = [0.1, 0.2, 0.3, 0.4]

numbers = st.one_of(
    st.sampled_from([0, 1, -1, 0.5, -0.0, 5e-324, 1e154, 1e308, -1e308, 97.0, 640, 10**9]),
    st.sampled_from([float("nan"), float("inf"), float("-inf"), Int64(2**62), True, False]),
    st.sampled_from([Decimal128(text) for text in ("0.5", "NaN", "sNaN", "Infinity", "1E+6000")]),
)
scalars = st.one_of(
    numbers,
    st.none(),
    st.sampled_from(["", " ", "cat", "0.5", "false", "1", "x" * 5000, "\u0000", "é", "$x", "a.b"]),
    st.binary(max_size=5),
    st.sampled_from(
        [datetime(1970, 1, 1), datetime.max, DatetimeMS(2**60), ObjectId(), Timestamp(1, 1)]
    ),
    st.sampled_from([MinKey(), MaxKey(), Regex("x"), Code("x")]),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.sampled_from(["detections", "label", "value", "_id"]), inner),
    ),
    max_leaves=6,
)
boxes = st.one_of(
    values,
    st.lists(scalars, min_size=3, max_size=6),
    st.lists(numbers, min_size=4, max_size=4),
    st.sampled_from([[64, 48, 128, 96], [0.1, 0.1, 0.0, 0.1], [0.5, 0.5, -0.1, 0.1], BOX[:3]]),
)
probabilities = st.one_of(
    values, st.lists(numbers, min_size=3, max_size=3), st.just([0.1, 0.8, 0.1])
)
flags = st.one_of(values, st.just({"iscrowd": {"value": "yes"}}))

ATTRIBUTES = {
    "_id": values,
    "label": values,
    "bounding_box": boxes,
    "confidence": values,
    "iscrowd": values,
    "attributes": flags,
    "probs": probabilities,
    "logits": probabilities,
    "_cls": values,
    "tags": values,
}
REMOVED = object()


@st.composite
def detections(draw: st.DrawFn) -> Any:
    """A detection of which something is wrong, or that is none."""
    if draw(st.integers(0, 5)) == 0:
        return draw(values)
    document: Document = {
        "_id": ObjectId(),
        "_cls": "Detection",
        "label": draw(st.sampled_from(["cat", "dog", "fish"])),
        "bounding_box": BOX,
        "confidence": 0.9,
    }
    for name in draw(st.sets(st.sampled_from(list(ATTRIBUTES)), min_size=1, max_size=3)):
        value = draw(st.one_of(ATTRIBUTES[name], st.just(REMOVED)))
        if value is REMOVED:
            document.pop(name, None)
        else:
            document[name] = value
    return document


@st.composite
def unusable_detections(draw: st.DrawFn) -> Any:
    """A detection that cannot be scored, whatever else it holds."""
    document = draw(detections())
    if isinstance(document, dict):
        document["bounding_box"] = draw(st.sampled_from([None, "x", [], BOX[:3], [1e300] * 4]))
    return document


def fields(detection: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """What may stand where a field of labels is expected."""
    lists = st.lists(detection, max_size=4)
    of_labels = st.builds(lambda found: {"_cls": "Detections", "detections": found}, lists)
    no_lists = st.builds(lambda value: {"_cls": "Detections", "detections": value}, scalars)
    return st.one_of(of_labels, of_labels, of_labels, no_lists, values, lists)


@st.composite
def samples(draw: st.DrawFn, detection: st.SearchStrategy[Any]) -> Document:
    """Fields of a sample in which something is wrong."""
    document: Document = {
        "ground_truth": draw(fields(detection)),
        "predictions": draw(fields(detection)),
    }
    if draw(st.integers(0, 19)) == 0:
        sizes = st.fixed_dictionaries({"width": values, "height": values})
        document["metadata"] = draw(st.one_of(values, sizes))
    if draw(st.integers(0, 9)) == 0:
        document["last_modified_at"] = draw(values)
    return document
