"""Decides on issues: accepts, dismisses or skips them, and notes what was edited by hand."""

from __future__ import annotations

import getpass
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import uuid4

from fiftyone.core.collections import SampleCollection
from pymongo import UpdateOne

from odquality.bridge.decisions.field import ACCEPTED, DISMISSED, EDITED, SKIPPED
from odquality.bridge.decisions.identity import find_same, named
from odquality.bridge.decisions.reading import standing
from odquality.bridge.review import learn
from odquality.bridge.review.changes import (
    Change,
    RefusedError,
    accepting,
    source_specs,
)
from odquality.bridge.review.issue import ReviewIssue, check_whole, read_issue
from odquality.bridge.review.outcome import Outcome, Refusal
from odquality.bridge.review.sample import ReviewedSample
from odquality.bridge.review.stale import maybe_edited, settled_by_hand
from odquality.bridge.review.store import carry_out
from odquality.bridge.review.target import ReviewTarget
from odquality.bridge.run.ownership import check_writable
from odquality.bridge.store import schema
from odquality.bridge.store.times import utc_now
from odquality.bridge.store.waiting import waiting_for
from odquality.core.parameters import shown, text, texts

Issues = ReviewIssue | str | Iterable[ReviewIssue | str]


def accept(
    samples: SampleCollection, key: str, issues: Issues, *, by: str | None = None
) -> Outcome:
    """Mends labels as issues suggest: adds, relabels, moves or removes them.

    A label that stays keeps its id, its tags and every attribute; one that is moved loses its mask,
    which would no longer fit, until the decision is undone. Each label is changed by one update of
    its sample, and only if it is as it was when it was scored.

    Every ten decisions the run learns from all of them: probabilities and expected numbers of what
    is open are brought up to date.

    Args:
        samples: a dataset or view.
        key: of a run by the calibrated method.
        issues: one or several, as `list_issues` gave them, or their ids.
        by: who decides; the user of this machine if None.

    Returns:
        What was done, and what was refused and why. ``undo`` takes it back.

    Raises:
        ValueError: there is no such run, it is in progress or has no suggestions; the labels are
            read-only; or an issue is no issue. Nothing was changed then.
    """
    return decide(samples, key, issues, ACCEPTED, by=by)


def dismiss(
    samples: SampleCollection, key: str, issues: Issues, *, by: str | None = None
) -> Outcome:
    """Notes that issues are no errors. They are not suggested again, until the label changes.

    Args:
        samples: a dataset or view.
        key: of a run by the calibrated method.
        issues: one or several, as `list_issues` gave them, or their ids.
        by: who decides; the user of this machine if None.

    Returns:
        What was done, and what was refused and why.

    Raises:
        ValueError: as `accept` does.
    """
    return decide(samples, key, issues, DISMISSED, by=by)


def skip(samples: SampleCollection, key: str, issues: Issues, *, by: str | None = None) -> Outcome:
    """Puts issues aside without a judgement; the next run suggests them again.

    Args:
        samples: a dataset or view.
        key: of a run by the calibrated method.
        issues: one or several, as `list_issues` gave them, or their ids.
        by: who decides; the user of this machine if None.

    Returns:
        What was done, and what was refused and why.

    Raises:
        ValueError: as `accept` does.
    """
    return decide(samples, key, issues, SKIPPED, by=by)


def note_edits(
    samples: SampleCollection,
    key: str,
    *,
    sample_ids: str | Sequence[str] | None = None,
    by: str | None = None,
) -> Outcome:
    """Counts as decided what someone mended by hand, in the App's Annotate tab for example.

    These are open issues whose label was removed or changed since it was scored, or, of a missing
    one, drawn. Where the view that was scored hid labels, nobody can tell these from drawn ones:
    then missing labels do not count.

    Args:
        samples: a dataset or view.
        key: of a run by the calibrated method.
        sample_ids: one or several ids of samples to look at; all with open issues if None.
        by: who edited; the user of this machine if None.

    Returns:
        What was noted. ``undo`` makes the issues open again and leaves the labels as they are.

    Raises:
        ValueError: as `accept` does.
    """
    target = target_to_decide(samples, key)
    chosen = texts("sample_ids", sample_ids, "ids of samples")
    if chosen is None:
        with waiting_for("Looking for what was edited by hand on all images with open issues"):
            chosen = maybe_edited(samples, target, {})
    return decide(samples, key, settled_by_hand(target, chosen), EDITED, by=by)


