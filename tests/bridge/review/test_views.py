"""Crops are a copy, which has no more of the suggestions than people look at."""

from __future__ import annotations

import fiftyone as fo
import pytest

import odquality
from odquality.bridge.review import views
from odquality.bridge.review.views import crops
from tests.bridge.review.help import KEY
from tests.bridge.spoiled import LEAST

MOST = 7


@pytest.fixture
def few_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "MOST_CROPS", MOST)


def likeliest(dataset: fo.Dataset, number: int, **part: str) -> list[str]:
    issues = odquality.list_issues(dataset, KEY, order="probability", **part)
    least = issues[:number][-1].probability
    return [one.suggestion_id for one in issues if one.probability >= least]


@pytest.mark.usefixtures("few_are_shown")
@pytest.mark.parametrize("part", [{}, {"kinds": "badloc"}])
def test_the_likeliest_crops_are_shown(dataset: fo.Dataset, part: dict[str, str]) -> None:
    kind = part.get("kinds")
    shown = crops(dataset, KEY, kind=kind)
    expected = likeliest(dataset, MOST, **part)
    assert len(expected) == MOST
    assert set(shown.values("id")) == set(expected)


@pytest.mark.usefixtures("few_are_shown")
def test_those_of_a_size_are_counted_among_themselves(dataset: fo.Dataset) -> None:
    issues = odquality.list_issues(dataset, KEY, order="probability")
    areas = {one.suggestion_id: one.box[2] * one.box[3] for one in issues}
    middle = sorted(areas.values())[len(areas) // 2]
    small = [name for name, area in areas.items() if area <= middle]
    shown = crops(dataset, KEY, max_area=middle)
    assert set(shown.values("id")) == set(small[:MOST])
    assert len(small) > MOST


def test_all_are_shown_where_there_are_few(dataset: fo.Dataset) -> None:
    issues = odquality.list_issues(dataset, KEY)
    assert len(crops(dataset, KEY)) == len(issues)
    likely = [one for one in issues if 0.6 <= one.probability <= 0.9]
    assert len(crops(dataset, KEY, min_probability=0.6, max_probability=0.9)) == len(likely)
    assert 0 < len(likely) < len(issues)
    of_class = [one for one in issues if (one.given_label or one.label) == "cat"]
    assert len(crops(dataset, KEY, of_class="cat")) == len(of_class) > 0
    both = [one for one in of_class if "dog" in (one.given_label, one.label)]
    assert len(crops(dataset, KEY, of_class="cat", about="dog")) == len(both) > 0


@pytest.mark.parametrize("how", ["classes", "boxes", "list"])
def test_labels_that_a_view_shows_otherwise_are_neither_edited_nor_mended(
    dataset: fo.Dataset, how: str
) -> None:
    path, label = "ground_truth.detections", fo.ViewField("label")
    view = {
        "classes": lambda: dataset.set_field(f"{path}.label", label.upper()).set_field(
            "predictions.detections.label", label.upper()
        ),
        "boxes": lambda: dataset.set_field(
            f"{path}.bounding_box", fo.ViewField("bounding_box").map(fo.ViewField() * 1.0001)
        ),
        "list": lambda: dataset.set_field(path, fo.ViewField("detections").filter(label != "cat")),
    }[how]()
    report = odquality.compute_label_quality(view, key="shown", min_probability=LEAST)
    assert any("nothing can be accepted" in warning for warning in report.warnings)
    assert odquality.note_edits(dataset, "shown").done == ()
    before = dataset.values(path)
    issues = odquality.list_issues(dataset, "shown", limit=20)
    outcome = odquality.accept(dataset, "shown", issues)
    assert outcome.done == ()
    assert {one.reason for one in outcome.refused} == {
        "the run scored labels as a view shows them, which is not as they are stored; clone the "
        "view and score the clone"
    }
    assert dataset.values(path) == before
    assert len(odquality.dismiss(dataset, "shown", issues).done) == len(issues)


def test_a_view_of_other_attributes_or_predictions_can_be_mended(dataset: fo.Dataset) -> None:
    view = dataset.map_labels("predictions", {"cat": "cat"}).set_field(
        "ground_truth.detections.note", fo.ViewField("label")
    )
    report = odquality.compute_label_quality(view, key="shown", min_probability=LEAST)
    assert not any("accepted" in warning for warning in report.warnings)
    issues = odquality.list_issues(dataset, "shown", limit=3)
    assert len(odquality.accept(dataset, "shown", issues).done) == 3
