"""Echo in plain Python on `select.epoll`, with no objects but sockets: PORT."""

from __future__ import annotations

import select
import socket
import sys
from contextlib import suppress

BACKLOG = 511


def main(port: int) -> None:
    epoll = select.epoll()
    sockets: dict[int, socket.socket] = {}
    #: What the kernel did not take yet; nothing more is read meanwhile.
    unsent: dict[int, bytes] = {}

    def close(number: int) -> None:
        sockets.pop(number).close()
        unsent.pop(number, None)

    def accept_all() -> None:
        with suppress(BlockingIOError):
            while True:
                connection, _ = listener.accept()
                connection.setblocking(False)
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                sockets[connection.fileno()] = connection
                epoll.register(connection.fileno(), select.EPOLLIN)

    def echo(number: int) -> None:
        chunk = sockets[number].recv(65536)
        if not chunk:
            close(number)
            return
        try:
            sent = sockets[number].send(chunk)
        except BlockingIOError:
            sent = 0
        if sent < len(chunk):
            unsent[number] = chunk[sent:]
            epoll.modify(number, select.EPOLLOUT)

    def flush(number: int) -> None:
        chunk = unsent[number]
        unsent[number] = chunk[sockets[number].send(chunk) :]
        if not unsent[number]:
            del unsent[number]
            epoll.modify(number, select.EPOLLIN)

    with socket.create_server(("127.0.0.1", port), backlog=BACKLOG) as listener:
        listener.setblocking(False)
        epoll.register(listener.fileno(), select.EPOLLIN)
        while True:
            for number, _ in epoll.poll():
                if number == listener.fileno():
                    accept_all()
                    continue
                try:
                    if number in unsent:
                        flush(number)
                    else:
                        echo(number)
                except BlockingIOError:
                    pass
                except OSError:
                    close(number)


if __name__ == "__main__":
    main(int(sys.argv[1]))
