"""Whose failure is it? What tells a peer that left from a server that has a bug."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from anyio.streams.tls import TLSStream

from anynet._rules.values.errors import causes, leaves


def caused_by_peer(
    error: BaseException, origins: Collection[int], streams: Collection[object]
) -> bool:
    """Did the peer of one connection cause all of ``error``?

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
    """Was ``error`` raised inside a TLS stream over one of ``streams``?

    AnyIO's TLS stream raises errors that say nothing of the stream below, so the traceback has to.
    """
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
