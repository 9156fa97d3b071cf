from __future__ import annotations

from datetime import datetime

from bson import Binary, Int64, ObjectId, decode, encode

from odquality.bridge.decisions.texts import from_text, same, to_text


def test_every_type_and_the_order_come_back() -> None:
    document = {
        "_id": ObjectId(),
        "b": Binary(b"\x00mask"),
        "a": [1, Int64(2**40), 0.1, float("inf"), None, True],
        "when": datetime(2026, 1, 2, 3, 4, 5, 6000),
        "nested": {"_cls": "Detection", "z": "é", "a": {}},
    }
    assert encode(from_text(to_text(document)) or {}) == encode(decode(encode(document)))


def test_nothing_is_nothing() -> None:
    assert to_text(None) is None
    assert from_text(None) is None


def test_a_number_that_is_none_is_the_same() -> None:
    nan = float("nan")
    assert same({"a": nan, "b": [nan, {"c": nan}]}, {"b": [nan, {"c": nan}], "a": nan})
    assert not same({"a": nan}, {"a": 0.0})
    assert not same({"a": nan}, {"a": nan, "b": None})
    assert not same([nan], [nan, nan])
    assert not same({"a": 1}, [1])
