"""Passing descriptors along with the bytes of a Unix stream."""

from __future__ import annotations

from collections.abc import Collection

from anynet._rules.checks import check_positive_int
from anynet._rules.values.errors import DescriptorsTruncated
from anynet._transport.sockets.buffers import Buffer, bytes_view
from anynet._transport.sockets.fd_passing import HasFileno, receive_with_descriptors
from anynet._transport.sockets.message_sends import with_descriptors
from anynet._transport.streams.socket_stream import SocketStream


async def send_fds(stream: SocketStream, message: Buffer, fds: Collection[int | HasFileno]) -> None:
    """Send descriptors along with a message that is not empty."""
    view = bytes_view(message)
    await stream.send_by(view.nbytes, with_descriptors(stream.sock, view, fds))


async def receive_fds(stream: SocketStream, msglen: int, maxfds: int) -> tuple[bytes, list[int]]:
    """Receive a message of at most ``msglen`` bytes and at most ``maxfds`` descriptors."""
    if stream.unread_bytes:
        check_positive_int("msglen", msglen)
        return await stream.receive(msglen), []

    try:
        message, fds = await stream.receive_by(
            lambda: receive_with_descriptors(stream.sock, msglen, maxfds)
        )
    except DescriptorsTruncated as error:
        error.origin = stream.origin
        raise
    stream.note_received(len(message))
    return message, fds
