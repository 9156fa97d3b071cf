"""What decisions answer, and which are refused."""

from __future__ import annotations

from typing import Any

import pytest

from odquality.kinds import LABEL_KINDS
from odquality.learning.decisions import Answer, Box, Decision, answers
from odquality.methods.issues import Issue

LABEL = Box(3, "label", 1)


def said(*decisions: Decision) -> dict[str, bool]:
    """What decisions say of the one label."""
    given = answers(decisions)
    assert {answer.box for answer in given} == {LABEL}
    return {answer.kind: is_error for answer, is_error in given.items()}


def test_an_error_of_one_kind_is_none_of_another() -> None:
    expected = dict.fromkeys(LABEL_KINDS, False) | {"swap": True}
    assert said(Decision(3, "swap", True, label=1)) == expected


def test_a_kind_that_a_label_has_not_says_nothing_of_others() -> None:
    assert said(Decision(3, "swap", False, label=1)) == {"swap": False}


def test_a_label_may_have_two_errors_if_one_says_so() -> None:
    both = [Decision(3, kind, True, label=1) for kind in ("swap", "badloc")]
    expected = dict.fromkeys(LABEL_KINDS, False) | {"swap": True, "badloc": True}
    assert said(*both) == said(*both[::-1]) == expected


def test_a_label_that_is_right_has_no_error_at_all() -> None:
    assert said(Decision.confirm(3, 1)) == dict.fromkeys(LABEL_KINDS, False)


def test_the_same_decision_twice_is_one() -> None:
    once = Decision(3, "overlooked", True, prediction=5)
    assert answers([once, once]) == {Answer(Box(3, "prediction", 5), "overlooked"): True}


@pytest.mark.parametrize("suspect", [None, 3, "swap", ("swap", 0)])
def test_a_decision_is_about_an_issue_or_a_question(suspect: Any) -> None:
    with pytest.raises(ValueError, match=r"suspect is .*; expected an issue"):
        Decision.about(suspect, is_error=True)


def test_decisions_about_issues() -> None:
    missing = Issue(3, "overlooked", 0.9, None, 5, 0, (0.0, 0.0, 1.0, 1.0))
    assert Decision.about(missing, True) == Decision(3, "overlooked", True, prediction=5)
    swapped = Issue(3, "swap", 0.9, 1, 5, 0, None)
    assert Decision.about(swapped, False) == Decision(3, "swap", False, label=1)


@pytest.mark.parametrize("contrary", [Decision(3, "swap", False, label=1), Decision.confirm(3, 1)])
def test_contradictions_are_refused(contrary: Decision) -> None:
    decisions = [Decision(3, "swap", True, label=1), contrary]
    for order in (decisions, decisions[::-1]):
        with pytest.raises(ValueError, match=r"decisions\[1\].*the contrary"):
            answers(order)


@pytest.mark.parametrize(
    ("decision", "message"),
    [
        ("swap", r"decisions\[0\] is 'swap'; expected an odquality.Decision"),
        (Decision(3, "typo", True, label=1), r"decisions\[0\].kind is 'typo'; expected one of"),
        (Decision(3, None, True, label=1), r"decisions\[0\] is an error of no kind"),
        (Decision(3, "swap", 1, label=1), r"decisions\[0\].is_error is 1; expected True or"),  # type: ignore
        (Decision(3, "swap", True), r"decisions\[0\].label is None; expected the index"),
        (Decision(3, "overlooked", True, label=1), r"decisions\[0\].prediction is None"),
        (Decision(True, "swap", True, label=1), r"decisions\[0\].image is True"),
        (Decision(3, "swap", True, label=1, probability=2), r"decisions\[0\].probability is 2"),
    ],
)
def test_malformed_decisions_are_refused(decision: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        answers([decision])


def test_what_names_no_box_is_told_what_would() -> None:
    for decision, message in (
        (Decision.confirm(0, None), r"\.label is None; expected the index of the label, or in"),  # type: ignore
        (Decision(0, "overlooked", True), r"\.prediction is None; expected the index of the pred"),
        (Decision(None, None, False, 0), r"\.image is None; expected the .* image, .* sample's id"),  # type: ignore
    ):
        with pytest.raises(ValueError, match=rf"decisions\[0\]{message}"):
            answers([decision])


@pytest.mark.parametrize("decisions", [None, 3, "swap", {"swap": True}])
def test_what_is_no_list_is_refused(decisions: Any) -> None:
    with pytest.raises(ValueError, match=r"decisions is .*; expected a list"):
        answers(decisions)
