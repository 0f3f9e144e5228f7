"""Settings of a socket that was never connected: what they return and what they refuse."""

# rows: 5.setEncoding 5.setKeepAlive 5.setNoDelay 5.setTypeOfService 5.address
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import attempt, log, run


def main():
    socket = net.Socket()
    attempt("no delay", lambda: socket.setNoDelay() == socket)
    attempt("no delay of a word", lambda: socket.setNoDelay("x") == socket)
    attempt("keep alive", lambda: socket.setKeepAlive() == socket)
    attempt("keep alive with a delay", lambda: socket.setKeepAlive(True, 5000) == socket)
    attempt("keep alive with a word", lambda: socket.setKeepAlive(True, "x") == socket)
    attempt("keep alive, negative", lambda: socket.setKeepAlive(True, -5) == socket)
    attempt("type of service", lambda: socket.setTypeOfService(16) == socket)
    attempt("type of service -1", lambda: socket.setTypeOfService(-1))
    attempt("type of service 256", lambda: socket.setTypeOfService(256))
    attempt("type of service fraction", lambda: socket.setTypeOfService(1.5))
    attempt("type of service word", lambda: socket.setTypeOfService("16"))
    attempt("type of service nothing", lambda: socket.setTypeOfService(None))
    attempt("encoding", lambda: socket.setEncoding("utf8") == socket)
    attempt("no encoding", lambda: socket.setEncoding("no encoding"))
    attempt("address", lambda: socket.address())
    attempt("ref", lambda: socket.ref() == socket)
    attempt("unref", lambda: socket.unref() == socket)
    log("remote", socket.remoteAddress, socket.remotePort, socket.remoteFamily)


run(main)
