"""The default address of a family that is not written in small letters."""

# rows: 3.constructor
# differs: The default address goes by the family in any case; Node takes the IPv6 one for 'IPv4' and then refuses it.
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import attempt, run


def main():
    attempt("small", lambda: net.SocketAddress({"family": "ipv4", "port": 1}))
    attempt("mixed", lambda: net.SocketAddress({"family": "IPv4", "port": 2}))
    attempt("capitals", lambda: net.SocketAddress({"family": "IPV4", "port": 3}))
    attempt("with an address", lambda: net.SocketAddress({"family": "IPV4", "address": "1.2.3.4"}))
    attempt("ipv6", lambda: net.SocketAddress({"family": "IPV6", "port": 4}))


run(main)
