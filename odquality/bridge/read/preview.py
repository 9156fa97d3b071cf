"""A quick look at some samples, before a run reads them all."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Protocol

import fiftyone as fo
from fiftyone import ViewField as F
from fiftyone.core.collections import SampleCollection

from odquality.bridge.read.reader import Reader
from odquality.bridge.read.reading import Reading
from odquality.bridge.read.source import Source
from odquality.bridge.store.samples import dataset_of

logger = logging.getLogger(__name__)

# A form takes this look whenever something in it changes.
_SAMPLES_READ = 100
_SAMPLES_SEARCHED = 2000


class Settings(Protocol):
    """The settings of a run, as far as they say what to read."""

    def source(self, dataset: fo.Dataset) -> Source:
        """What to read from every sample."""
        ...


@dataclass(frozen=True)
class Preview:
    """What the first samples give away.

    Attributes:
        refusal: why a run would refuse the data, or None.
        warnings: what suggests that labels and predictions do not fit together.
        question: whether the detector was trained on the labels, where that must be asked.
        has_unannotated: whether a sample has no value in the ground-truth field.
    """

    refusal: str | None = None
    warnings: tuple[str, ...] = ()
    question: str | None = None
    has_unannotated: bool = False


def preview(samples: SampleCollection, settings: Settings) -> Preview:
    """Looks at the first samples: reads some of them, and searches some more for labels.

    What goes wrong says nothing: whoever fills in a form is told what is wrong with each argument,
    and a look that fails must not keep the form from being drawn.

    Args:
        samples: a dataset or view.
        settings: of the run that may follow.
    """
    try:
        source = settings.source(dataset_of(samples))
        reading = _read_first(samples, source)
        unannotated = F(source.gt_field).is_null()
        found = samples.limit(_SAMPLES_SEARCHED).match(unannotated).limit(1)
        return Preview(
            reading.refusal(), tuple(reading.findings()), reading.question(), len(found) > 0
        )
    except Exception as error:
        logger.debug("No preview: %s", error)
        return Preview()


def check_first(samples: SampleCollection, source: Source) -> None:
    """Checks a few samples, to refuse what makes no sense before anything is written.

    Raises:
        ValueError: labels and predictions beyond doubt do not fit together.
    """
    refusal = _read_first(samples, source).refusal()
    if refusal:
        raise ValueError(refusal)


def _read_first(samples: SampleCollection, source: Source) -> Reading:
    """What there is to find in some samples."""
    # In whatever unit: metadata, which may be missing, tells nothing that is needed here.
    reader = Reader(source.in_unit_squares())
    for _ in reader.read(samples.limit(_SAMPLES_READ)):
        pass
    return reader.reading
