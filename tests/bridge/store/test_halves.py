"""An update of most samples changes each of them once."""

from __future__ import annotations

import fiftyone as fo
import pytest

from odquality.bridge.store.halves import update_most
from tests.bridge.conftest import MakeDataset


@pytest.mark.parametrize("number", [0, 1, 8])
def test_every_sample_is_updated_once(make_dataset: MakeDataset, number: int) -> None:
    dataset = make_dataset([fo.Sample(f"/{rank}.jpg", rank=rank) for rank in range(number)])
    collection = dataset._sample_collection
    collection.insert_one({"_id": "no id of FiftyOne's", "rank": 0})
    add_one = [{"$set": {"rank": {"$add": ["$rank", 1]}}}]
    before = {row["_id"]: row["rank"] for row in collection.find()}
    assert update_most(dataset, {"rank": {"$gte": 0}}, add_one) == number + 1
    after = {row["_id"]: row["rank"] for row in collection.find()}
    assert after == {name: rank + 1 for name, rank in before.items()}
    assert update_most(dataset, {"rank": -1}, add_one) == 0
