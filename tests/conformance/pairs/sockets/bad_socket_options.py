"""Options of a socket that are of the wrong type or out of range."""

# rows: 5.option.fd 5.option.highWaterMark 5.option.signal 5.option.onread 5.option.allowHalfOpen
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import attempt, log, run


def main():
    attempt("descriptor negative", lambda: net.Socket({"fd": -1}))
    attempt("descriptor string", lambda: net.Socket({"fd": "x"}))
    attempt("descriptor fraction", lambda: net.Socket({"fd": 1.5}))
    attempt("highWaterMark negative", lambda: net.Socket({"highWaterMark": -1}))
    attempt("highWaterMark string", lambda: net.Socket({"highWaterMark": "x"}))
    attempt("highWaterMark fraction", lambda: net.Socket({"highWaterMark": 1.5}))
    attempt("readable highWaterMark", lambda: net.Socket({"readableHighWaterMark": -1}))
    attempt("writable highWaterMark", lambda: net.Socket({"writableHighWaterMark": "y"}))
    attempt("signal object", lambda: net.Socket({"signal": {}}))
    attempt("signal string", lambda: net.Socket({"signal": "x"}))
    attempt("keepAliveInitialDelay", lambda: net.Socket({"keepAliveInitialDelay": "x"}))
    attempt("objectMode", lambda: net.Socket({"objectMode": True}))
    attempt("readable objectMode", lambda: net.Socket({"readableObjectMode": True}))
    attempt("writable objectMode", lambda: net.Socket({"writableObjectMode": True}))
    socket = net.Socket({"highWaterMark": 5, "allowHalfOpen": 1})
    log("marks", socket.readableHighWaterMark, socket.writableHighWaterMark, socket.allowHalfOpen)


run(main)
