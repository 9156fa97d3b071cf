"""Damage that a fault might do is seen by the invariant that it breaks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from benchmarks.faults.cuts import CALIBRATED
from benchmarks.faults.examination import examine
from benchmarks.faults.invariants import violations
from benchmarks.faults.laboratory import Laboratory
from benchmarks.faults.scene import KEY

Damage = Callable[[Any, Any], object]


def change_a_label(samples: Any, database: Any) -> None:
    samples.update_one({"ground_truth.detections.0.label": "cat"}, _set("label", "dog"))


def lose_a_score_of_a_label(samples: Any, database: Any) -> None:
    name = f"{KEY}_swap"
    query = {f"ground_truth.detections.0.{name}": {"$exists": True}}
    samples.update_one(query, {"$unset": {f"ground_truth.detections.0.{name}": ""}})


def lose_a_score_of_an_image(samples: Any, database: Any) -> None:
    samples.update_one({KEY: {"$ne": None}}, {"$unset": {KEY: ""}})


def turn_back_the_clock(samples: Any, database: Any) -> None:
    first = samples.find_one()
    earlier = first["last_modified_at"] - timedelta(days=1)
    samples.update_one({"_id": first["_id"]}, {"$set": {"last_modified_at": earlier}})


def forget_a_declaration(samples: Any, database: Any) -> None:
    database.datasets.update_one({}, {"$pull": {"sample_fields": {"name": f"{KEY}_swap"}}})


def forget_the_record(samples: Any, database: Any) -> None:
    database.runs.delete_many({})
    database.datasets.update_one({}, {"$set": {"runs": {}}})


def forget_a_sample(samples: Any, database: Any) -> None:
    samples.update_one({KEY: {"$ne": None}}, {"$unset": dict.fromkeys(_fields(samples), "")})


def add_an_index(samples: Any, database: Any) -> None:
    samples.create_index("lq_note")


def leave_a_file(samples: Any, database: Any) -> None:
    database["fs.files"].insert_one({"filename": "left"})


@pytest.mark.parametrize(
    ("damage", "broken"),
    [
        (change_a_label, "labels untouched"),
        (lose_a_score_of_a_label, "all or none"),
        (lose_a_score_of_an_image, "all or none"),
        (turn_back_the_clock, "time goes forward"),
        (forget_a_declaration, "loadable"),
        (forget_the_record, "honest record"),
        (forget_the_record, "can be removed"),
        (forget_a_sample, "honest record"),
        (add_an_index, "can be removed"),
        (leave_a_file, "nothing left over"),
    ],
)
def test_damage_is_seen(small_laboratory: Laboratory, damage: Damage, broken: str) -> None:
    world = small_laboratory.original
    before = world.after_run(CALIBRATED)
    small_laboratory.restore(before)
    database = small_laboratory.mongo
    damage(database[before.dataset["sample_collection_name"]], database)
    assert broken in _violations(small_laboratory)


def test_a_run_that_nothing_disturbed_breaks_nothing(small_laboratory: Laboratory) -> None:
    small_laboratory.restore(small_laboratory.original.after_run(CALIBRATED))
    assert not _violations(small_laboratory)


def _violations(laboratory: Laboratory) -> dict[str, list[str]]:
    world = laboratory.original
    whole = {KEY: [world.undisturbed(CALIBRATED)]}
    before, after = world.after_run(CALIBRATED), laboratory.snapshot()
    return violations(examine(world, before, after, [], whole, rerun_methods=()))


def _set(attribute: str, value: str) -> dict[str, Any]:
    return {"$set": {f"ground_truth.detections.0.{attribute}": value}}


def _fields(samples: Any) -> list[str]:
    scored = samples.find_one({KEY: {"$ne": None}})
    return [name for name in scored if name == KEY or name.startswith(f"{KEY}_s")]
