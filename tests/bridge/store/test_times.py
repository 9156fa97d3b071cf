from __future__ import annotations

from datetime import datetime, timedelta, timezone

from bson import decode, encode

from odquality.bridge.store.times import utc_now


def test_the_time_reads_as_it_was_written() -> None:
    now = utc_now()
    assert decode(encode({"now": now})) == {"now": now}


def test_it_is_the_time_in_utc() -> None:
    now = utc_now().replace(tzinfo=timezone.utc)
    assert abs(datetime.now(timezone.utc) - now) < timedelta(seconds=10)
