"""Closing that does not fail, and ending one side.

close(2) releases the descriptor whatever it reports, and what it reports (EIO, EINTR, EDQUOT) is
about data that no stream socket has. Raised in the middle of a clean-up it would only keep the rest
of that from being done: a path unlinked, a waiter woken.
"""

from __future__ import annotations

import errno
import os
import socket

from anynet._transport.sockets.options import set_reset_on_close


def close_socket(sock: socket.socket, *, reset: bool = False) -> None:
    """Close a socket, with ``reset`` so that a TCP peer sees a failure; does not raise."""
    if reset:
        set_reset_on_close(sock)
    try:
        sock.close()
    except OSError:
        pass


def close_fd(fd: int) -> None:
    """Close a descriptor; does not raise."""
    try:
        os.close(fd)
    except OSError:
        pass


def end_sending(sock: socket.socket) -> None:
    """Send our end-of-stream. Raises the :exc:`OSError` of the system."""
    try:
        sock.shutdown(socket.SHUT_WR)
    except OSError as error:
        # ENOTCONN: the peer has reset it meanwhile, so that no end can reach it.
        if error.errno != errno.ENOTCONN:
            raise
