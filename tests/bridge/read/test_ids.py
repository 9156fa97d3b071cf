from __future__ import annotations

import pickle

from bson import ObjectId

from odquality.bridge.read.ids import Ids


def test_ids_come_back_in_order_and_none_stays_none():
    given = [ObjectId(), None, ObjectId()]
    ids = Ids(given)
    assert [ids[row] for row in range(len(ids))] == given


def test_ids_survive_a_spool():
    given = ObjectId()
    assert pickle.loads(pickle.dumps(Ids([given])))[0] == given


def test_no_ids():
    assert len(Ids([])) == 0
