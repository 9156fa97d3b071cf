"""FiftyOne's documents of custom runs, and what a dataset's document knows of them.

Public: ``dataset.list_runs()`` and ``dataset.get_run_info(key)``, as a process last saw them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import fiftyone as fo
import fiftyone.core.odm as foo
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from pymongo import WriteConcern

from odquality.bridge.store.moment import read_once

Document = dict[str, Any]


class DatasetDeletedError(ValueError):
    """The dataset is not there any more."""

    @classmethod
    def of(cls, dataset: fo.Dataset) -> DatasetDeletedError:
        """What is said of a dataset, which this process or another has deleted."""
        return cls(f"dataset {dataset.name!r} was deleted")


def run_document(dataset: fo.Dataset, key: str) -> Document | None:
    """The document of the run under a key, with the database's time as ``now``; None for none."""
    link = links(dataset).get(key) if isinstance(key, str) else None
    if link is None:
        return None
    run = getattr(link, "id", link)
    pipeline = [{"$match": {"_id": run}}, {"$set": {"now": "$$NOW"}}]
    return read_once(("run", run), lambda: next(iter(runs().aggregate(pipeline)), None))


def links(dataset: fo.Dataset) -> Mapping[str, Any]:
    """Id of the document of every run that a dataset knows, by key.

    Raises:
        DatasetDeletedError: the dataset was deleted.
    """
    own = {"_id": dataset._doc.id}
    document = read_once(("links", dataset._doc.id), lambda: datasets().find_one(own, {"runs": 1}))
    if document is None:
        raise DatasetDeletedError.of(dataset)
    return document.get("runs") or {}


def stored_state(dataset: fo.Dataset) -> bytes:
    """A dataset's document and those of its runs, as bytes to compare; empty if it was deleted."""
    return read_once(("state", dataset._doc.id), lambda: _stored_state(dataset))


def _stored_state(dataset: fo.Dataset) -> bytes:
    raw = CodecOptions(document_class=RawBSONDocument)
    # Every process that loads a dataset notes when.
    passed_over = {"last_loaded_at": 0}
    document = datasets().with_options(raw).find_one({"_id": dataset._doc.id}, passed_over)
    if document is None:
        return b""
    ids = [getattr(link, "id", link) for link in (document.get("runs") or {}).values()]
    found = runs().with_options(raw).find({"_id": {"$in": ids}}).sort("_id", 1) if ids else ()
    return b"".join(one.raw for one in (document, *found))


def runs() -> Any:
    """The collection of runs, whose writes last."""
    return _lasting("runs")


def datasets() -> Any:
    """The collection of datasets, whose writes last."""
    return _lasting("datasets")


def _lasting(name: str) -> Any:
    """A collection whose writes are on disk when they are acknowledged.

    A server that is killed forgets what was not. Were that a record or a declaration, then values
    that a run writes when the server is back would belong to nobody, and samples could not be
    loaded with them.
    """
    return foo.get_db_conn().get_collection(name, write_concern=WriteConcern(j=True))
