"""Parts of labels as decisions keep them: exact, and not taken for labels by FiftyOne."""

from __future__ import annotations

from typing import Any

from bson import json_util
from bson.codec_options import DatetimeConversion

Document = dict[str, Any]


def to_text(document: Document | None) -> str | None:
    """A document as Extended JSON, in which every type of the database has a form of its own."""
    if document is None:
        return None
    return json_util.dumps(document, json_options=json_util.CANONICAL_JSON_OPTIONS)


def from_text(text: Any) -> Document | None:
    """The document in a text; None for what is no text."""
    if not isinstance(text, str):
        return None
    document: Document = json_util.loads(text, json_options=_OPTIONS)
    return document


def same(one: Any, other: Any) -> bool:
    """Whether two values of the database are the same; a number that is none is itself."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other or (one != one and other != other))


# Times without a zone, also those beyond Python's, as they are read from the database.
_OPTIONS = json_util.JSONOptions(
    json_mode=json_util.JSONMode.CANONICAL,
    tz_aware=False,
    tzinfo=None,
    datetime_conversion=DatetimeConversion.DATETIME_AUTO,
)
