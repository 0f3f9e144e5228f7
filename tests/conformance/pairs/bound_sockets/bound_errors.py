"""Bad options, and addresses that the system refuses: thrown by the constructor."""

# rows: b.errors b.constructor b.path
from __future__ import annotations

import os

from anynet import node as net
from tests.conformance.tracing import attempt, run


def main():
    for options in [
        5,
        "x",
        {"host": "localhost"},
        {"host": ""},
        {"host": "[::1]"},
        {"host": "127.0.0.1%x"},
        {"host": 5},
        {"ipv6Only": 1},
        {"reusePort": "x"},
        {"port": -1},
        {"port": 65536},
        {"port": "x"},
        {"port": 1.5},
        {"port": {}},
        {"host": "9.9.9.9"},
        {"host": "fe80::1%lo"},
        {"path": 5},
        {"path": "b", "host": "x"},
        {"path": "b", "port": 0},
        {"path": "b", "ipv6Only": False},
        {"path": "b", "reusePort": True},
        {"path": "none/x"},
        {"path": "x" * 109},
        {"path": "a\0b"},
        {"path": "/"},
    ]:
        attempt("bind", lambda: net.BoundSocket(options).close())
    taken = net.BoundSocket({"path": "taken"})
    attempt("taken", lambda: net.BoundSocket({"path": "taken"}))
    name = f"\0taken{os.getpid()}"
    abstract = net.BoundSocket({"path": name})
    attempt("abstract", lambda: net.BoundSocket({"path": name}))
    taken.close()
    abstract.close()

    def start():
        port = server.address()["port"]
        for host in ["127.0.0.1", "0.0.0.0", "::"]:
            attempt("in use", lambda: net.BoundSocket({"host": host, "port": port}))
        server.close()

    server = net.createServer().listen(0, "127.0.0.1", start)


run(main)
