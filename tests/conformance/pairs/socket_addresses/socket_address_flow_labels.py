"""Flow labels of more than 20 bits."""

# rows: 3.constructor 3.errors
# differs: A flow label has 20 bits (RFC 6437) and a larger one is out of range; Node aborts the process.
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import attempt, run


def main():
    def label(flowlabel):
        return net.SocketAddress({"family": "ipv6", "flowlabel": flowlabel})

    for flowlabel in [0, 7, 1048575, 1048576, 4294967295]:
        attempt(f"label {flowlabel}", lambda: label(flowlabel))
    attempt("of ipv4", lambda: net.SocketAddress({"flowlabel": 1048576}))


run(main)
