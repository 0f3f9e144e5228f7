"""The socket that our TCP listeners accept from: as the system's, and without asking it."""

from __future__ import annotations

import socket

from anynet._transport.sockets.accepting_socket import AcceptingSocket


def test_it_takes_the_place_of_a_socket() -> None:
    with socket.create_server(("127.0.0.1", 0)) as before:
        before.setblocking(False)
        fd = before.fileno()
        with AcceptingSocket.replacing(before) as sock:
            assert before.fileno() == -1
            assert (sock.fileno(), sock.gettimeout()) == (fd, 0)
            assert (sock.family, sock.type) == (socket.AF_INET, socket.SOCK_STREAM)
            with sock.dup() as copy:
                assert (copy.family, copy.type) == (socket.AF_INET, socket.SOCK_STREAM)


def test_what_it_accepts_is_a_plain_socket() -> None:
    with (
        AcceptingSocket.replacing(socket.create_server(("127.0.0.1", 0))) as sock,
        socket.create_connection(sock.getsockname()) as client,
    ):
        accepted, peername = sock.accept()
        with accepted:
            assert type(accepted) is socket.socket
            assert (accepted.family, accepted.type) == (socket.AF_INET, socket.SOCK_STREAM)
            assert peername == client.getsockname()
