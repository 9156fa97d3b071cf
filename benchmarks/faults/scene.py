"""The dataset that is run on: made so that a run sends several batches."""

from __future__ import annotations

from typing import Any

import fiftyone as fo
import numpy as np
from bson import ObjectId

NAME = "faults"
# The key of the runs, and that of others beside them.
KEY, OTHER_KEY = "lq", "second"

# A run reads and writes 1,000 samples at a time.
TWO_BATCHES = 1_010
ONE_BATCH = 60
# With so many predictions on each, what a run keeps of two batches is more than it keeps in memory.
CROWDED = 1_200

# Stored fields of a sample, without those of runs.
OWN_FIELDS = (
    "filepath",
    "tags",
    "_media_type",
    "_rand",
    "metadata",
    "created_at",
    "last_modified_at",
    "_dataset_id",
    "ground_truth",
    "predictions",
    "rank",
    "lq_note",
)
# The sample that is added while a run goes on.
ADDED = ObjectId("00000000000000000000add0")

_CLASSES = ("cat", "dog", "bird")


def make_dataset(num_samples: int, num_found: int = 0) -> None:
    """Makes the dataset, with fields, attributes, an index and a sidebar of the user's own.

    Some of their names begin like those of a run.

    Args:
        num_samples: of the dataset.
        num_found: predictions on each sample beside some that lie on its labels.
    """
    dataset = fo.Dataset(NAME, persistent=True)
    box = fo.Detection(label="cat", bounding_box=[0.1, 0.1, 0.2, 0.2], confidence=0.5)
    dataset.add_sample(
        fo.Sample(
            "pattern.jpg",
            metadata=fo.ImageMetadata(width=640, height=480),
            ground_truth=fo.Detections(detections=[box.copy()]),
            predictions=fo.Detections(detections=[box.copy()]),
            rank=0,
            lq_note="pattern",
        )
    )
    dataset.add_sample_field("ground_truth.detections.lq_seen_by", fo.StringField)
    dataset.create_index("rank")
    dataset.app_config.sidebar_groups = [
        fo.SidebarGroupDocument(name="tags"),
        fo.SidebarGroupDocument(name="mine", paths=["rank", "lq_note"]),
    ]
    dataset.app_config.active_fields = fo.ActiveFields(paths=["rank"])
    dataset.save()
    collection = dataset._sample_collection
    pattern = collection.find_one()
    collection.insert_many(_documents(pattern, num_samples, num_found))
    collection.delete_one({"_id": pattern["_id"]})


def _documents(pattern: dict[str, Any], num_samples: int, num_found: int) -> list[dict[str, Any]]:
    rng = np.random.default_rng(51)
    box = pattern["ground_truth"]["detections"][0]
    documents = []
    for number in range(num_samples):
        labels, found = [], []
        for _ in range(int(rng.integers(0, 3))):
            xywh = rng.uniform(0.05, 0.45, 4)
            name, wrong = rng.choice(_CLASSES, 2)
            labels.append(_detection(box, str(name), xywh, None, lq_seen_by="someone"))
            seen = str(wrong if rng.random() < 0.1 else name)
            jittered = (xywh + rng.normal(0, 0.02, 4)).clip(0.01)
            found.append(_detection(box, seen, jittered, rng.uniform(0.4, 1)))
        if rng.random() < 0.3:
            anywhere = rng.uniform(0.05, 0.45, 4)
            found.append(_detection(box, "cat", anywhere, rng.uniform(0.05, 1)))
        more = rng.uniform(0.05, 0.45, (num_found, 4))
        found += [_detection(box, "dog", xywh, 0.001) for xywh in more]
        one = {
            **pattern,
            "_id": ObjectId(),
            "filepath": f"/nowhere/{number}.jpg",
            "ground_truth": {"_cls": "Detections", "detections": labels},
            "predictions": {"_cls": "Detections", "detections": found},
            "rank": number,
            "lq_note": f"note {number}",
        }
        if number % 97 == 5:
            one["predictions"] = None
        documents.append(one)
    return documents


def _detection(
    pattern: dict[str, Any], label: str, xywh: Any, confidence: float | None, **more: Any
) -> dict[str, Any]:
    return {
        **pattern,
        "_id": ObjectId(),
        "label": label,
        "bounding_box": xywh.tolist(),
        "confidence": confidence,
        **more,
    }
