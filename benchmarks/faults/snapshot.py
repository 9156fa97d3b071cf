"""A whole database in memory: to go back to, and to compare byte by byte."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import bson
from bson.raw_bson import RawBSONDocument
from pymongo.database import Database

Document = dict[str, Any]
AnyDatabase = Database

# FiftyOne's own notes about the database and its sessions.
_PRIVATE = ("config", "delegated_ops", "execution_store")
_OPTIONS: Any = bson.CodecOptions(document_class=RawBSONDocument)


@dataclass(frozen=True)
class Snapshot:
    """The documents and indexes of a database.

    Attributes:
        documents: raw BSON of every document, by collection, in the order of their ids.
        indexes: keys and options of every index, by collection and name.
    """

    documents: dict[str, list[bytes]]
    indexes: dict[str, dict[str, Any]]

    @classmethod
    def take(cls, database: AnyDatabase) -> Snapshot:
        """Reads everything, once nothing is going on any more."""
        _wait_until_idle(database)
        names = [
            name
            for name in sorted(database.list_collection_names())
            if name not in _PRIVATE and not name.startswith("system.")
        ]
        return cls(
            {
                name: [
                    one.raw for one in database.get_collection(name, _OPTIONS).find().sort("_id")
                ]
                for name in names
            },
            {name: dict(database[name].index_information()) for name in names},
        )

    def restore(self, database: AnyDatabase) -> None:
        """Makes the database what it was."""
        for name in database.list_collection_names():
            if name not in _PRIVATE and not name.startswith("system."):
                database.drop_collection(name)
        for name, documents in self.documents.items():
            collection = database.get_collection(name, _OPTIONS)
            if documents:
                collection.insert_many(map(RawBSONDocument, documents))
            else:
                database.create_collection(name)
            for index, options in self.indexes[name].items():
                if index != "_id_":
                    named = {
                        key: value for key, value in options.items() if key not in ("v", "key")
                    }
                    collection.create_index(options["key"], name=index, **named)

    @cached_property
    def samples(self) -> dict[bson.ObjectId, Document]:
        """The samples by id, their fields in order."""
        return {one["_id"]: one for one in self.decode(self._samples_name)}

    @cached_property
    def dataset(self) -> Document:
        """The document that describes the one dataset."""
        (document,) = self.decode("datasets")
        return document

    def decode(self, name: str) -> list[Document]:
        """The documents of a collection."""
        return [bson.decode(one) for one in self.documents.get(name, ())]

    @property
    def sample_indexes(self) -> dict[str, Any]:
        """The indexes of the samples."""
        return self.indexes[self._samples_name]

    @property
    def _samples_name(self) -> str:
        return str(self.dataset["sample_collection_name"])


def differing(
    before: Iterable[Document], after: Iterable[Document], view: Callable[[Document], Document]
) -> list[Any]:
    """Ids of the documents that are not the same byte for byte.

    Args:
        before: documents with ids.
        after: the documents that they became.
        view: what of a document is compared.
    """
    old = {one["_id"]: bson.encode(view(one)) for one in before}
    new = {one["_id"]: bson.encode(view(one)) for one in after}
    return [key for key in {**old, **new} if old.get(key) != new.get(key)]


def without(document: Document, *names: str) -> Document:
    """A document without some of its fields."""
    return {name: value for name, value in document.items() if name not in names}


def _wait_until_idle(database: AnyDatabase) -> None:
    """Waits until the server has done what clients that are gone have asked it for."""
    prefix = f"{database.name}."
    while any(
        str(operation.get("ns", "")).startswith(prefix)
        for operation in database.client.admin.command("currentOp", active=True)["inprog"]
    ):
        time.sleep(0.01)
