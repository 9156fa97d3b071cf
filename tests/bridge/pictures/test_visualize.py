"""Pictures of the samples of a run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import fiftyone as fo
import numpy as np
import pytest
from PIL import Image, ImageColor

import odquality
from odquality.kinds import BY_NAME
from tests.bridge.conftest import MakeDataset
from tests.bridge.datasets import HEIGHT, WIDTH, compute, copy_of_boxes, random_samples


@pytest.fixture
def scored(make_dataset: MakeDataset, tmp_path: Path) -> fo.Dataset:
    """Forty images with media and a run by the calibrated method, which suspects much."""
    path = tmp_path / "grey.png"
    Image.new("RGB", (WIDTH, HEIGHT), "#b0b0b0").save(path)
    samples = random_samples(40)
    for number, sample in enumerate(samples):
        sample.filepath = str(tmp_path / f"{number}.png")
        Path(sample.filepath).symlink_to(path)
    dataset = make_dataset(samples)
    odquality.compute_label_quality(dataset, key="lq", min_probability=0.01)
    return dataset


def suggestions(sample: fo.Sample) -> list[fo.Detection]:
    return sample.lq_suggestions.detections


def a_suggestion(dataset: fo.Dataset, kind: str) -> tuple[fo.Sample, fo.Detection]:
    return next(
        (sample, one) for sample in dataset for one in suggestions(sample) if one.kind == kind
    )


def colors(picture: np.ndarray) -> set[str]:
    """The kinds whose colours are in a picture."""
    return {
        kind.name
        for kind in BY_NAME.values()
        if (picture == ImageColor.getrgb(kind.color)).all(axis=2).any()
    }


def test_a_sample_is_drawn_with_all_that_is_suspected(scored: fo.Dataset) -> None:
    sample, _ = a_suggestion(scored, "swap")
    picture = odquality.visualize(sample, "lq")
    assert picture.shape[1:] == (960, 3)
    assert picture.dtype == np.uint8
    assert colors(picture) == {one.kind for one in suggestions(sample)}


def test_of_a_dataset_the_sample_to_review_first_is_drawn(scored: fo.Dataset) -> None:
    worst = odquality.worst_first(scored, "lq").first()
    np.testing.assert_array_equal(
        odquality.visualize(scored, "lq"), odquality.visualize(worst, "lq")
    )


def test_any_slice_of_a_group_is_drawn(scored: fo.Dataset, make_dataset: MakeDataset) -> None:
    grouped = make_dataset()
    grouped.add_group_field("group", default="left")
    for number, sample in enumerate(scored):
        group = fo.Group().element("left" if number % 2 else "right")
        grouped.add_sample(copy_of_boxes(sample, sample.filepath, group=group))
    odquality.compute_label_quality(
        grouped.select_group_slices("left"), key="lq", min_probability=0.01
    )
    for active in ("left", "right"):
        grouped.group_slice = active
        worst = odquality.worst_first(grouped, "lq")
        assert len(worst) == 20
        assert worst.values("lq_expected_errors") == sorted(
            worst.values("lq_expected_errors"), reverse=True
        )
        picture = odquality.visualize(grouped, "lq", size=300)
        assert colors(picture) == {one.kind for one in suggestions(worst.first())}
        issue = odquality.list_issues(grouped, "lq", kinds="swap")[0]
        for named in (issue, issue.id, issue.suggestion_id):
            assert colors(odquality.visualize(grouped, "lq", issue=named, size=300)) == {"swap"}


@pytest.mark.parametrize("kind", ["swap", "overlooked", "badloc"])
def test_an_issue_is_drawn_alone(scored: fo.Dataset, kind: str) -> None:
    sample, issue = a_suggestion(scored, kind)
    picture = odquality.visualize(scored, "lq", issue=issue.id, size=300)
    assert colors(picture) == {kind}
    for samples in (scored, scored.view(), sample):
        np.testing.assert_array_equal(
            odquality.visualize(samples, "lq", issue=issue, size=300), picture
        )


def test_an_issue_of_a_review_is_drawn_whether_open_or_decided(scored: fo.Dataset) -> None:
    issue = odquality.list_issues(scored, "lq", kinds="overlooked")[0]
    picture = odquality.visualize(scored, "lq", issue=issue, size=300)
    suggestion = odquality.visualize(scored, "lq", issue=issue.suggestion_id, size=300)
    np.testing.assert_array_equal(picture, suggestion)
    by_id = odquality.visualize(scored, "lq", issue=issue.id, size=300)
    np.testing.assert_array_equal(picture, by_id)
    (decided,) = odquality.accept(scored, "lq", issue).done
    assert colors(odquality.visualize(scored, "lq", issue=decided, size=300)) == {"overlooked"}
    assert colors(odquality.visualize(scored, "lq", issue=issue.id, size=300)) == {"overlooked"}
    with pytest.raises(ValueError, match="has no such suggestion"):
        odquality.visualize(scored.exclude(issue.sample_id), "lq", issue=issue)


def test_the_surroundings_of_a_box_are_drawn(scored: fo.Dataset) -> None:
    part = odquality.visualize(scored, "lq", around=(0.4, 0.4, 0.1, 0.1), size=200, legend=False)
    assert part.shape == (200, 200, 3)


def test_predictions_of_low_confidence_are_left_out(scored: fo.Dataset) -> None:
    sample = scored.first()
    pictures = [odquality.visualize(sample, "lq", min_confidence=least) for least in (0, 0.2)]
    assert pictures[0].shape != pictures[1].shape or (pictures[0] != pictures[1]).any()


def test_a_picture_is_saved(scored: fo.Dataset, tmp_path: Path) -> None:
    picture = odquality.visualize(scored, "lq", save_as=tmp_path / "picture.png")
    np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / "picture.png")), picture)


def test_runs_without_suggestions_are_drawn(scored: fo.Dataset) -> None:
    compute(scored, key="ol")
    assert colors(odquality.visualize(scored, "ol")) == set()


def test_labels_may_be_renamed_deleted_or_malformed(scored: fo.Dataset) -> None:
    sample, issue = a_suggestion(scored, "swap")
    scored.rename_sample_field("ground_truth", "truth")
    sample.truth.detections = [fo.Detection(label=None, bounding_box=[]), fo.Detection()]
    sample.save()
    assert colors(odquality.visualize(sample, "lq", issue=issue)) == {"swap"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"key": "other"}, r"key is 'other'; expected a label quality run: one of \['lq'\]"),
        ({"issue": "nonsense"}, "issue is 'nonsense'; run 'lq' has no such suggestion"),
        ({"issue": f"{'5f' * 12}/swap/{'5f' * 12}"}, "has no such suggestion on these samples"),
        ({"issue": "nonsense/swap/nonsense"}, "has no such suggestion on these samples"),
        ({"issue": "5f" * 12}, "has no such suggestion on these samples"),
        ({"issue": 3}, "issue is 3; expected an issue or suggestion, or its id"),
        ({"min_confidence": 2}, "min_confidence is 2"),
        ({"size": "large"}, "size is 'large'"),
    ],
)
def test_what_cannot_be_drawn_is_refused(
    scored: fo.Dataset, arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        odquality.visualize(scored, **{"key": "lq"} | arguments)


def test_there_must_be_samples(scored: fo.Dataset) -> None:
    with pytest.raises(ValueError, match="a sample that is in no dataset"):
        odquality.visualize(fo.Sample("/nowhere/a.png"), "lq")
    with pytest.raises(ValueError, match="samples is a str; expected a FiftyOne dataset or view"):
        odquality.visualize("lq", "lq")
    with pytest.raises(ValueError, match="samples has none that run 'lq' scored"):
        odquality.visualize(scored.limit(0), "lq")


def test_there_must_be_an_image(scored: fo.Dataset) -> None:
    sample = scored.first()
    Path(sample.filepath).unlink()
    with pytest.raises(ValueError, match="no image can be read from"):
        odquality.visualize(sample, "lq")


def test_a_view_must_show_the_fields_of_the_run(scored: fo.Dataset) -> None:
    for view in (scored.exclude_fields("predictions"), scored.to_patches("ground_truth")):
        with pytest.raises(ValueError, match=r"samples do not show \[.*'predictions'.*\]"):
            odquality.visualize(view, "lq")
    hidden = scored.exclude_fields("predictions").first()
    with pytest.raises(ValueError, match=r"samples do not show \['predictions'\]"):
        odquality.visualize(hidden, "lq")
