"""A dataset's document is loaded without harm to whoever else uses it."""

from __future__ import annotations

from threading import Thread

import fiftyone as fo
import fiftyone.core.odm as foo
import pytest

from odquality.bridge.store.dataset_document import changing_app_config, reload
from odquality.bridge.store.run_documents import DatasetDeletedError, datasets


def stored(dataset: fo.Dataset) -> foo.DatasetDocument:
    return foo.DatasetDocument.objects.get(id=dataset._doc.id)


def test_what_others_have_changed_is_shown(dataset: fo.Dataset) -> None:
    datasets().update_one({"_id": dataset._doc.id}, {"$set": {"description": "theirs"}})
    reload(dataset)
    assert dataset.description == "theirs"


def test_what_was_not_saved_is_kept(dataset: fo.Dataset) -> None:
    dataset.info["mine"] = 1
    datasets().update_one({"_id": dataset._doc.id}, {"$set": {"description": "theirs"}})
    reload(dataset)
    assert dataset.info == stored(dataset).info == {"mine": 1}
    assert dataset.description == "theirs"


def test_the_document_that_another_thread_has_at_hand_stays_as_it_is(dataset: fo.Dataset) -> None:
    at_hand = dataset._doc
    datasets().update_one({"_id": at_hand.id}, {"$set": {"description": "theirs"}})
    reload(dataset)
    assert at_hand.description is None
    at_hand.save()
    assert stored(dataset).description == "theirs"


def test_a_dataset_that_was_deleted_is_named(dataset: fo.Dataset) -> None:
    datasets().delete_one({"_id": dataset._doc.id})
    dataset.info["mine"] = 1
    with pytest.raises(DatasetDeletedError, match=dataset.name):
        reload(dataset)


def test_an_app_configuration_is_saved_although_another_call_loads_the_dataset(
    dataset: fo.Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Elsewhere FiftyOne saves what was changed before it loads.
    monkeypatch.setenv("FIFTYONE_SERVER", "true")
    with changing_app_config(dataset) as config:
        config.media_fields = ["filepath", "thumbnail"]
        fo.load_dataset(dataset.name, reload=True)
        config.grid_media_field = "thumbnail"
    for shown in (dataset.app_config, stored(dataset).app_config):
        assert shown.media_fields == ["filepath", "thumbnail"]
        assert shown.grid_media_field == "thumbnail"


def test_an_app_configuration_is_changed_as_another_process_left_it(dataset: fo.Dataset) -> None:
    dataset.app_config.media_fields = ["filepath"]
    dataset.save()
    theirs = {"app_config.media_fields": ["filepath", "theirs"]}
    datasets().update_one({"_id": dataset._doc.id}, {"$set": theirs})
    with changing_app_config(dataset) as config:
        config.media_fields = [*config.media_fields, "mine"]
    assert stored(dataset).app_config.media_fields == ["filepath", "theirs", "mine"]


def test_two_changes_of_an_app_configuration_follow_each_other(dataset: fo.Dataset) -> None:
    def add(path: str) -> None:
        with changing_app_config(dataset) as config:
            config.media_fields = [*config.media_fields, path]

    with changing_app_config(dataset) as config:
        mine = [*config.media_fields, "mine"]
        other = Thread(target=add, args=["theirs"])
        other.start()
        other.join(timeout=0.2)
        assert other.is_alive()
        config.media_fields = mine
    other.join()
    assert stored(dataset).app_config.media_fields == ["filepath", "mine", "theirs"]
