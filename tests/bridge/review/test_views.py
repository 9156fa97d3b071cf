"""Crops are a copy, which has no more of the suggestions than people look at."""

from __future__ import annotations

import fiftyone as fo
import pytest

import odquality
from odquality.bridge.review import views
from odquality.bridge.review.views import crops
from tests.bridge.review.help import KEY

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
