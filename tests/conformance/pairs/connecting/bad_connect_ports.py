"""connect: ports that are none, and the arguments that are missing."""

# rows: 6.tcp 6.option.port 6.factory 7.connect 7.createConnection
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import attempt, log, run


def main():
    for port in [65536, -1, 1.5, float("nan"), float("inf")]:
        attempt("number", lambda: net.connect(port))
    for port in ["65536", "80x", "-1", "", " ", "1.5"]:
        attempt(f"option {port}", lambda: net.connect({"port": port}))
    attempt("boolean", lambda: net.connect({"port": True}))
    attempt("object", lambda: net.connect({"port": {}}))
    attempt("list", lambda: net.connect({"port": [80]}))
    attempt("with host", lambda: net.createConnection(70000, "localhost", lambda: log("never")))
    attempt("no place", lambda: net.connect({}))
    attempt("host alone", lambda: net.connect({"host": "localhost"}))
    attempt("nothing", lambda: net.connect())
    attempt("callback alone", lambda: net.connect(lambda: log("never")))
    socket = net.Socket()
    socket.on("close", lambda: log("close"))
    socket.on("error", lambda error: log("error", error))
    attempt("of a socket", lambda: socket.connect({"port": 70000}))
    attempt("of a socket", lambda: socket.connect({}))
    attempt("of a socket", lambda: socket.connect())
    log("socket", socket.connecting, socket.destroyed, socket.pending, socket.readyState)


run(main)
