"""How an operator was called, and on what."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Any

import fiftyone as fo
import fiftyone.operators as foo
from fiftyone.core.collections import SampleCollection

from odquality.app.operators.notices import NO_DATASET
from odquality.bridge.store.samples import is_dynamic_groups

# What FiftyOne adds: the part of a dataset that its forms ask for, and the panel of an event.
_FIFTYONES = ("view_target", "panel_id")
_GIVEN = ("samples", "ctx", "key")


def parameters_of(function: Callable[..., Any]) -> list[str]:
    """What a function on samples takes besides these and the key of a run."""
    return [name for name in inspect.signature(function).parameters if name not in _GIVEN]


def check_names(operator: foo.Operator, ctx: foo.ExecutionContext, names: Iterable[str]) -> None:
    """Checks that Python gives an operator no parameter that it would pass over.

    Args:
        operator: that was called.
        ctx: the call.
        names: of the parameters that it takes.

    Raises:
        ValueError: there is no dataset, or it gives others; lists those that there are.
    """
    if ctx.dataset is None:
        raise ValueError(NO_DATASET)
    taken = list(names)
    unknown = [name for name in ctx.params if name not in (*taken, *_FIFTYONES)]
    # A form may send what it shows and does not ask.
    if unknown and not is_from_app(ctx):
        told = ", ".join(taken) or "none"
        raise ValueError(f"{operator.name} has no parameter {unknown[0]!r}; it has {told}")


def context_of(samples: SampleCollection) -> dict[str, Any]:
    """The context that calls an operator on a dataset or view from Python."""
    return {"view" if isinstance(samples, fo.DatasetView) else "dataset": samples}


def is_from_app(ctx: foo.ExecutionContext) -> bool:
    """Whether a form of the App called, and not Python: the App's requests name the operator."""
    return "operator_uri" in ctx.request_params


def is_streamed(ctx: foo.ExecutionContext) -> bool:
    """Whether the App waits for the operator and takes what it yields.

    Neither a call from Python nor a delegated run keeps what a generator yields.
    """
    return is_from_app(ctx) and not ctx.delegated


def target_of(ctx: foo.ExecutionContext) -> SampleCollection:
    """The images that the operator was called on: of groups those of the active slice."""
    samples = ctx.target_view()
    # FiftyOne takes dynamic groups for groups with slices, which they have not.
    return flat(samples) if is_dynamic_groups(samples) else ctx.target_view(require_flat=True)


def flat(samples: SampleCollection) -> SampleCollection:
    """All images of dynamic groups; other samples as they are."""
    is_grouped = isinstance(samples, SampleCollection) and is_dynamic_groups(samples)
    return samples.flatten() if is_grouped else samples
