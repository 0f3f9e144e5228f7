"""SocketAddress: its options and their defaults."""

# rows: 3.constructor
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import attempt, log, run


def main():
    attempt("nothing", lambda: net.SocketAddress())
    attempt("no options", lambda: net.SocketAddress({}))
    attempt("undefined", lambda: net.SocketAddress(None))
    attempt("address", lambda: net.SocketAddress({"address": "1.2.3.4"}))
    attempt("address and port", lambda: net.SocketAddress({"address": "1.2.3.4", "port": 80}))
    attempt("last port", lambda: net.SocketAddress({"port": 65535}))
    attempt("family", lambda: net.SocketAddress({"family": "ipv6"}))
    attempt("family in capitals", lambda: net.SocketAddress({"family": "IPv6", "address": "::5"}))
    attempt("family and port", lambda: net.SocketAddress({"family": "ipv6", "port": 1}))
    attempt("flow label", lambda: net.SocketAddress({"family": "ipv6", "flowlabel": 1048575}))
    attempt("flow label of ipv4", lambda: net.SocketAddress({"flowlabel": 5}))
    attempt(
        "others passed over",
        lambda: net.SocketAddress({"address": "9.9.9.9", "host": "x", "family": None}),
    )
    address = net.SocketAddress({"address": "::1", "family": "ipv6", "port": 1234, "flowlabel": 7})
    log("fields", address.address, address.family, address.port, address.flowlabel)
    log("json", address.toJSON())
    log(
        "is one",
        net.SocketAddress.isSocketAddress(address),
        net.SocketAddress.isSocketAddress(address.toJSON()),
    )


run(main)
