from __future__ import annotations

from collections import Counter
from pathlib import Path

import fiftyone as fo
import pytest

import odquality
from odquality.kinds import KINDS
from tests.bridge.datasets import compute, random_samples
from tests.bridge.review.help import KEY


def test_issues_are_the_suggestions(dataset: fo.Dataset) -> None:
    issues = odquality.list_issues(dataset, KEY)
    ids = dataset.values("quality_suggestions.detections.id", unwind=True)
    assert sorted(issue.suggestion_id for issue in issues) == sorted(ids)
    assert {issue.kind for issue in issues} == set(KINDS)
    assert {issue.status for issue in issues} == {"open"}
    assert len({issue.id for issue in issues}) == len(issues)


def test_an_issue_tells_what_the_label_was_and_what_shows_the_error(dataset: fo.Dataset) -> None:
    for issue in odquality.list_issues(dataset, KEY):
        sample = dataset[issue.sample_id]
        labels = {label.id: label for label in sample.ground_truth.detections}
        predictions = {found.id: found for found in sample.predictions.detections}
        assert (issue.label_id is None) == (issue.kind == "overlooked")
        if issue.label_id is not None:
            label = labels[issue.label_id]
            assert issue.given_label == label.label
            assert issue.given_box == pytest.approx(label.bounding_box)
        assert (issue.prediction_id is None) == (issue.kind in ("spurious", "duplicate"))
        if issue.prediction_id is not None:
            shown = predictions[issue.prediction_id]
            assert issue.detector_confidence == shown.confidence
            if issue.kind in ("overlooked", "badloc"):
                assert issue.box == pytest.approx(shown.bounding_box)
            if issue.kind in ("overlooked", "swap"):
                assert issue.label == shown.label


def test_images_come_by_expected_errors_and_each_once(dataset: fo.Dataset) -> None:
    issues = odquality.list_issues(dataset, KEY)
    images = [issue.sample_id for issue in issues]
    order = list(dict.fromkeys(images))
    assert images == [one for one in order for _ in range(Counter(images)[one])]
    ids, numbers = dataset.values(["id", "quality_expected_errors"])
    expected = dict(zip(ids, numbers, strict=True))
    assert [expected[one] for one in order] == sorted(
        (expected[one] for one in order), reverse=True
    )
    for image in order:
        likely = [issue.probability for issue in issues if issue.sample_id == image]
        assert likely == sorted(likely, reverse=True)


def test_the_likeliest_of_all_come_first(dataset: fo.Dataset) -> None:
    likely = [one.probability for one in odquality.list_issues(dataset, KEY, order="probability")]
    assert likely == sorted(likely, reverse=True)


@pytest.mark.parametrize("order", ["images", "probability"])
@pytest.mark.parametrize("kinds", [None, "swap", ["overlooked", "badloc"]])
def test_a_limit_gives_the_first_ones(dataset: fo.Dataset, order: str, kinds) -> None:
    issues = odquality.list_issues(dataset, KEY, order=order, kinds=kinds)
    for limit in (1, 7, len(issues) + 1):
        some = odquality.list_issues(dataset, KEY, order=order, kinds=kinds, limit=limit)
        assert some == issues[:limit]


def test_filters_choose_among_all(dataset: fo.Dataset) -> None:
    issues = odquality.list_issues(dataset, KEY)
    swaps = odquality.list_issues(dataset, KEY, kinds="swap")
    assert swaps == [issue for issue in issues if issue.kind == "swap"]
    cats = odquality.list_issues(dataset, KEY, classes="cat")
    assert cats == [issue for issue in issues if "cat" in (issue.label, issue.given_label)]
    likely = odquality.list_issues(dataset, KEY, min_probability=0.8)
    assert likely == [issue for issue in issues if issue.probability >= 0.8]
    assert 0 < len(likely) < len(issues)


def test_a_view_lists_its_images(dataset: fo.Dataset) -> None:
    issues = odquality.list_issues(dataset, KEY)
    view = dataset.select([issues[3].sample_id, issues[-1].sample_id])
    assert odquality.list_issues(view, KEY) == [
        issue for issue in issues if issue.sample_id in (issues[3].sample_id, issues[-1].sample_id)
    ]


def test_statuses_tell_decisions(dataset: fo.Dataset) -> None:
    one, two, three = odquality.list_issues(dataset, KEY, order="probability", limit=3)
    odquality.accept(dataset, KEY, one, by="ann")
    odquality.dismiss(dataset, KEY, two, by="ben")
    odquality.skip(dataset, KEY, three)
    for status, issue, by in (("accepted", one, "ann"), ("dismissed", two, "ben")):
        (found,) = odquality.list_issues(dataset, KEY, status=status)
        assert (found.id, found.status, found.decided_by) == (issue.id, status, by)
        assert found.decided_at is not None
        assert found.probability == issue.probability
    every = odquality.list_issues(dataset, KEY, status="any")
    assert Counter(issue.status for issue in every)["open"] == len(every) - 3
    assert len(every) == len({issue.id for issue in every})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"key": "nothing"}, "expected a label quality run"),
        ({"status": "done"}, "status is 'done'"),
        ({"order": "size"}, "order is 'size'"),
        ({"kinds": ["wrong"]}, "kinds is 'wrong'"),
        ({"classes": [3]}, "classes has 3"),
        ({"min_probability": 2}, "min_probability is 2"),
        ({"limit": 0}, "limit is 0"),
    ],
)
def test_wrong_arguments_are_named(dataset: fo.Dataset, arguments, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        odquality.list_issues(dataset, **{"key": KEY, **arguments})


def test_a_run_without_suggestions_says_so() -> None:
    dataset = fo.Dataset()
    dataset.add_samples(random_samples(6))
    compute(dataset, key="lab")
    try:
        with pytest.raises(ValueError, match="'lab', a run without suggestions"):
            odquality.list_issues(dataset, "lab")
    finally:
        dataset.delete()


def test_images_that_a_view_shows_twice_have_each_issue_once(
    dataset: fo.Dataset, tmp_path: Path
) -> None:
    once = dataset.limit(50)
    twice = once.concat(dataset.limit(30))
    assert odquality.list_issues(twice, KEY) == odquality.list_issues(once, KEY)
    for order in ("images", "probability"):
        some = odquality.list_issues(twice, KEY, order=order, limit=7)
        assert some == odquality.list_issues(once, KEY, order=order, limit=7)
    preview = odquality.preview_accept_all(twice, KEY, min_probability=0.3)
    assert preview.count == odquality.preview_accept_all(once, KEY, min_probability=0.3).count
    counted = odquality.summarize_run(twice, KEY)
    assert str(counted) == str(odquality.summarize_run(once, KEY))
    number = odquality.export(twice, KEY, tmp_path / "issues.csv")
    assert number == len(odquality.list_issues(once, KEY, status="any"))
