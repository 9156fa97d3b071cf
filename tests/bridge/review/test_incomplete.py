"""A run that is not whole says so in its review, and nothing is decided on what may be missing."""

from __future__ import annotations

from typing import NoReturn

import fiftyone as fo
import pytest

import odquality
from odquality.bridge.review.runs import run_states
from odquality.bridge.run import upkeep
from odquality.bridge.run.compute import iter_label_quality
from odquality.bridge.run.settings import RunSettings
from odquality.bridge.store import values
from tests.bridge.review.help import KEY, documents, first, score_again


@pytest.mark.parametrize(("module", "step"), [(values, "rename"), (upkeep, "rename_paths")])
def test_what_is_half_renamed_is_not_reviewed(
    dataset: fo.Dataset, monkeypatch: pytest.MonkeyPatch, module, step: str
) -> None:
    (issue,) = first(dataset, "swap")
    odquality.skip(dataset, KEY, issue)

    def stop(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(module, step, stop)
        with pytest.raises(KeyboardInterrupt):
            dataset.rename_run(KEY, "renamed")
    before = documents(dataset)
    for ask in (odquality.list_issues, odquality.review_progress, odquality.undo):
        with pytest.raises(ValueError, match=f"run '{KEY}' is incomplete"):
            ask(dataset, KEY)
    with pytest.raises(ValueError, match=f"run '{KEY}' is incomplete"):
        odquality.accept(dataset, KEY, issue)
    assert documents(dataset) == before
    (state,) = run_states(dataset)
    assert not state.is_reviewable
    assert "Run it again" in state.note
    score_again(dataset)
    assert [one.id for one in odquality.undo(dataset, KEY).done] == [issue.id]


def test_progress_tells_that_a_run_was_cut_off(dataset: fo.Dataset) -> None:
    assert "incomplete" not in str(odquality.review_progress(dataset, KEY))
    steps = iter_label_quality(dataset, RunSettings(key=KEY))
    while next(steps).complete < 0.9:
        pass
    steps.close()
    progress = odquality.review_progress(dataset, KEY)
    assert not progress.is_complete
    assert "(the run is incomplete)" in str(progress)
