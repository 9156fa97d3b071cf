"""Runs on Apache Beam: on the processes of one machine, on Dask, Flink, Spark or Dataflow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from odquality.bridge.engines.parts import Part
from odquality.bridge.engines.parts_engine import (
    IMAGES_PER_PART,
    PartsEngine,
    PartsPasses,
    Work,
)
from odquality.bridge.run.engine import Job

if TYPE_CHECKING:
    from apache_beam.options.pipeline_options import PipelineOptions


@dataclass(frozen=True)
class BeamEngine(PartsEngine):
    """Computes runs as Apache Beam pipelines, with the same results as in one process.

    Workers need this package, and the database of the process that starts the run.

    Attributes:
        pipeline_options: where the pipelines run and by how many workers, as Beam's
            ``PipelineOptions``, a list of flags (``["--runner=FlinkRunner", ...]``) or a dict of
            options; several processes on this machine if None.
        images_per_part: number of images in a part, rounded up to whole thousands. A worker does
            one part after the other, and a part again that was lost.

    Raises:
        ImportError: Apache Beam is not installed.
    """

    pipeline_options: PipelineOptions | Sequence[str] | Mapping[str, Any] | None = None
    images_per_part: int = IMAGES_PER_PART

    def __post_init__(self) -> None:
        if find_spec("apache_beam") is None:
            raise ImportError(
                'BeamEngine needs Apache Beam, which is missing: pip install "odquality[beam]"'
            )

    def begin(self, job: Job) -> PartsPasses:
        """Gets ready for a run.

        Raises:
            ValueError: as that of every `PartsEngine`, or Beam cannot read the options.
        """
        from odquality.bridge.engines.pipeline import options_of

        options_of(self.pipeline_options)
        return super().begin(job)

    def gather(self, work: Work, shared: Any, parts: Sequence[Part]) -> Any:
        """Does some work on every part in a pipeline, and merges what is found."""
        # Loads Beam, which takes a second.
        from odquality.bridge.engines.pipeline import options_of, run_pipeline

        return run_pipeline(options_of(self.pipeline_options), work, shared, parts)
