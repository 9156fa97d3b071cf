"""What accepting many would do is counted by the database as a list of it tells."""

from __future__ import annotations

import fiftyone as fo
import pytest

import odquality
from odquality.bridge.review.outlook import NUM_EXAMPLES, outlook, outlooks
from tests.bridge.review.help import KEY

LEAST = (0.95, 0.9, 0.5, 0.2)


@pytest.mark.parametrize("chosen", [{}, {"kinds": "swap"}, {"kinds": None, "classes": ["cat"]}])
def test_numbers_are_those_of_the_list(dataset: fo.Dataset, chosen: dict[str, object]) -> None:
    told = outlooks(dataset, KEY, LEAST, **chosen)
    assert list(told) == list(LEAST)
    for least, found in told.items():
        listed = odquality.preview_accept_all(dataset, KEY, min_probability=least, **chosen)
        for one in (found, outlook(dataset, KEY, min_probability=least, **chosen)):
            assert one.count == listed.count
            assert one.expected_wrong == pytest.approx(listed.expected_wrong)
            assert list(one.by_kind.items()) == list(listed.by_kind.items())
            assert str(one) == str(listed).splitlines()[0]
    assert told[0.2].count > 0


def test_examples_reach_from_the_likeliest_to_the_least_likely(dataset: fo.Dataset) -> None:
    found = outlook(dataset, KEY, min_probability=0.2).examples
    listed = odquality.list_issues(dataset, KEY, min_probability=0.2, order="probability")
    assert len(found) == NUM_EXAMPLES
    assert all(one in listed for one in found)
    likely = [one.probability for one in found]
    assert likely == sorted(likely, reverse=True)
    assert likely[0] == listed[0].probability
    assert likely[-1] == listed[-1].probability


def test_of_a_view_its_images_count(dataset: fo.Dataset) -> None:
    view = dataset.limit(40)
    listed = odquality.list_issues(view, KEY, min_probability=0.3)
    assert 0 < outlook(view, KEY, min_probability=0.3).count == len(listed)


def test_where_nothing_is_likely_nothing_is_told(dataset: fo.Dataset) -> None:
    found = outlook(dataset, KEY, min_probability=1.0, kinds="duplicate", classes="giraffe")
    assert (found.count, found.expected_wrong, found.examples) == (0, 0.0, ())
    with pytest.raises(ValueError, match="min_probability"):
        outlook(dataset, KEY, min_probability=2)


def test_a_view_that_hides_the_suggestions_is_refused_as_by_the_list(dataset: fo.Dataset) -> None:
    hidden = dataset.select_fields("ground_truth")
    with pytest.raises(ValueError, match="samples do not show"):
        odquality.preview_accept_all(hidden, KEY, min_probability=0.2)
    with pytest.raises(ValueError, match="samples do not show"):
        outlook(hidden, KEY, min_probability=0.2)
    with pytest.raises(ValueError, match="samples do not show"):
        outlooks(hidden, KEY, LEAST)
