"""Values and counts handed from one process to another through the database, which both reach.

A value may be larger than a document. Who hands over the same value twice, or half of it before it
dies, does no harm; and what nobody deletes goes after a week. Values are pickled: whoever may write
to the database may run code in the processes that take them.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterable
from functools import cache
from typing import Any

import fiftyone.core.odm as foo
from bson import ObjectId

from odquality.bridge.store.times import utc_now

_COLLECTION = "odquality.exchange"
_BYTES_PER_PIECE = 8 << 20
_SECONDS_KEPT = 7 * 24 * 3600


def put(slot: ObjectId, value: Any) -> None:
    """Puts a value into a slot, for `take`.

    Args:
        slot: an id that both know.
        value: anything that can be pickled.
    """
    content = pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)
    starts = range(0, len(content), _BYTES_PER_PIECE)
    common = {"slot": slot, "copy": ObjectId(), "of": len(starts), "made": utc_now()}
    for number, start in enumerate(starts):
        piece = content[start : start + _BYTES_PER_PIECE]
        _pieces().insert_one({**common, "number": number, "content": piece})


def take(slot: ObjectId) -> Any:
    """The value in a slot, which stays there.

    Raises:
        LookupError: there is none.
    """
    copies: dict[ObjectId, list[Any]] = {}
    for piece in _pieces().find({"slot": slot}, {"content": 0}).sort("number", 1):
        copies.setdefault(piece["copy"], []).append(piece)
    for pieces in copies.values():
        if len(pieces) == pieces[0]["of"]:
            found = (_pieces().find_one({"_id": piece["_id"]}) for piece in pieces)
            return pickle.loads(b"".join(one["content"] for one in found))
    raise LookupError("nothing was handed over")


def count(slot: ObjectId, item: int, amount: int) -> None:
    """Adds an amount to what a slot has counted, once for each item however often this is called.

    Args:
        slot: an id that both know, with no value in it.
        item: a number that stands for what is counted, in [0, 2**63).
        amount: of it.
    """
    # An id that tells the item: two who count the same one make one document.
    counted = {"slot": slot, "amount": amount, "made": utc_now()}
    _pieces().replace_one({"_id": {"slot": slot, "item": item}}, counted, upsert=True)


def counted(slot: ObjectId) -> int:
    """What a slot has counted so far."""
    total = [{"$match": {"slot": slot}}, {"$group": {"_id": None, "sum": {"$sum": "$amount"}}}]
    return next((int(found["sum"]) for found in _pieces().aggregate(total)), 0)


def empty(slots: Iterable[ObjectId]) -> None:
    """Deletes all that is in some slots."""
    _pieces().delete_many({"slot": {"$in": list(slots)}})


def _pieces() -> Any:
    collection = foo.get_db_conn()[_COLLECTION]
    _make_indexes(collection.database.name)
    return collection


@cache
def _make_indexes(database: str) -> None:
    """Makes the indexes, once per process."""
    collection = foo.get_db_conn()[_COLLECTION]
    collection.create_index("slot")
    collection.create_index("made", expireAfterSeconds=_SECONDS_KEPT)
