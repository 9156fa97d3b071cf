"""A run touches nothing that is not its own: it is refused, and nothing was written then."""

from __future__ import annotations

import fiftyone as fo
import pytest

import odquality
from odquality.bridge.run.ownership import check_key
from odquality.bridge.store.names import MAX_LENGTH
from tests.bridge.datasets import compute, lock, set_all


def documents(dataset: fo.Dataset) -> list[dict[str, object]]:
    return list(dataset._sample_collection.find())


def names_of(one: type) -> list[str]:
    return [name for name in dir(one) if name.isidentifier() and not name.startswith("_")]


@pytest.mark.parametrize(
    "key",
    [
        *("clean", "reload", "pk", "self", "to_dict", "get_field_schema", "field_names"),
        *("id", "filepath", "tags", "metadata", "label", "bounding_box", "detections", "frames"),
    ],
)
def test_names_that_samples_or_labels_use_are_refused(dataset: fo.Dataset, key: str) -> None:
    before = documents(dataset)
    with pytest.raises(ValueError, match=f"key is '{key}'"):
        compute(dataset, key=key)
    assert documents(dataset) == before
    assert dataset.list_runs() == []


def test_every_name_of_samples_and_labels_is_refused() -> None:
    for one in (fo.Sample, fo.Detection, fo.Detections, fo.core.odm.DatasetSampleDocument):
        assert names_of(one)
        for name in names_of(one):
            with pytest.raises(ValueError, match="key is"):
                check_key(name)


@pytest.mark.parametrize(
    ("key", "why"),
    [
        ("k" * (MAX_LENGTH + 1), "101 characters; expected at most 100"),
        ("k" * 5000, "5,000 characters; expected at most 100"),
        ("_lq", "begin with an underscore"),
        ("class", "letters, digits and underscores"),
        ("a.b", "letters, digits and underscores"),
        ("a$", "letters, digits and underscores"),
        ("", "letters, digits and underscores"),
        (None, "letters, digits and underscores"),
        (["k"], "letters, digits and underscores"),
        ("ﬁeld", "choose another key"),
    ],
)
def test_what_cannot_be_a_key(key: object, why: str) -> None:
    with pytest.raises(ValueError, match=why) as error:
        check_key(key)
    assert len(str(error.value)) < 300


def test_the_longest_key_works(dataset: fo.Dataset) -> None:
    key = "k" * MAX_LENGTH
    compute(dataset, key=key)
    assert dataset.count(key) == len(dataset)


@pytest.mark.parametrize("path", ["lq", "lq_swap"])
def test_a_field_of_the_user_is_refused(dataset: fo.Dataset, path: str) -> None:
    set_all(dataset, path, 7.0)
    before = documents(dataset)
    with pytest.raises(ValueError, match=f"would overwrite: \\['{path}'\\]"):
        compute(dataset, key="lq")
    assert documents(dataset) == before
    assert dataset.list_runs() == []


@pytest.mark.parametrize(
    "path", ["ground_truth.detections.lq_swap", "predictions.detections.lq_overlooked", "lq_badloc"]
)
def test_values_that_nobody_declared_are_refused(dataset: fo.Dataset, path: str) -> None:
    parent, _, name = path.rpartition(".")
    place = f"{parent}.0.{name}" if parent else name
    collection = dataset._sample_collection
    collection.update_one({f"{parent or 'rank'}": {"$exists": 1, "$ne": []}}, {"$set": {place: 1}})
    before = documents(dataset)
    with pytest.raises(ValueError, match=f"have values in '{path}'"):
        compute(dataset, key="lq")
    assert documents(dataset) == before


@pytest.mark.parametrize("path", ["ground_truth", "predictions"])
def test_read_only_labels_are_refused(dataset: fo.Dataset, path: str) -> None:
    lock(dataset, path)
    before = documents(dataset)
    with pytest.raises(ValueError, match=f"\\['{path}'\\] are read-only"):
        compute(dataset, key="lq")
    assert documents(dataset) == before
    assert dataset.list_runs() == []


