"""How an operator was called."""

from __future__ import annotations

from typing import Any

import fiftyone as fo
import fiftyone.operators as foo
from fiftyone.core.collections import SampleCollection


def context_of(samples: SampleCollection) -> dict[str, Any]:
    """The context that calls an operator on a dataset or view from Python."""
    return {"view" if isinstance(samples, fo.DatasetView) else "dataset": samples}


def is_streamed(ctx: foo.ExecutionContext) -> bool:
    """Whether the App waits for the operator and takes what it yields.

    The App's requests name the operator; a call from Python does not, and neither that nor a
    delegated run keeps what a generator yields.
    """
    return not ctx.delegated and "operator_uri" in ctx.request_params
