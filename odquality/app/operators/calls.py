"""How an operator was called, and on what."""

from __future__ import annotations

from typing import Any

import fiftyone as fo
import fiftyone.operators as foo
from fiftyone.core.collections import SampleCollection

from odquality.bridge.store.samples import is_dynamic_groups


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
