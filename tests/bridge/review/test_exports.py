from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import fiftyone as fo
import pytest
from bson import ObjectId

import odquality
from odquality.bridge.review.exports import COLUMNS
from tests.bridge.datasets import lock
from tests.bridge.review.help import KEY, documents, grouped_copy
from tests.bridge.spoiled import LEAST


@pytest.fixture
def reviewed(dataset: fo.Dataset) -> fo.Dataset:
    issues = odquality.list_issues(dataset, KEY, limit=4)
    odquality.accept(dataset, KEY, issues[:2], by="ann")
    odquality.dismiss(dataset, KEY, issues[2:], by='ben, the "second"')
    return dataset


def test_tables_have_every_issue_in_the_same_columns(reviewed: fo.Dataset, tmp_path: Path) -> None:
    issues = odquality.list_issues(reviewed, KEY, status="any")
    for name in ("issues.csv", "issues.json"):
        assert odquality.export(reviewed, KEY, tmp_path / name) == len(issues)
    with (tmp_path / "issues.csv").open(newline="") as file:
        table = csv.DictReader(file)
        rows = list(table)
        assert tuple(table.fieldnames or ()) == COLUMNS
    told = json.loads((tmp_path / "issues.json").read_text())
    assert [tuple(one) for one in told] == [COLUMNS] * len(issues)
    for issue, row, values in zip(issues, rows, told, strict=True):
        assert row["id"] == values["id"] == issue.id
        assert float(row["probability"]) == values["probability"] == issue.probability
        assert tuple(values[name] for name in ("x", "y", "width", "height")) == issue.box
        assert row["decided_by"] == (values["decided_by"] or "") == (issue.decided_by or "")
        assert row["label_id"] == (issue.label_id or "")
        if issue.decided_at is not None:
            assert values["decided_at"].startswith(issue.decided_at.isoformat()[:19])


