"""Takes decisions back and makes them again, in whatever process and after whatever restart."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from fiftyone.core.collections import SampleCollection
from pymongo import UpdateOne

from odquality.bridge.decisions.field import EDITED
from odquality.bridge.decisions.identity import find_same, has_same_evidence, named
from odquality.bridge.decisions.reading import standing
from odquality.bridge.review import learn
from odquality.bridge.review.batches import (
    find_decisions,
    latest,
    of_this_run,
    scorings_of_others,
)
from odquality.bridge.review.changes import Change, RefusedError
from odquality.bridge.review.decide import Issues, decider, listed_ids, target_to_decide
from odquality.bridge.review.issue import ReviewIssue, read_issue
from odquality.bridge.review.listing import MOST
from odquality.bridge.review.outcome import Outcome, Refusal
from odquality.bridge.review.sample import ReviewedSample
from odquality.bridge.review.store import carry_out, read
from odquality.bridge.review.target import ReviewTarget
from odquality.bridge.store.times import utc_now
from odquality.core.parameters import integer, shown

Document = dict[str, Any]


def undo(
    samples: SampleCollection,
    key: str,
    *,
    batches: int = 1,
    batch: str | None = None,
    issues: Issues | None = None,
    by: str | None = None,
) -> Outcome:
    """Takes decisions back: labels are what they were, attribute for attribute.

    Args:
        samples: a dataset or view.
        key: of a run by the calibrated method.
        batches: how many calls of `accept` and the like to take back, the latest first; not those
            on what another run suggests.
        batch: the one to take back instead, as its outcome names it.
        issues: decided issues to take back instead, or their ids.
        by: only what this person decided; anybody's if None.

    Returns:
        What was taken back. What was changed again since is refused, and says so.

    Raises:
        ValueError: as `accept` does, ``batches`` is less than 1, or ``batch`` is no text or one of
            another run.
    """
    target = target_to_decide(samples, key)
    undone = {"undone_at": utc_now(), "turn": uuid4().hex}
    chosen, unknown = _chosen(target, batches, batch, issues, by, undone=False)

    def plan(sample: ReviewedSample, wish: Document) -> UpdateOne:
        made = next((one for one in standing(sample.decisions) if one["_id"] == wish["_id"]), None)
        if made is None:
            raise RefusedError("it is taken back already")
        if made.get("batch") != wish.get("batch"):
            raise RefusedError("it is taken back already, and was decided anew")
        return sample.reopen(made, undone)

    def is_done(sample: ReviewedSample, wish: Document) -> bool:
        return any(one["_id"] == wish["_id"] for one in _turned_by(sample, undone))

    outcome = _turned(target, chosen, plan, is_done, change=-1)
    return replace(outcome, refused=(*outcome.refused, *unknown))


def redo(
    samples: SampleCollection,
    key: str,
    *,
    batches: int = 1,
    batch: str | None = None,
    issues: Issues | None = None,
    by: str | None = None,
) -> Outcome:
    """Makes decisions again that were taken back, with the same changes of the labels.

    Args:
        samples: a dataset or view.
        key: of a run by the calibrated method.
        batches: how many of those that were taken back to make again, the latest taken back first.
        batch: the one to make again instead, as its outcome names it.
        issues: issues to decide on again instead, or their ids.
        by: only what this person had decided; anybody's if None.

    Returns:
        What was done. What changed since is refused, and says so: the label, or what is suggested.

    Raises:
        ValueError: as `accept` does, ``batches`` is less than 1, or ``batch`` is no text or one of
            another run.
    """
    target = target_to_decide(samples, key)
    again = {"undone_at": None, "turn": uuid4().hex}
    chosen, unknown = _chosen(target, batches, batch, issues, by, undone=True)
    decided_at = _one_after_the_other(chosen, utc_now())

    def plan(sample: ReviewedSample, wish: Document) -> UpdateOne:
        suggestion = find_same(wish, sample.suggestions)
        if suggestion is None:
            raise RefusedError("it is not suggested (any more)")
        if not has_same_evidence(suggestion, wish):
            raise RefusedError("something else is suggested of it now; decide on that")
        kept = {name: wish[name] for name in ("status", "decided_by", "batch")}
        decision = {
            **kept,
            "decided_at": decided_at[wish["batch"]],
            **again,
            # It is made again on what this one suggests.
            "scoring": target.scoring,
        }
        change = Change.from_text(wish)
        if change.is_addition:
            target.check_missing(dict(suggestion), sample.labels)
        is_edit = wish["status"] == EDITED
        if is_edit and target.edit_of(dict(suggestion), sample.labels) is None:
            raise RefusedError("nobody has edited its label, as it is now")
        return sample.close(dict(suggestion), change, decision, again=wish)

    def is_done(sample: ReviewedSample, wish: Document) -> bool:
        return find_same(wish, _turned_by(sample, again)) is not None

    outcome = _turned(target, chosen, plan, is_done, change=1)
    return replace(outcome, refused=(*outcome.refused, *unknown))


def _one_after_the_other(
    chosen: Mapping[str, Sequence[Document]], now: datetime
) -> dict[str, datetime]:
    """When batches count as made again: in the order in which they were made, to be undone so."""
    made = {one["batch"]: one["decided_at"] for wishes in chosen.values() for one in wishes}
    order = sorted(made, key=lambda batch: (made[batch], batch))
    # The least difference that the database keeps.
    return {batch: now + timedelta(milliseconds=rank) for rank, batch in enumerate(order)}


def _turned(
    target: ReviewTarget,
    chosen: Mapping[str, Sequence[Document]],
    plan: Callable[[ReviewedSample, Document], UpdateOne],
    is_done: Callable[[ReviewedSample, Document], bool],
    *,
    change: int,
) -> Outcome:
    done, refused = carry_out(target, chosen, plan, is_done)
    reopened = [sample.document["_id"] for sample, _ in done] if change < 0 else []
    judged = sum(wish["status"] in learn.JUDGED for _, wish in done)
    learn.after(target, change * judged, list(dict.fromkeys(reopened)))
    sample_of = {id(wish): name for name, wishes in chosen.items() for wish in wishes}
    issues: list[ReviewIssue] = []
    for sample, wish in done:
        issues.append(read_issue(sample.document, _as_it_is(sample, wish)))
    return Outcome(
        tuple(issues),
        tuple(
            Refusal(read_issue({"_id": sample_of[id(wish)]}, wish).id, reason)
            for wish, reason in refused
        ),
        str(done[-1][1]["batch"]) if done else None,
    )


def _as_it_is(sample: ReviewedSample, wish: Document) -> Document:
    """The suggestion or decision that a decision has become; other runs may have the same."""
    now = [*sample.suggestions, *standing(sample.decisions)]
    own = next((one for one in now if one["_id"] == wish["_id"]), None)
    return dict(own or find_same(wish, now) or wish)


def _turned_by(sample: ReviewedSample, turned: Document) -> list[Document]:
    """The decisions that a call turned, by what it wrote onto them.

    Not by the time: several calls may come to the same decision in the same millisecond.
    """
    return [one for one in sample.decisions if one.get("turn") == turned["turn"]]


def _chosen(
    target: ReviewTarget,
    batches: int,
    batch: str | None,
    issues: Issues | None,
    by: str | None,
    *,
    undone: bool,
) -> tuple[dict[str, list[Document]], list[Refusal]]:
    """Decisions by their sample's id, in the order in which to turn them; issues without one."""
    most = integer("batches", batches, 1, MOST)
    if batch is not None and not isinstance(batch, str):
        raise ValueError(f"batch is {shown(batch)}; expected a text, as an outcome names it")
    mine = {} if by is None else {"decided_by": decider(by)}
    if issues is not None:
        return _of_issues(target, listed_ids(issues), mine, undone=undone)
    mine = {**mine, **of_this_run(target)}
    wanted = latest(target, most, mine, undone=undone) if batch is None else [batch]
    found: dict[str, list[Document]] = {}
    for row in find_decisions(target, {"batch": {"$in": wanted}, **mine}, undone=undone):
        found.setdefault(str(row["_id"]), []).append(row["d"])
    if batch is not None and not found:
        _check_batch(target, batch)
    return {name: _in_order(decisions, undone=undone) for name, decisions in found.items()}, []


