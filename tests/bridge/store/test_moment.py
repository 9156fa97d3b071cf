"""What is shown together is of one moment, and what changes ends it."""

from __future__ import annotations

import threading

import fiftyone as fo
import pytest

from odquality.bridge.store import schema
from odquality.bridge.store.moment import change_of_moment, one_moment, read_once
from odquality.bridge.store.schema import FieldSpec


def declare(dataset: fo.Dataset) -> None:
    """Adds a field."""
    schema.change(dataset, key="score", add=[FieldSpec("score", "", {"ftype": fo.FloatField})])


def declare_elsewhere(dataset: fo.Dataset) -> None:
    """What another process would do."""
    change = threading.Thread(target=declare, args=(dataset,))
    change.start()
    change.join()


def test_all_that_is_read_in_a_moment_is_as_it_was_at_first(dataset: fo.Dataset) -> None:
    with one_moment():
        before = schema.declared(dataset)
        declare_elsewhere(dataset)
        assert schema.declared(dataset) == before
    assert "score" in schema.declared(dataset)


def test_without_a_moment_all_is_read_as_it_is(dataset: fo.Dataset) -> None:
    before = schema.declared(dataset)
    declare_elsewhere(dataset)
    assert schema.declared(dataset).keys() - before.keys() == {"score"}


def test_a_moment_within_another_is_part_of_it() -> None:
    numbers = iter(range(9))
    with one_moment():
        with one_moment():
            assert read_once("number", lambda: next(numbers)) == 0
        assert read_once("number", lambda: next(numbers)) == 0
        assert read_once("other", lambda: next(numbers)) == 1
    with one_moment():
        assert read_once("number", lambda: next(numbers)) == 2


def test_what_changes_sees_all_as_it_is_and_so_does_what_follows(dataset: fo.Dataset) -> None:
    with one_moment():
        schema.refresh(dataset)
        before = schema.declared(dataset)
        with change_of_moment():
            declare(dataset)
            assert "score" in schema.declared(dataset)
        assert schema.declared(dataset).keys() - before.keys() == {"score"}
    # This process knows the field too.
    assert dataset.has_sample_field("score")


def test_an_error_ends_a_moment() -> None:
    def fail() -> int:
        raise ValueError("wrong")

    with pytest.raises(ValueError, match="wrong"), one_moment():
        _ = read_once("number", lambda: 1), read_once("other", fail)
    assert read_once("number", lambda: 2) == 2


def test_what_cannot_be_read_is_asked_for_again() -> None:
    def fail() -> int:
        raise ConnectionError("gone")

    with one_moment():
        with pytest.raises(ConnectionError, match="gone"):
            read_once("number", fail)
        assert read_once("number", lambda: 1) == 1
