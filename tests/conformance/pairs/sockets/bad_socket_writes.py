"""write and end: what is no chunk, thrown or called back, on a socket that was never connected."""

# rows: 5.write 5.end 8.8
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import attempt, log, run, watch


def main():
    socket = net.Socket()
    watch(socket, "socket", "error", "close", "finish", "drain")
    attempt("number", lambda: socket.write(5))
    attempt("boolean", lambda: socket.write(True))
    attempt("object", lambda: socket.write({}))
    attempt("list", lambda: socket.write([1, 2]))
    attempt("function", lambda: socket.write(lambda: log("never")))
    attempt("encoding", lambda: socket.write("x", "no encoding"))
    attempt("number with a callback", lambda: socket.write(5, lambda: log("never")))
    attempt("end with a number", lambda: socket.end(5))
    log("state", socket.writableLength, socket.bytesWritten, socket.writableEnded, socket.destroyed)
    attempt("end", lambda: socket.end(lambda error: log("ended")) == socket)
    attempt("write after end", lambda: socket.write("x", lambda error: log("write done", error)))
    log("state", socket.writableLength, socket.writableEnded, socket.destroyed)


run(main)
