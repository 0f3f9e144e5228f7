"""The socket that our TCP listeners accept from: as the system's, and without asking it."""

from __future__ import annotations

import socket

from anynet._transport.sockets.accepting_socket import AcceptingSocket


def test_it_is_as_any_other_and_so_are_its_copies_and_what_it_accepts() -> None:
    with AcceptingSocket(socket.AF_INET, socket.SOCK_STREAM) as sock:
        assert (sock.family, sock.type) == (socket.AF_INET, socket.SOCK_STREAM)
        with sock.dup() as copy:
            assert (copy.family, copy.type) == (socket.AF_INET, socket.SOCK_STREAM)
        sock.bind(("127.0.0.1", 0))
        sock.listen()
        with socket.create_connection(sock.getsockname()) as client:
            accepted, peername = sock.accept()
            with accepted:
                assert type(accepted) is socket.socket
                assert (accepted.family, accepted.type) == (socket.AF_INET, socket.SOCK_STREAM)
                assert peername == client.getsockname()
