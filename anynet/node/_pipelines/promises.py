"""The functions of Node's ``stream.promises``, which are awaited instead of calling back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from anynet.node._loop.runtime import current_runtime
from anynet.node._pipelines.outcome import Outcome, Settlement
from anynet.node._pipelines.pipeline import Pipeline
from anynet.node._pipelines.watching import finished_outcome as finished
from anynet.node._streams.options import merged_options

__all__ = ["finished", "pipeline"]


def pipeline(*streams: Any, **more: Any) -> Outcome:
    """The same as ``stream.pipeline``, without a callback: ``value = await pipeline(a, b, c)``.

    It has begun when this returns. Options, a mapping after the streams or keyword arguments:
    ``signal`` (aborting it ends the pipeline with an :exc:`AbortError`), ``end`` (False: the last
    stream is not ended). Cancelling the ``await`` aborts the pipeline.
    """
    options: Any = None
    if streams and isinstance(streams[-1], Mapping):
        options, streams = streams[-1], streams[:-1]
    settlement = Settlement(current_runtime())
    parts = Pipeline(streams, settlement.settle, merged_options(options, more))
    parts.assemble()
    return Outcome(settlement, parts.abort)
