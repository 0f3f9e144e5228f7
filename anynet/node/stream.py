"""Node's ``stream`` module: ``from anynet.node import stream``.

Streams of bytes or of objects, and what joins and watches them. Everything needs a runtime.
"""

from typing import NoReturn

from anynet.node._modules.absent import absent_member
from anynet.node._pipelines import promises
from anynet.node._pipelines.outcome import Outcome
from anynet.node._pipelines.pipeline import pipeline
from anynet.node._pipelines.watching import (
    addAbortSignal,
    destroy,
    finished,
    isDestroyed,
    isDisturbed,
    isErrored,
    isReadable,
    isWritable,
)
from anynet.node._streams.duplex import Duplex
from anynet.node._streams.options import getDefaultHighWaterMark, setDefaultHighWaterMark
from anynet.node._streams.readable import Readable
from anynet.node._streams.stream import Stream
from anynet.node._streams.transform import PassThrough, Transform
from anynet.node._streams.writable import Writable

__all__ = [
    "Duplex",
    "Outcome",
    "PassThrough",
    "Readable",
    "Stream",
    "Transform",
    "Writable",
    "addAbortSignal",
    "destroy",
    "finished",
    "getDefaultHighWaterMark",
    "isDestroyed",
    "isDisturbed",
    "isErrored",
    "isReadable",
    "isWritable",
    "pipeline",
    "promises",
    "setDefaultHighWaterMark",
]


def __getattr__(name: str) -> NoReturn:
    raise absent_member("stream", name)