NAMES = ["=1+1", "+x", "-1", "@sum", "\tcat", "\rcat", "a\nb", 'a,"b"', "猫🐈", "'=x", "a=b"]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_no_formula_of_a_spreadsheet(
    dataset: fo.Dataset, tmp_path: Path, name: str
) -> None:
    path = f"{KEY}_suggestions.detections.label"
    names = [[name] * len(each or ()) for each in dataset.values(path)]
    dataset.set_values(path, names)
    odquality.dismiss(dataset, KEY, odquality.list_issues(dataset, KEY, limit=1), by=name)
    odquality.export(dataset, KEY, tmp_path / "issues.csv")
    odquality.export(dataset, KEY, tmp_path / "issues.json")
    with (tmp_path / "issues.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    cells = {row[of] for row in rows for of in ("label", "decided_by")} - {""}
    assert cells == {f"'{name}" if name[0] in "=+-@\t\r" else name}
    told = json.loads((tmp_path / "issues.json").read_text(encoding="utf-8"))
    assert {one[of] for one in told for of in ("label", "decided_by")} - {None} == {name}
    # Numbers below 0 are no texts.
    assert all(float(row["x"]) == one["x"] for row, one in zip(rows, told, strict=True))


def test_a_status_and_a_view_choose(reviewed: fo.Dataset, tmp_path: Path) -> None:
    assert odquality.export(reviewed, KEY, tmp_path / "a.csv", status="dismissed") == 2
    view = reviewed.limit(50)
    number = len(odquality.list_issues(view, KEY, status="open"))
    assert odquality.export(view, KEY, tmp_path / "b.csv", status="open") == number


def test_another_ending_is_refused(reviewed: fo.Dataset, tmp_path: Path) -> None:
    with pytest.raises(
        ValueError, match=r"issues\.xlsx.; expected a name that ends in \.csv or \.json"
    ):
        odquality.export(reviewed, KEY, tmp_path / "issues.xlsx")


@pytest.mark.parametrize("path", [3, None, b"a.csv", ["a.csv"]])
def test_what_is_no_path_is_named(reviewed: fo.Dataset, path: object) -> None:
    with pytest.raises(ValueError, match="expected the name of a file"):
        odquality.export(reviewed, KEY, path)  # type: ignore[arg-type]


def test_tags_mark_every_slice_whichever_is_active(dataset: fo.Dataset) -> None:
    grouped = grouped_copy(dataset, 30)
    every = grouped.select_group_slices(["left", "right"])
    odquality.compute_label_quality(every, key=KEY, min_probability=LEAST)
    issues = odquality.list_issues(grouped, KEY)
    for active in ("left", "right"):
        grouped.group_slice = active
        tagged = odquality.tag_issues(grouped, KEY, tag="check")
        assert set(every.match_tags("check").values("id")) == {one.sample_id for one in issues}
        assert every.count_label_tags("ground_truth") == {"check": tagged.labels}
        assert tagged.labels == len({one.label_id for one in issues} - {None})
    odquality.accept(grouped, KEY, issues)
    left = odquality.list_issues(grouped, KEY)
    odquality.tag_issues(grouped, KEY, tag="check")
    assert set(every.match_tags("check").values("id")) == {one.sample_id for one in left}
    grouped.delete()


@pytest.mark.parametrize("path", ["tags", "ground_truth", "ground_truth.detections.tags"])
def test_tags_that_are_read_only_are_named_before_any_is_changed(
    reviewed: fo.Dataset, path: str
) -> None:
    odquality.tag_issues(reviewed, KEY)
    before = documents(reviewed)
    lock(reviewed, path)
    with pytest.raises(ValueError, match=f"fields \\['{path}'\\] are read-only, and tags"):
        odquality.tag_issues(reviewed, KEY, min_probability=0.9)
    assert documents(reviewed) == before


def test_tags_are_given_where_a_view_hides_the_labels(reviewed: fo.Dataset) -> None:
    tagged = odquality.tag_issues(reviewed, KEY)
    view = reviewed.select_fields([f"{KEY}_suggestions", f"{KEY}_num_issues"])
    assert odquality.tag_issues(view, KEY) == tagged
    assert odquality.tag_issues(view, KEY, min_probability=1).labels == 0
    assert reviewed.count_label_tags("ground_truth") == {}


def test_tags_mark_what_is_open(reviewed: fo.Dataset) -> None:
    issues = odquality.list_issues(reviewed, KEY)
    tagged = odquality.tag_issues(reviewed, KEY, tag="check")
    images = {one.sample_id for one in issues}
    labels = {one.label_id for one in issues if one.label_id}
    assert (tagged.samples, tagged.labels) == (len(images), len(labels))
    assert set(reviewed.match_tags("check").values("id")) == images
    chosen = reviewed.select_labels(tags="check", fields="ground_truth")
    assert set(chosen.values("ground_truth.detections.id", unwind=True)) == labels
    for issue in issues:
        odquality.dismiss(reviewed, KEY, issue) if issue.kind != "swap" else None
    left = odquality.tag_issues(reviewed, KEY, tag="check")
    assert reviewed.count_sample_tags()["check"] == left.samples < tagged.samples
    assert reviewed.count_label_tags("ground_truth")["check"] == left.labels < tagged.labels


def test_tags_of_others_stay(reviewed: fo.Dataset) -> None:
    reviewed.limit(20).tag_samples("mine")
    reviewed.limit(20).tag_labels("theirs", label_fields="ground_truth")
    before = reviewed.count_label_tags("ground_truth")
    odquality.tag_issues(reviewed, KEY)
    odquality.tag_issues(reviewed, KEY, min_probability=1.0)
    assert reviewed.count_sample_tags() == {"mine": 20}
    assert reviewed.count_label_tags("ground_truth") == before


@pytest.mark.parametrize("number", [1, 3])
def test_tags_leave_all_else_as_it_is_where_some_are_none(
    reviewed: fo.Dataset, number: int
) -> None:
    odquality.tag_issues(reviewed, KEY)
    labels = reviewed.exists(f"{KEY}_num_issues").limit(20).values("ground_truth.detections.id")
    for name in [one for of_image in labels for one in of_image][::number]:
        found = {"ground_truth.detections._id": ObjectId(name)}
        nothing = {"$set": {"ground_truth.detections.$.tags": None}}
        reviewed._sample_collection.update_one(found, nothing)
    before = without_tags(reviewed)
    tagged = odquality.tag_issues(reviewed, KEY, tag="check")
    assert without_tags(reviewed) == before
    assert reviewed.count_label_tags("ground_truth")["check"] == tagged.labels


@pytest.mark.parametrize("tag", ["", " ", "a\udcff", None])
def test_a_tag_is_a_text(reviewed: fo.Dataset, tag: Any) -> None:
    before = documents(reviewed)
    with pytest.raises(ValueError, match=r"^tag is .*; expected a text"):
        odquality.tag_issues(reviewed, KEY, tag=tag)
    assert documents(reviewed) == before


@pytest.mark.parametrize("of_labels", [False, True])
def test_a_tag_that_others_gave_is_refused(reviewed: fo.Dataset, of_labels: bool) -> None:
    some = reviewed.limit(3)
    some.tag_labels("train", label_fields="ground_truth") if of_labels else some.tag_samples(
        "train"
    )
    before = documents(reviewed)
    with pytest.raises(ValueError, match="tag is 'train', which images or labels have already"):
        odquality.tag_issues(reviewed, KEY, tag="train")
    assert documents(reviewed) == before


@pytest.mark.parametrize("view", ["tagged images", "some labels"])
def test_tags_are_taken_away_in_a_view_of_what_has_them(dataset: fo.Dataset, view: str) -> None:
    odquality.tag_issues(dataset, KEY)
    odquality.dismiss(dataset, KEY, odquality.list_issues(dataset, KEY, kinds=["swap", "badloc"]))
    shown = dataset.match_tags("label error")
    if view == "some labels":
        is_cat = fo.ViewField("label") == "cat"
        shown = dataset.filter_labels("ground_truth", is_cat, only_matches=False)
    tagged = odquality.tag_issues(shown, KEY)
    assert dataset.count_label_tags("ground_truth")["label error"] == tagged.labels
    assert dataset.count_sample_tags()["label error"] == tagged.samples


def test_tags_of_an_image_outside_the_view_stay(dataset: fo.Dataset) -> None:
    first, *others = dataset.match({f"{KEY}_num_issues": {"$gt": 0}}).values("id")
    odquality.tag_issues(dataset, KEY)
    before = dataset.count_sample_tags()["label error"]
    odquality.tag_issues(dataset.select(first), KEY, min_probability=1.0)
    assert dataset.count_sample_tags()["label error"] == before - 1
    assert set(dataset.match_tags("label error").values("id")) == set(others)


def without_tags(dataset: fo.Dataset) -> list[dict[str, Any]]:
    """All samples as the database holds them, but for tags."""
    found = documents(dataset, without=("tags",))
    for sample in found:
        for label in sample["ground_truth"]["detections"]:
            del label["tags"]
    return found
