"""connect: options of the wrong type or value, thrown before anything is opened."""

# rows: 6.option.localAddress 6.option.localPort 6.option.lookup 6.option.host 6.option.path 6.option.blockList
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import attempt, run


def main():
    attempt("localAddress word", lambda: net.connect({"port": 1, "localAddress": "localhost"}))
    attempt("localAddress number", lambda: net.connect({"port": 1, "localAddress": 5}))
    attempt("localAddress list", lambda: net.connect({"port": 1, "localAddress": ["127.0.0.1", 5]}))
    attempt("localPort string", lambda: net.connect({"port": 1, "localPort": "5"}))
    attempt("localPort boolean", lambda: net.connect({"port": 1, "localPort": True}))
    attempt("lookup string", lambda: net.connect({"port": 1, "host": "host.test", "lookup": "x"}))
    attempt("lookup number", lambda: net.connect({"port": 1, "host": "host.test", "lookup": 5}))
    attempt("lookup object", lambda: net.connect({"port": 1, "host": "host.test", "lookup": {}}))
    attempt("path number", lambda: net.connect({"path": 5}))
    attempt("path object", lambda: net.connect({"path": {}}))
    attempt("path boolean", lambda: net.connect({"path": True}))
    attempt("port before localAddress", lambda: net.connect({"port": 70000, "localAddress": "x"}))
    attempt(
        "localAddress before localPort",
        lambda: net.connect({"port": 70000, "localAddress": "x", "localPort": "y"}),
    )
    attempt("localPort before port", lambda: net.connect({"port": 70000, "localPort": "y"}))
    attempt("block list", lambda: net.connect({"port": 1, "blockList": ["127.0.0.1"]}))
    attempt("block list of a server", lambda: net.createServer({"blockList": {}}))
    attempt("block list of a socket", lambda: net.Socket({"blockList": "x"}))


run(main)
