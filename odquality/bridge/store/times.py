"""The time as the database keeps it."""

from __future__ import annotations

from datetime import datetime, timezone


def utc_now() -> datetime:
    """The time in UTC without a zone, in milliseconds: what is written reads the same again."""
    now = datetime.now(timezone.utc).replace(tzinfo=None)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)
