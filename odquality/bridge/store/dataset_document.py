"""A dataset's document as this process shows it, which threads may share.

In the App's server calls of operators are answered side by side, by one object for each dataset.
FiftyOne loads its document anew at every call.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

import fiftyone as fo

from odquality.bridge.store.run_documents import DatasetDeletedError

# Held from reading a configuration to saving it: its lists are saved whole.
_CHANGING = Lock()


def reload(dataset: fo.Dataset) -> None:
    """Shows a dataset's document as it is in the database; saves first what was not saved.

    Another document takes the place of the one that was there. While one is loaded into, all of it
    counts as changed, and a thread that saved it meanwhile would save what another has read,
    however old that is.

    Public: ``dataset.reload()``, which also forgets unsaved changes to samples.

    Raises:
        DatasetDeletedError: the dataset was deleted, by whichever process.
    """
    document = dataset._doc
    stored = type(document).objects(id=document.id)
    if document._get_changed_fields() and stored.first() is not None:
        document.save()
    loaded = stored.first()
    if loaded is None:
        raise DatasetDeletedError.of(dataset)
    dataset._doc = loaded


@contextmanager
def changing_app_config(dataset: fo.Dataset) -> Iterator[fo.DatasetAppConfig]:
    """An App configuration to change, as the database has it now, which is saved at the end.

    What one call of an operator has changed in ``dataset.app_config`` another, which loads the
    dataset, may throw away before ``dataset.save()``. So what is changed and saved is the document
    that was there first.

    Public: ``dataset.reload()``, ``dataset.app_config`` and ``dataset.save()``.

    Raises:
        DatasetDeletedError: the dataset was deleted, by whichever process.
    """
    with _CHANGING:
        reload(dataset)
        document = dataset._doc
        yield document.app_config
        document.save()
    if dataset._doc is not document:
        reload(dataset)
