from __future__ import annotations

import pytest

from odquality.bridge.decisions.identity import (
    find_same,
    identity_of,
    is_as_scored,
    is_same,
    named,
    overlap_of,
    same_box,
)

MISSING = {
    "kind": "overlooked",
    "label": "traffic light/red, left",
    "bounding_box": [0.1, 0.2, 0.05, 0.1],
}
SWAP = {"kind": "swap", "label": "cat", "label_id": "a1", "bounding_box": [0.5, 0.5, 0.1, 0.1]}


WITHOUT_ID = {**SWAP, "label_id": None, "given_label": "a/b", "given_box": [0.1, 0.2, 0.3, 0.4]}


@pytest.mark.parametrize("suggestion", [MISSING, SWAP, WITHOUT_ID])
def test_an_identity_names_its_issue(suggestion) -> None:
    sample_id, found = named(identity_of("s1", suggestion))
    assert sample_id == "s1"
    assert is_same(found, suggestion)


def test_identities_do_not_hang_on_documents() -> None:
    again = {**SWAP, "_id": 7, "label": "dog", "confidence": 0.2}
    assert identity_of("s1", again) == identity_of("s1", SWAP)


def test_tiny_boxes_keep_their_names() -> None:
    tiny = {**MISSING, "bounding_box": [0.5, 0.5, 0.00071, 0.00033]}
    assert is_same(named(identity_of("s", tiny))[1], tiny)


@pytest.mark.parametrize(
    "other",
    [
        {**MISSING, "label": "cat"},
        {**MISSING, "bounding_box": [0.14, 0.2, 0.05, 0.1]},
        {**MISSING, "kind": "badloc", "label_id": "a1"},
    ],
)
def test_other_missing_labels_are_others(other) -> None:
    assert not is_same(MISSING, other)


def test_an_error_of_a_label_is_known_by_label_and_kind() -> None:
    assert is_same(SWAP, {**SWAP, "bounding_box": [0, 0, 1, 1], "label": "dog"})
    assert not is_same(SWAP, {**SWAP, "kind": "badloc"})
    assert not is_same(SWAP, {**SWAP, "label_id": "a2"})
    nameless = {**SWAP, "label_id": None}
    assert not is_same(nameless, nameless)


def test_of_several_the_one_that_overlaps_most_is_the_same() -> None:
    near = {**MISSING, "bounding_box": [0.101, 0.2, 0.05, 0.1]}
    far = {**MISSING, "bounding_box": [0.11, 0.2, 0.05, 0.1]}
    assert find_same(MISSING, [far, near]) is near
    assert find_same(MISSING, [SWAP]) is None


def test_a_label_is_as_scored_but_for_rounding() -> None:
    given = {"given_label": "cat", "given_box": [0.1, 0.2, 0.3, 0.4]}
    assert is_as_scored({"label": "cat", "bounding_box": [0.1 + 1e-9, 0.2, 0.3, 0.4]}, given)
    assert not is_as_scored({"label": "dog", "bounding_box": [0.1, 0.2, 0.3, 0.4]}, given)
    assert not is_as_scored({"label": "cat", "bounding_box": [0.1001, 0.2, 0.3, 0.4]}, given)
    assert not is_as_scored({"label": "cat", "bounding_box": None}, given)


@pytest.mark.parametrize("box", [[0.5, 0.5, 0, 0], [0.3, 0.3, 0, 0.2], [1, 1, 1e-12, 1e-12]])
def test_a_box_without_area_is_the_same_as_itself(box: list[float]) -> None:
    assert overlap_of(box, list(box)) == 1.0
    assert overlap_of(box, [0.1, 0.1, 0, 0]) == 0.0


def test_what_is_no_box_overlaps_nothing() -> None:
    assert overlap_of(None, [0, 0, 1, 1]) == overlap_of([0, 0], [0, 0, 1, 1]) == 0.0
    assert overlap_of([0, 0, 0.01, 0.01], [0, 0, 0.01, 0.02]) == pytest.approx(0.5)
    assert same_box(None, None)


@pytest.mark.parametrize(
    "text", ["", "s", "s/swap", "s/swap/a/b", "s/overlooked/cat", "s/overlooked/cat/1,2,3,x"]
)
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no id of an issue"):
        named(text)


def test_labels_without_ids_are_known_by_class_and_box() -> None:
    for change in ({"given_label": "dog"}, {"given_box": [0.1, 0.2, 0.3, 0.5]}, {"label_id": "a1"}):
        assert not is_same(WITHOUT_ID, {**WITHOUT_ID, **change})
        assert not is_same({**WITHOUT_ID, **change}, WITHOUT_ID)


@pytest.mark.parametrize("label_id", ["img/1/box 2", "50%", "a,b", "0123456789abcdef01234567"])
def test_ids_of_labels_may_be_any_text(label_id: str) -> None:
    name = identity_of("s", {"kind": "swap", "label_id": label_id})
    assert named(name) == ("s", {"kind": "swap", "label_id": label_id})