def decide(
    samples: SampleCollection, key: str, issues: Issues, status: str, *, by: str | None = None
) -> Outcome:
    """Decides on issues, by the name of what is decided: the functions of this module do.

    Raises:
        ValueError: as `accept` does.
    """
    wishes = listed_ids(issues)
    target = target_to_decide(samples, key)
    now = utc_now()
    decision = {
        "status": status,
        "decided_by": decider(by),
        "decided_at": now,
        "batch": uuid4().hex,
        "undone_at": None,
        "scoring": target.scoring,
    }
    if status == ACCEPTED:
        sources = source_specs(target.gt_field)
        owned = {spec.path for spec in sources}
        schema.change(target.dataset, key="", add=sources, owned=owned)
    issue_of: dict[str, ReviewIssue] = {}

    def plan(sample: ReviewedSample, wish: str) -> UpdateOne:
        suggestion = _suggested(sample, wish)
        change = Change()
        if status == ACCEPTED:
            if target.is_of_edited:
                raise RefusedError(
                    "the run scored labels as a view shows them, which is not as they are stored; "
                    "clone the view and score the clone"
                )
            change = accepting(suggestion, sample.labels)
            if change.is_addition:
                target.check_missing(suggestion, sample.labels)
        update = sample.close(suggestion, change, decision)
        (made,) = (one for one in sample.decisions if one["_id"] == suggestion["_id"])
        issue_of[wish] = read_issue(sample.document, made)
        return update

    def is_done(sample: ReviewedSample, wish: str) -> bool:
        made = issue_of[wish].suggestion_id
        return any(
            str(one["_id"]) == made and one.get("batch") == decision["batch"]
            for one in sample.decisions
        )

    done, refused = carry_out(target, wishes, plan, is_done)
    learn.after(target, len(done) if status in learn.JUDGED else 0)
    return Outcome(
        tuple(issue_of[wish] for _, wish in done),
        tuple(Refusal(wish, reason) for wish, reason in refused),
        str(decision["batch"]) if done else None,
    )


def target_to_decide(samples: SampleCollection, key: str) -> ReviewTarget:
    """The target of decisions, with a field for them.

    Raises:
        ValueError: as `accept` does.
    """
    target = ReviewTarget.of(samples, key)
    if target.record.is_in_progress:
        raise ValueError(f"key is {key!r}, but {target.record.describe()}")
    declared = schema.declared(target.dataset)
    check_writable(declared, target.written, "decisions would change them")
    return target.with_decisions()


def listed_ids(issues: Any) -> dict[str, list[str]]:
    """Ids of issues by their sample's, each once.

    Raises:
        ValueError: something is no issue.
    """
    is_one = isinstance(issues, (ReviewIssue, str))
    listed = [issues] if is_one else list(issues) if isinstance(issues, Iterable) else None
    if listed is None:
        raise ValueError(
            f"issues is {shown(issues)}; expected what list_issues gives, or ids of it"
        )
    wishes: dict[str, list[str]] = {}
    for position, issue in enumerate(listed):
        if not isinstance(issue, (ReviewIssue, str)):
            raise ValueError(
                f"issues[{position}] is {shown(issue)}; expected a ReviewIssue or its id"
            )
        identity = issue if isinstance(issue, str) else issue.id
        sample_id, _ = named(identity)
        of_sample = wishes.setdefault(sample_id, [])
        if identity not in of_sample:
            of_sample.append(identity)
    return wishes


def decider(by: str | None) -> str:
    """Who decides: whoever is named, or the user of this machine."""
    if by is not None:
        return text("by", str(by), "a name, or None for your own")
    try:
        # Names of users are bytes, perhaps of another encoding.
        return getpass.getuser().encode(errors="replace").decode()
    except (KeyError, OSError):
        return "unknown"


def _suggested(sample: ReviewedSample, identity: str) -> dict[str, Any]:
    _, wanted = named(identity)
    # Missing labels may overlap: one that is decided is not taken for one beside it.
    found = find_same(wanted, [*sample.suggestions, *standing(sample.decisions)])
    if found is None:
        raise RefusedError("it is not suggested (any more)")
    if found.get("status") is not None:
        who = f"{found['status']} by {found['decided_by']}"
        raise RefusedError(f"it is {who} already; undo that first")
    check_whole(sample.name, found)
    return dict(found)
