"""Settings that describe themselves."""

from __future__ import annotations

import inspect
import warnings
from dataclasses import dataclass

import pytest

import odquality
from odquality.bridge.run.described import described, described_fields, keywords, takes
from odquality.bridge.run.settings import RUN_PARAMETERS
from odquality.methods.registry import METHODS


@dataclass(frozen=True)
class Cooking:
    gt_field: str = described("pot", "Pot", "What to cook in")
    pred_field: str = described("lid", "Lid", "What to put on it")
    minutes: int = described(5, "Minutes", "How long, at most until it is done, which nobody knows")
    notes: tuple[str, ...] = ()


PARAMETERS = described_fields(Cooking)


@takes(PARAMETERS)
def cook(food: str, *fields: str, loud: bool = False, **settings: object) -> Cooking:
    """Cooks.

    Args:
        food: to cook.
        *fields: as older cooks gave them.
        loud: whether to sing.
        **settings: how.

    Returns:
        What was asked for.
    """
    return Cooking(**keywords("cook", PARAMETERS, fields, settings))


def test_signature_tells_every_setting() -> None:
    parameters = inspect.signature(cook).parameters
    assert list(parameters) == ["food", "loud", "gt_field", "pred_field", "minutes"]
    assert parameters["minutes"].default == 5
    assert parameters["minutes"].kind == inspect.Parameter.KEYWORD_ONLY


def test_docstring_tells_every_setting_where_they_belong() -> None:
    lines = (cook.__doc__ or "").splitlines()
    start = lines.index("        loud: whether to sing.")
    assert lines[start + 1] == "        gt_field: What to cook in."
    assert lines[start + 4] == ""
    assert "**settings" not in (cook.__doc__ or "")


def test_fields_that_describe_themselves_have_a_title_and_a_description() -> None:
    assert [one.title for one in PARAMETERS] == ["Pot", "Lid", "Minutes"]
    assert PARAMETERS[2].description.startswith("How long")
    assert not PARAMETERS[2].may_be_none


def test_what_is_not_given_has_its_default() -> None:
    assert cook("rice", minutes=9) == Cooking("pot", "lid", 9)


def test_fields_by_position_are_those_of_labels_and_predictions_and_warned_of() -> None:
    with pytest.warns(FutureWarning, match="write gt_field='pan', pred_field='foil'") as caught:
        assert cook("rice", "pan", "foil") == Cooking("pan", "foil", 5)
    assert caught[0].filename == __file__
    with pytest.warns(FutureWarning, match=r"write gt_field='pan'$"):
        assert cook("rice", "pan", pred_field="foil") == Cooking("pan", "foil", 5)


@pytest.mark.filterwarnings("ignore::FutureWarning")
@pytest.mark.parametrize(
    ("positional", "given", "message"),
    [
        (("a", "b", "c"), {}, "keyword arguments alone"),
        (("a",), {"gt_field": "b"}, "gt_field twice"),
        ((), {"minuts": 3}, "no setting 'minuts'; it has gt_field, pred_field, minutes"),
    ],
)
def test_arguments_that_cannot_be_told_are_refused(
    positional: tuple[str, ...], given: dict[str, object], message: str
) -> None:
    with pytest.raises(TypeError, match=message):
        cook("rice", *positional, **given)


def test_calls_by_name_do_not_warn() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        cook("rice", gt_field="pan", pred_field="foil")


def test_the_public_function_tells_all_parameters_of_a_run() -> None:
    parameters = inspect.signature(odquality.compute_label_quality).parameters
    text = odquality.compute_label_quality.__doc__ or ""
    for one in RUN_PARAMETERS:
        assert parameters[one.name].default == one.default
        assert f"        {one.name}: {one.description[:20]}" in text
        assert one.title
        assert one.description[0].isupper()
        assert not one.description.endswith(".")


def test_settings_of_a_method_say_whose_they_are() -> None:
    descriptions = {one.name: one.description for one in RUN_PARAMETERS}
    assert descriptions["seed"].startswith("Of Calibrated alone: the same images")
    assert "return_indices_ranked_by_score" in METHODS["objectlab"].settings
    assert "return_indices_ranked_by_score" not in descriptions
