"""Decide whether an exception of a handler was caused by the peer of its connection.

A peer that leaves is no bug of the server, and must not end it: such a failure is counted, any
other is given to ``on_handler_error`` or leaves the server. The rules that live here:

- Every error of our streams carries the serial number of its connection (``origin``). The failure
  of another connection, such as one to a database, is the handler's, of whatever class it is.
- An error that was raised from such an error counts as that one, a group only by all its leaves.
- AnyIO's TLS stream raises errors of its own that do not say which stream failed. Only their
  traceback does: there is a frame of the TLS stream in it, whose ``self`` leads to ours.
- What remains of a group without an :exc:`Exception`, and what is none itself (KeyboardInterrupt,
  a cancellation), is no failure at all.
"""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterator

import anyio
import attrs
from anyio.streams.tls import TLSStream

from anynet._rules.values.errors import causes, leaves


class FailureOrigin(enum.Enum):
    """Where an exception that left a handler came from."""

    PEER = "the peer of the connection"
    HANDLER = "the handler"
    OUTSIDE = "a cancellation, or an exit of the program"


@attrs.frozen
class Failure:
    """An exception of a handler, taken apart."""

    origin: FailureOrigin
    #: The exception without the cancellations in it.
    error: BaseException
    #: The cancellations: on Trio a cancelled task group raises both what failed and that it was
    #: cancelled.
    cancelled: BaseException | None = None


def classify(
    error: BaseException, origins: Collection[int], streams: Collection[object]
) -> Failure:
    """Take ``error`` apart, which a handler raised; see :func:`caused_by_peer` for the rest."""
    failure: BaseException | None = error
    cancelled: BaseException | None = None
    if isinstance(error, BaseExceptionGroup):
        cancelled, failure = error.split(anyio.get_cancelled_exc_class())
    if not isinstance(failure, Exception):
        return Failure(FailureOrigin.OUTSIDE, error)
    by_peer = caused_by_peer(failure, origins, streams)
    return Failure(FailureOrigin.PEER if by_peer else FailureOrigin.HANDLER, failure, cancelled)


def caused_by_peer(
    error: BaseException, origins: Collection[int], streams: Collection[object]
) -> bool:
    """Whether the peer of one connection caused all of ``error``.

    It did if every leaf is, or was raised from, an error with one of ``origins``, or an error of a
    TLS stream over one of ``streams``. The same error from another connection is not the peer's.
    """
    return all(
        any(
            getattr(link, "origin", None) in origins or _came_through_tls(link, streams)
            for link in causes(leaf)
        )
        for leaf in leaves(error)
    )


def _came_through_tls(error: BaseException, streams: Collection[object]) -> bool:
    """Whether ``error`` was raised inside a TLS stream over one of ``streams``."""
    return any(
        any(layer is stream for stream in streams)
        for tls in _tls_streams_in_traceback(error)
        for layer in _layers(tls)
    )


def _tls_streams_in_traceback(error: BaseException) -> Iterator[TLSStream]:
    traceback = error.__traceback__
    while traceback is not None:
        owner = traceback.tb_frame.f_locals.get("self")
        if isinstance(owner, TLSStream):
            yield owner
        traceback = traceback.tb_next


def _layers(stream: object) -> Iterator[object]:
    """What lies below a TLS stream, layer by layer."""
    while isinstance(stream, TLSStream):
        stream = stream.transport_stream
        yield stream
