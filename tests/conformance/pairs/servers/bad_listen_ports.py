"""listen: ports that are none, thrown before anything is opened; the server can still listen afterwards."""

# rows: 4.listen.options.port 4.listen.overloads
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import attempt, log, run


def main():
    server = net.createServer()
    server.on("error", lambda error: log("server error", error))
    for port in [65536, -1, 1.5, float("nan"), float("inf"), 1000000]:
        attempt("number", lambda: server.listen(port))
    for port in ["65536", "80x", "-1", " "]:
        attempt(f"option {port}", lambda: server.listen({"port": port}))
    for port in [65536, -1, 1.5, float("nan")]:
        attempt("option", lambda: server.listen({"port": port}))
    attempt("boolean", lambda: server.listen({"port": True}))
    attempt("object", lambda: server.listen({"port": {}}))
    attempt("list", lambda: server.listen({"port": [80]}))
    attempt("with host", lambda: server.listen({"port": 70000, "host": "localhost"}))
    attempt("with path", lambda: server.listen({"port": 70000, "path": "s.sock"}))
    attempt("with callback", lambda: server.listen(70000, lambda: log("listening of the bad call")))
    log("nothing happened", server.listening, server.address())

    def on_listening():
        log("listening", server.listening, server.address())
        server.close(lambda error=None: log("closed"))

    server.listen({"port": "0", "host": "127.0.0.1"}, on_listening)
    log("returned", server.listening)


run(main)
