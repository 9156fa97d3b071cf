"""The one pipeline of Apache Beam: work on parts, merged, and handed over through the database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import apache_beam as beam
import fiftyone.core.utils as fou
from apache_beam.options.pipeline_options import PipelineOptions, StandardOptions
from apache_beam.runners.runner import PipelineResult
from bson import ObjectId

from odquality.bridge.engines.parts import Part
from odquality.bridge.engines.parts_engine import Work
from odquality.bridge.store import exchange
from odquality.core.parameters import shown


def options_of(
    given: PipelineOptions | Sequence[str] | Mapping[str, Any] | None,
) -> PipelineOptions:
    """Options of a pipeline, in whatever form they were given; nothing else counts.

    Raises:
        ValueError: they have no such form, or Beam cannot read them.
    """
    if given is None:
        # As FiftyOne's own pipelines run where nothing is said.
        given = {
            "runner": "DirectRunner",
            "direct_running_mode": "multi_processing",
            "direct_num_workers": max(1, fou.recommend_process_pool_workers()),
        }
    with _refused_by_beam(given):
        options = _read(given)
        if "dask" in str(options.view_as(StandardOptions).runner).lower():
            _spread_over_dask(options)
        # Beam reads most options late.
        options.get_all_options()
    return options


def _read(given: Any) -> PipelineOptions:
    if isinstance(given, PipelineOptions):
        return given
    is_list = isinstance(given, (Sequence, Mapping)) and not isinstance(given, (str, bytes))
    if is_list and all(isinstance(one, str) for one in given):
        # Where there is no list of flags, Beam takes those of the program's own command line.
        if isinstance(given, Mapping):
            return PipelineOptions([], **given)
        return PipelineOptions(list(given))
    raise ValueError(
        f"pipeline_options is {shown(given)}; expected Apache Beam's PipelineOptions, a list of "
        "flags such as ['--runner=DirectRunner'], or a dict such as {'runner': 'DirectRunner'}"
    )


@contextmanager
def _refused_by_beam(given: object) -> Iterator[None]:
    """Makes an error of it where Beam, as a command does, would end the program."""
    try:
        yield
    except SystemExit as end:
        why = end.__context__ or "it has written why to the terminal"
        raise ValueError(
            f"pipeline_options is {shown(given)}, which Apache Beam refuses: {why}"
        ) from None


def _spread_over_dask(options: PipelineOptions) -> None:
    """Gives each part to a worker by itself: by default 128 of them are one piece of work."""
    from apache_beam.runners.dask.dask_runner import DaskOptions

    of_dask = options.view_as(DaskOptions)
    if not of_dask.npartitions and not of_dask.partition_size:
        of_dask.partition_size = 1


def run_pipeline(options: PipelineOptions, work: Work, shared: Any, parts: Sequence[Part]) -> Any:
    """Does some work on every part and merges what is found.

    Args:
        options: where and how.
        work: called with each part and ``shared``.
        shared: a side input.
        parts: at least one.

    Raises:
        Exception: some part failed, as the runner tells it.
    """
    result, *of_parts = slots = [ObjectId() for _ in range(len(parts) + 1)]
    try:
        # Not within the pipeline: runners limit its size, and a view's parts list all ids.
        for slot, part in zip(of_parts, parts, strict=True):
            exchange.put(slot, part)
        pipeline = _pipeline(options, work, shared, of_parts, result)
        running = pipeline.run()
        try:
            running.wait_until_finish()
        finally:
            _disconnect(running)
        return exchange.take(result)
    finally:
        exchange.empty(slots)


def _pipeline(
    options: PipelineOptions, work: Work, shared: Any, parts: list[ObjectId], result: ObjectId
) -> beam.Pipeline:
    """The pipeline; parts and result are slots of the exchange."""
    pipeline = beam.Pipeline(options=options)
    side = pipeline | "Shared" >> beam.Create([shared])
    _ = (
        pipeline
        | "Parts" >> beam.Create(parts)
        # Or a runner might do all parts in the one process that lists them.
        | "Spread" >> beam.Reshuffle()
        | "Work" >> beam.ParDo(_Work(work), beam.pvalue.AsSingleton(side))
        | "Merge" >> beam.CombineGlobally(_Merge())
        | "Hand over" >> beam.ParDo(_HandOver(result))
    )
    return pipeline


def _disconnect(result: PipelineResult) -> None:
    """Ends the connection to a cluster of Dask, which would try forever to keep it up."""
    client = getattr(result, "client", None)
    if client is not None:
        client.close()


class _Work(beam.DoFn):
    def __init__(self, work: Work) -> None:
        self._work = work

    def process(self, slot: Any, shared: Any) -> Iterable[Any]:
        yield self._work(exchange.take(slot), shared)


class _Merge(beam.CombineFn):
    """Merges what is found in parts; None stands for nothing."""

    def create_accumulator(self) -> Any:
        return None

    def add_input(self, accumulator: Any, element: Any) -> Any:
        return element if accumulator is None else accumulator.merge(element)

    def merge_accumulators(self, accumulators: Iterable[Any]) -> Any:
        merged = None
        for one in accumulators:
            if one is not None:
                merged = self.add_input(merged, one)
        return merged

    def extract_output(self, accumulator: Any) -> Any:
        return accumulator


class _HandOver(beam.DoFn):
    def __init__(self, slot: ObjectId) -> None:
        self._slot = slot

    def process(self, found: Any) -> None:
        exchange.put(self._slot, found)
