"""A run in the hands of a process: every change of its record is one atomic update, while it is."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import Any

import fiftyone as fo
from bson import ObjectId
from pymongo.errors import PyMongoError

from odquality.bridge.store import owner as owners
from odquality.bridge.store.records import INCOMPLETE
from odquality.bridge.store.run_documents import datasets, links, runs

# How often a process says that it lives while it waits for something else, well within the time
# after which others give it up.
_BEAT_SECONDS = owners.SILENT_SECONDS / 4


class RunLostError(RuntimeError):
    """The run is no longer in the hands of this process."""


class Claim:
    """A run in the hands of this process, from `claim` or `take_over` until `end` or `give_up`.

    It can be pickled: processes that work for this one then hold the run with it.
    """

    def __init__(self, run: ObjectId, owner: Mapping[str, Any]) -> None:
        self._run = run
        self._token = owner["token"]

    def __enter__(self) -> Claim:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is not None:
            self.give_up()

    def renew(self) -> None:
        """Says that this process lives.

        Raises:
            RunLostError: the run was deleted or is in other hands.
        """
        self.note({})

    @contextmanager
    def heard(self) -> Iterator[None]:
        """Says that this process lives for as long as the block takes, whatever it waits for.

        To clear, rename or index the values of a million samples takes the database minutes.
        """
        over = threading.Event()
        threading.Thread(target=self._beat, args=(over,), daemon=True).start()
        try:
            yield
        finally:
            over.set()

    def _beat(self, over: threading.Event) -> None:
        while not over.wait(_BEAT_SECONDS):
            try:
                self.renew()
            except RunLostError:
                return  # As whoever changes the record next will notice.
            except PyMongoError:
                continue  # It may come back.

    def note(self, values: Mapping[str, Any]) -> None:
        """Changes entries of the configuration.

        Raises:
            RunLostError: the run was deleted or is in other hands.
        """
        changes = {f"config.{name}": {"$literal": value} for name, value in values.items()}
        self._update([{"$set": {**changes, "config.heard_of": "$$NOW"}}])

    def list_files(self, files: Iterable[ObjectId]) -> None:
        """Notes which files of results may be there.

        Raises:
            RunLostError: the run was deleted or is in other hands.
        """
        self.note({"files": file_names(files)})

    def show(self, results: ObjectId | None) -> None:
        """Gives the run other results until it ends, or none.

        Raises:
            RunLostError: the run was deleted or is in other hands.
        """
        self._update({"$set": {"results": results}})

    def end(self, state: str, *, results: ObjectId | None, **values: Any) -> None:
        """Lets the run go in a state, with its results.

        Raises:
            RunLostError: the run was deleted or is in other hands.
        """
        self._update(
            {
                "$set": {
                    "results": results,
                    "config.state": state,
                    **{f"config.{name}": value for name, value in values.items()},
                },
                "$unset": {"config.owner": "", "config.heard_of": ""},
            }
        )
        owners.retire(self._token)

    def recall(self) -> None:
        """Stops other processes that work on the run for this one: all but `give_up` fails now."""
        held = {"_id": self._run, "config.owner.token": self._token}
        runs().update_one(held, {"$set": {"config.owner.recalled": True}})

    def give_up(self) -> bool:
        """Ends the run as incomplete, where it still is in these hands.

        Returns:
            Whether the record is gone, so that nobody else will clear away what the run wrote.
        """
        owners.retire(self._token)
        runs().update_one(
            {"_id": self._run, "config.owner.token": self._token},
            {
                "$set": {"config.state": INCOMPLETE},
                "$unset": {"config.owner": "", "config.heard_of": ""},
            },
        )
        # Whoever took the run over waits for this.
        runs().update_one(
            {"_id": self._run, "config.predecessor": self._token},
            {"$unset": {"config.predecessor": ""}},
        )
        return runs().find_one({"_id": self._run}, {"_id": 1}) is None

    def forget(self, dataset: fo.Dataset) -> None:
        """Removes the record itself, when nothing else is left of the run.

        First the dataset forgets the run: FiftyOne stumbles over runs that it knows and cannot
        find, and `sweep` finds those that it does not know.
        """
        for key, run in links(dataset).items():
            if run == self._run:
                named = {"_id": dataset._doc.id, f"runs.{key}": run}
                datasets().update_one(named, {"$unset": {f"runs.{key}": ""}})
        runs().delete_one({"_id": self._run})
        owners.retire(self._token)

    def has_predecessor(self) -> bool:
        """Whether the process that had the run before may not have noticed yet."""
        document = runs().find_one({"_id": self._run}, {"config.predecessor": 1})
        return bool(document and document.get("config", {}).get("predecessor"))

    @property
    def key(self) -> str | None:
        """Key of the run, which someone may have renamed meanwhile; None if it was deleted."""
        document = runs().find_one({"_id": self._run}, {"key": 1})
        return document["key"] if document else None

    def _update(self, update: Any) -> None:
        held = {
            "_id": self._run,
            "config.owner.token": self._token,
            "config.owner.recalled": {"$exists": False},
        }
        if not runs().update_one(held, update).matched_count:
            raise RunLostError(
                "the run was deleted or taken over by another process while it was computed; it "
                "stopped and wrote nothing more"
            )


def file_names(files: Iterable[ObjectId]) -> list[str]:
    """Ids as FiftyOne can show them, and write them to JSON."""
    return [str(file) for file in files]
