"""Take an exception that left a handler apart: what of it is whose.

A peer that leaves is no bug of the server, a bug of a handler is no reason to end the server, and
what is to end the program is neither. Each exception in a group is judged for itself. The rules
that live here:

- Every error of our streams carries the mark of its connection (``origin``). The failure of another
  connection, such as one to a database, is the handler's, of whatever class it is.
- An error that was raised from such an error counts as that one.
- AnyIO's TLS stream raises errors of its own that do not say which stream failed. Only their
  traceback does: there is a frame of the TLS stream in it, whose ``self`` leads to ours.
- A cancellation that no scope around the server asked for (a ``CancelledError`` out of somebody
  else's task, a native ``task.cancel()``) is a failure of the handler, and so is a GeneratorExit.
  Passed on, the first would end the server without anybody saying why.
- Any other exception that is no :exc:`Exception` is to end the program.
"""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterator

import anyio
import attrs
from anyio.streams.tls import TLSStream

from anynet._rules.values.errors import HandlerStopped, causes, leaves
from anynet._rules.values.origins import Origin, origin_of

_PLAIN_ENDS = (anyio.EndOfStream, anyio.ClosedResourceError)


class FailureOrigin(enum.Enum):
    """Where an exception that left a handler came from."""

    PEER = "the peer of the connection"
    HANDLER = "the handler"
    CANCELLATION = "a cancellation of the server, or of the handler by it"
    EXIT = "what is to end the program"


@attrs.frozen
class Failure:
    """An exception of a handler, taken apart: a group for several, None for none."""

    by_peer: BaseException | None = None
    by_handler: Exception | None = None
    cancelled: BaseException | None = None
    #: Bare where it is alone.
    exit: BaseException | None = None

    @property
    def is_plain_end(self) -> bool:
        """Whether nothing happened but that the peer ended its side, or this side closed.

        Anything else may have cut a reply off. What was raised *from* the end is something else,
        too: a request that the peer did not finish, say.
        """
        if self.by_handler is not None or self.exit is not None or self.by_peer is None:
            return False
        return all(isinstance(leaf, _PLAIN_ENDS) for leaf in leaves(self.by_peer))


def take_apart(
    error: BaseException,
    origins: Collection[Origin],
    streams: Collection[object],
    *,
    cancelling: bool,
) -> Failure:
    """Take ``error`` apart, which the handler of one connection raised.

    ``origins`` are the marks of that connection, ``streams`` its streams; ``cancelling`` says
    whether a scope around the handler is cancelled.
    """

    def part(wanted: FailureOrigin) -> BaseException | None:
        def matches(leaf: BaseException) -> bool:
            if isinstance(leaf, BaseExceptionGroup):
                return False
            return _origin(leaf, origins, streams, cancelling) is wanted

        if isinstance(error, BaseExceptionGroup):
            return error.split(matches)[0]
        return error if matches(error) else None

    try:
        by_handler = part(FailureOrigin.HANDLER)
        return Failure(
            by_peer=part(FailureOrigin.PEER),
            by_handler=None if by_handler is None else _as_exception(by_handler),
            cancelled=part(FailureOrigin.CANCELLATION),
            exit=_bare(part(FailureOrigin.EXIT)),
        )
    except Exception:  # Of a class of somebody else's: a group that cannot be split, say.
        if isinstance(error, Exception):
            return Failure(by_handler=error)
        return Failure(exit=error)


def _origin(
    leaf: BaseException, origins: Collection[Origin], streams: Collection[object], cancelling: bool
) -> FailureOrigin:
    if isinstance(leaf, anyio.get_cancelled_exc_class()):
        return FailureOrigin.CANCELLATION if cancelling else FailureOrigin.HANDLER
    if isinstance(leaf, GeneratorExit):
        return FailureOrigin.HANDLER
    if not isinstance(leaf, Exception):
        return FailureOrigin.EXIT
    by_peer = _caused_by_peer(leaf, origins, streams)
    return FailureOrigin.PEER if by_peer else FailureOrigin.HANDLER


def _caused_by_peer(
    error: BaseException, origins: Collection[Origin], streams: Collection[object]
) -> bool:
    """Whether ``error`` is, or was raised from, one with a mark, or of a TLS stream over ours."""
    for link in causes(error):
        mark = origin_of(link)
        if any(mark is origin for origin in origins) or _came_through_tls(link, streams):
            return True
    return False


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


def _as_exception(error: BaseException) -> Exception:
    """``error`` with a :exc:`HandlerStopped` in place of each exception that is no Exception."""
    if isinstance(error, Exception):
        return error
    if isinstance(error, BaseExceptionGroup):
        parts = [_as_exception(each) for each in error.exceptions]
        return ExceptionGroup(error.message, parts).with_traceback(error.__traceback__)
    name = type(error).__name__
    stopped = HandlerStopped(f"{name} left the handler, and nobody had cancelled it")
    stopped.__cause__ = error
    return stopped


def _bare(error: BaseException | None) -> BaseException | None:
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return error
