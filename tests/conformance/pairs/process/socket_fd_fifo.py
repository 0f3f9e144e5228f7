"""The two ends of a named pipe as sockets: one is read, the other written, and its end is an end."""

# rows: 5.option.fd 5.option.readable 5.option.writable
from __future__ import annotations

import os

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main() -> None:
    os.mkfifo("fifo")
    reading = os.open("fifo", os.O_RDONLY | os.O_NONBLOCK)
    writing = os.open("fifo", os.O_WRONLY)
    reader = net.Socket(fd=reading, readable=True, writable=False)
    writer = net.Socket(fd=writing, readable=False, writable=True)
    for name, socket in [("reader", reader), ("writer", writer)]:
        watch(socket, name, "data", "end", "finish", "error", "connect", "close")
        state = (socket.readyState, socket.pending, socket.connecting)
        log(name, socket.readable, socket.writable, *state)
        ends = (socket.address(), socket.localAddress, socket.remoteAddress)
        log(name, *ends, socket.allowHalfOpen)
    log("write", writer.write("hello", lambda: log("written", writer.bytesWritten)))

    def later() -> None:
        log("read", reader.bytesRead)
        writer.end("bye")

    net.setTimeout(later, 20)


run(main)
