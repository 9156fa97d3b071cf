from __future__ import annotations

import pytest

from odquality.app.panel.place import CARDS, OVERVIEW, Place
from odquality.bridge.review.outcome import Outcome


def test_a_place_travels_with_a_button_and_back() -> None:
    place = Place(
        "run", CARDS, "probability", "swap", "s", "i", 0.5, (("a", 1), ("b", 7)), "cat", True
    )
    assert Place.of_params(place.to_params(), "other") == place


def test_a_plot_sends_its_place_with_the_view_of_it() -> None:
    params = {"x": 1, "view": Place("run").to_params()}
    assert Place.of_params(params, "other") == Place("run")


def test_without_a_place_a_click_is_on_the_overview_of_the_run() -> None:
    assert Place.of_params({"x": 1}, "run") == Place("run", OVERVIEW)


@pytest.mark.parametrize(
    "given",
    [
        {"key": "run", "tab": "other", "kind": "nonsense", "order": 3, "least": "x"},
        {
            "key": "run",
            "batches": [1, None, "a", ["a"], ["a", "b"], [1, 2]],
            "sample_id": 7,
            "editing": "yes",
        },
    ],
)
def test_what_a_page_of_another_version_sends_is_passed_over(given) -> None:
    assert Place.of_params({"place": given}, "other") == Place("run")


def test_only_the_latest_batches_are_carried() -> None:
    place = Place("run")
    for number in range(120):
        place = place.decided(Outcome((), batch=str(number)))
    assert place.batches[-1] == ("119", 0)
    assert len(place.batches) == 50
    assert place.decided(Outcome(())).batches == place.batches
