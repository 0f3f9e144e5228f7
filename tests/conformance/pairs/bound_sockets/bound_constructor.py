"""Where a BoundSocket is bound by its options, and that nothing is left once it is closed."""

# rows: b.constructor b.address b.fd b.isPipe b.close
from __future__ import annotations

import os

from anynet import node as net
from tests.conformance.tracing import attempt, log, run


def shownAddress(bound):
    address = bound.address()
    return address if isinstance(address, str) else {**address, "port": address["port"] > 0}


def main():
    def tcp(options):
        bound = net.BoundSocket(options)
        log("bound", shownAddress(bound), bound.isPipe, bound.fd() > 0)
        bound.close()

    for options in [
        None,
        {},
        {"port": 0},
        {"port": "0"},
        {"host": "127.0.0.1"},
        {"host": "::1"},
        {"ipv6Only": True},
        {"host": "::", "ipv6Only": True},
        {"host": "127.0.0.1", "ipv6Only": True},
        {"reusePort": True},
        {"host": "::ffff:127.0.0.1"},
    ]:
        attempt("tcp", lambda: tcp(options))

    def pipe(path):
        bound = net.BoundSocket({"path": path})
        log("bound", bound.address() == path, bound.isPipe, bound.fd() > 0, os.listdir("."))
        bound.close()
        log("closed", os.listdir("."))

    for path in [
        "a",
        "a",
        "",
        f"\0abstract{os.getpid()}",
        "./b",
        f"/nowhere/../tmp/anynet-{os.getpid()}",
    ]:
        attempt("pipe", lambda: pipe(path))
    first = net.BoundSocket({"host": "127.0.0.1"})
    # SO_REUSEADDR: two may hold one port as long as neither listens.
    second = net.BoundSocket({"host": "127.0.0.1", "port": first.address()["port"]})
    log("both", first.address()["port"] == second.address()["port"])
    first.close()
    second.close()


run(main)
