"""Reads samples under review and sends their updates, in bulk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from bson import ObjectId
from pymongo import UpdateOne

from odquality.bridge.review.sample import ReviewedSample, columns
from odquality.bridge.review.target import ReviewTarget
from odquality.bridge.store import database
from odquality.bridge.store.waiting import waiting_for

Wish = TypeVar("Wish")

# Samples that are read and updated at a time.
SAMPLES_AT_ONCE = 1000

# Where others are faster to change a sample it is read again, this often at most.
_MAX_TRIES = 5


def carry_out(
    target: ReviewTarget,
    wishes: Mapping[str, Sequence[Wish]],
    plan: Callable[[ReviewedSample, Wish], UpdateOne],
    is_done: Callable[[ReviewedSample, Wish], bool],
) -> tuple[list[tuple[ReviewedSample, Wish]], list[tuple[Wish, str]]]:
    """Does what is wished for on samples, each in an update of its own.

    Args:
        target: the fields.
        wishes: by the id of the sample, in the order in which to do them.
        plan: makes the update for a wish, or raises `RefusedError`, a ``ValueError``.
        is_done: whether a sample, read again, shows that a wish was fulfilled.

    Returns:
        The wishes that were fulfilled, with their samples as they are then; and the others with the
        reason.
    """
    done: list[tuple[ReviewedSample, Wish]] = []
    refused: list[tuple[Wish, str]] = []
    number = sum(map(len, wishes.values()))
    with waiting_for(f"Deciding on {number:,} issues") as reached:
        for part in _parts(wishes):
            _carry_out(target, part, plan, is_done, done, refused)
            reached(f"{len(done) + len(refused):,} so far")
    ids = [sample.document["_id"] for sample, _ in done]
    database.refresh_loaded_samples(target.dataset, list(dict.fromkeys(ids)))
    return done, refused


def _carry_out(
    target: ReviewTarget,
    part: dict[str, list[Wish]],
    plan: Callable[[ReviewedSample, Wish], UpdateOne],
    is_done: Callable[[ReviewedSample, Wish], bool],
    done: list[tuple[ReviewedSample, Wish]],
    refused: list[tuple[Wish, str]],
) -> None:
    """Does what is wished for on some samples, and adds what was done and refused to the others."""
    first = len(done)
    for _ in range(_MAX_TRIES):
        samples = read(target, part)
        planned: list[tuple[ReviewedSample, Wish]] = []
        updates = []
        for name, wish in _each(part):
            try:
                if name not in samples:
                    raise ValueError("its sample is not there (any more)")
                updates.append(plan(samples[name], wish))
                planned.append((samples[name], wish))
            except ValueError as error:
                refused.append((wish, str(error)))
        matched = database.update_each(target.dataset, updates)
        part = {}
        if matched == len(updates):
            done += planned
            break
        now = read(target, {sample.name for sample, _ in planned})
        for sample, wish in planned:
            seen = now.get(sample.name)
            if seen is not None and is_done(seen, wish):
                done.append((seen, wish))
            else:
                part.setdefault(sample.name, []).append(wish)
    why = "others change its sample again and again"
    refused += [(wish, why) for _, wish in _each(part)]
    for sample, _ in done[first:]:
        # All that takes much memory, and nobody asks for it any more.
        sample.labels = []


def read(target: ReviewTarget, names: Iterable[str]) -> dict[str, ReviewedSample]:
    """Samples by their ids, those that there are."""
    ids = [ObjectId(name) for name in names if ObjectId.is_valid(name)]
    found = database.find_columns(target.dataset, ids, columns(target))
    return {str(one): ReviewedSample(target, document) for one, document in found.items()}


def _parts(wishes: Mapping[str, Sequence[Wish]]) -> Iterator[dict[str, list[Wish]]]:
    names = list(wishes)
    for start in range(0, len(names), SAMPLES_AT_ONCE):
        yield {name: list(wishes[name]) for name in names[start : start + SAMPLES_AT_ONCE]}


def _each(wishes: Mapping[str, Sequence[Wish]]) -> Iterator[tuple[str, Wish]]:
    """Every wish with the id of its sample."""
    return ((name, wish) for name, wanted in wishes.items() for wish in wanted)