def _check_batch(target: ReviewTarget, batch: str) -> None:
    """Checks that a batch of which nothing was found is one of this run.

    Raises:
        ValueError: it is another run's, or there is none.
    """

    def is_there(query: Document) -> bool:
        both = (find_decisions(target, query, undone=undone) for undone in (False, True))
        return any(any(found) for found in both)

    some: Document = {"batch": batch}
    if is_there({**some, **of_this_run(target)}):
        return
    if is_there(some):
        raise ValueError(
            f"batch is {batch!r}, which was decided on what another run than {target.record.key!r} "
            "suggests; pass that run's key"
        )
    raise ValueError(f"batch is {batch!r}, and there is none (any more); take it from an outcome")


def _of_issues(
    target: ReviewTarget, wanted: Mapping[str, Sequence[str]], mine: Document, *, undone: bool
) -> tuple[dict[str, list[Document]], list[Refusal]]:
    chosen: dict[str, list[Document]] = {}
    unknown: list[Refusal] = []
    samples, others = read(target, wanted), scorings_of_others(target)
    for name, issues in wanted.items():
        made = [
            one
            for one in (samples[name].decisions if name in samples else ())
            if bool(one.get("undone_at")) == undone
            and one.get("decided_by") == mine.get("decided_by", one.get("decided_by"))
        ]
        those = [one for one in made if one.get("scoring") not in others]
        latest = _in_order(those, undone=False)
        found: list[Mapping[str, Any]] = []
        for issue in issues:
            wanted_one = named(issue)[1]
            decision = find_same(wanted_one, latest)
            if decision is None:
                is_theirs = find_same(wanted_one, made) is not None
                unknown.append(Refusal(issue, _why_not(undone=undone, is_theirs=is_theirs)))
            else:
                found.append(decision)
        chosen[name] = _in_order(
            [one for one in those if any(one is other for other in found)], undone=undone
        )
    return chosen, unknown


def _why_not(*, undone: bool, is_theirs: bool) -> str:
    """Why a decision on an issue cannot be turned: it is of another run, or there is none."""
    if is_theirs:
        return "it was decided on what another run suggests; pass that run's key"
    return "no decision on it was taken back" if undone else "it is not decided"


def _in_order(decisions: Sequence[Document], *, undone: bool) -> list[Document]:
    """Decisions as they are made again, or, the latest first, as they are taken back."""
    # Of those made at the same time the last one in the list is the latest.
    rows = range(len(decisions))
    order = sorted(rows, key=lambda row: (decisions[row]["decided_at"], row), reverse=not undone)
    return [decisions[row] for row in order]