@pytest.mark.parametrize("path", ["lq", "ground_truth.detections.lq_swap"])
def test_read_only_scores_are_refused_and_outlive_their_run(dataset: fo.Dataset, path: str) -> None:
    compute(dataset, key="lq")
    lock(dataset, path)
    scores = dataset.values(path)
    with pytest.raises(ValueError, match="are read-only"):
        compute(dataset, key="lq")
    dataset.delete_run("lq")
    assert dataset.values(path) == scores
    left = [
        one for one in dataset.get_field_schema(flat=True) if one.rpartition(".")[2][:2] == "lq"
    ]
    assert left == [path]


def test_a_field_that_another_run_has_is_refused(dataset: fo.Dataset) -> None:
    compute(dataset, key="lq")
    scores = dataset.values("lq_swap")
    with pytest.raises(ValueError, match="would overwrite: \\['lq_swap'\\]"):
        compute(dataset, key="lq_swap")
    assert dataset.values("lq_swap") == scores


def test_a_renamed_score_is_the_user_s(dataset: fo.Dataset) -> None:
    compute(dataset, key="lq")
    dataset.rename_sample_field("lq_swap", "kept")
    kept = dataset.values("kept")
    compute(dataset, key="lq")
    assert dataset.values("kept") == kept
    assert dataset.count("lq_swap") == len(dataset)
    dataset.delete_run("lq")
    assert dataset.values("kept") == kept


def test_scores_follow_labels_that_were_renamed(dataset: fo.Dataset) -> None:
    compute(dataset, key="lq")
    dataset.rename_sample_field("ground_truth", "gt")
    compute(dataset, gt_field="gt", key="lq")
    dataset.delete_run("lq")
    assert not [path for path in dataset.get_field_schema(flat=True) if ".lq" in path]
    assert not dataset._sample_collection.count_documents({"gt.detections.lq_swap": {"$exists": 1}})


COPIES = {
    "clone": lambda dataset, folder: dataset.clone(),
    "clone of a view": lambda dataset, folder: dataset.limit(5).clone(),
    "json": lambda dataset, folder: (
        dataset.write_json(str(folder / "d.json")),
        fo.Dataset.from_json(str(folder / "d.json")),
    )[1],
}


@pytest.mark.parametrize("copy", COPIES)
@pytest.mark.parametrize("method", ["objectlab", "calibrated"])
def test_copies_can_be_scored_and_cleaned(dataset, copy, method, tmp_path) -> None:
    odquality.compute_label_quality(dataset, key="lq", method=method)
    copied = COPIES[copy](dataset, tmp_path)
    compute(copied, key="lq")
    assert copied.count("lq") == len(copied)
    assert not copied.has_field("lq_spurious")
    copied.delete_run("lq")
    left = [path for path in copied.get_field_schema(flat=True) if "lq" in path]
    assert left == []
    assert not any("lq" in str(one) for one in copied._sample_collection.find())
    assert dataset.count("lq") == len(dataset)
    copied.delete()


@pytest.mark.parametrize("copy", ["clone of a view", "json"])
def test_what_is_left_of_a_run_can_be_deleted(dataset, copy, tmp_path) -> None:
    compute(dataset, key="lq")
    copied = COPIES[copy](dataset, tmp_path)
    odquality.delete_run(copied, "lq")
    assert not any("lq" in str(one) for one in copied._sample_collection.find())
    assert not copied.has_field("lq")
    with pytest.raises(ValueError, match="expected a label quality run"):
        odquality.delete_run(copied, "lq")
    copied.delete()


@pytest.mark.parametrize("how", ["rename_sample_field", "clone_sample_field"])
def test_suggestions_that_someone_kept_are_theirs(dataset: fo.Dataset, how: str) -> None:
    settings = {"key": "lq", "method": "calibrated", "min_probability": 0.01}
    odquality.compute_label_quality(dataset, **settings)
    getattr(dataset, how)("lq_suggestions", "corrections")
    kept = list(dataset._sample_collection.find({}, {"corrections": 1}))
    assert any(one["corrections"]["detections"] for one in kept)
    odquality.compute_label_quality(dataset, **settings)
    dataset.rename_run("lq", "final")
    dataset.delete_run("final")
    assert list(dataset._sample_collection.find({}, {"corrections": 1})) == kept
    assert dataset.has_field("corrections.detections.kind")
