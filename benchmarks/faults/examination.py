"""Gathers all that can be known of a database after something has happened to runs in it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from benchmarks.faults import deeds
from benchmarks.faults.invariants import Evidence, Rerun, Undisturbed
from benchmarks.faults.laboratory import Call, Laboratory, World
from benchmarks.faults.scene import KEY
from benchmarks.faults.snapshot import Snapshot
from devtools.forked_process import RETURNED, Outcome


def examine(
    world: World,
    before: Snapshot,
    after: Snapshot,
    calls: Sequence[tuple[Call, Outcome]],
    whole: Mapping[str, Sequence[Undisturbed]],
    *,
    rerun_methods: Sequence[str],
    view: str = deeds.ALL,
    succeeded: Collection[str] = (),
) -> Evidence:
    """Looks at the database, runs again from it, and deletes all of its runs.

    Args:
        world: what the database should be without any run.
        before: the database before the fault.
        after: the database after it, which it still is.
        calls: what was called, and how it ended.
        whole: the runs that there may be, by key.
        rerun_methods: of further runs.
        view: what further runs run on.
        succeeded: keys of the runs that were said to have ended well.
    """
    laboratory = world.laboratory
    sight = laboratory.do(Call(deeds.look))
    keys = list(sight.value.records) if sight.kind == RETURNED else [KEY]
    reruns = [
        _run_again(world, after, key, method, view)
        for method in rerun_methods
        for key in keys or [KEY]
    ]
    laboratory.restore(after)
    if not keys and rerun_methods:
        # A record that its dataset has forgotten goes with the next run.
        laboratory.do(world.run(rerun_methods[0], key=KEY, view=view))
        keys = [KEY]
    deletions = [laboratory.do(Call(deeds.delete, (key,))) for key in keys]
    return Evidence(
        names=laboratory.names,
        original=world.snapshot,
        before=before,
        after=after,
        outcomes=[outcome for _, outcome in calls],
        own_outcomes=[outcome for call, outcome in calls if call.is_own],
        whole=whole,
        sight=sight,
        succeeded=succeeded,
        reruns=reruns,
        deletions=deletions,
        removed=laboratory.snapshot(),
    )


def _run_again(world: World, after: Snapshot, key: str, method: str, view: str) -> Rerun:
    laboratory: Laboratory = world.laboratory
    expected = world.undisturbed(method, view)
    laboratory.restore(after)
    outcome = laboratory.do(world.run(method, key=key, view=view))
    sight = laboratory.do(Call(deeds.look))
    return Rerun(key, outcome, expected, sight, laboratory.snapshot())
